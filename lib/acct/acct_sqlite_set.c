/*
 * acct_sqlite_set.c - changes to one account in the database
 *
 * All that a new password renews changes in one transaction: the hash, the
 * APOP secret (set anew or dropped), the former hashes.
 */
#include <string.h>

#include "lib/acct/acct_sqlite.h"

typedef int setter(struct store *s, const struct store_key *k,
    const struct acct_account *a, struct err *e);

int
store_find_key(struct store *s, const char *name, struct store_key *k_r,
    struct err *e)
{
	store_user(name, k_r->user);
	return store_resolve(s, names_domain_of(name), &k_r->domain, e);
}

static int
remember_former(struct store *s, const struct store_key *k,
    const struct acct_account *a, struct err *e)
{
	sqlite3_stmt *st;

	if (a->keep_old > 0) {
		st = store_stmt(s, ST_FORMER_ADD, k->domain.name, k->user,
		    a->hash);
		store_int(st, 4, a->changed);
		if (store_run(s, st, e) < 0)
			return -1;
	}
	st = store_stmt(s, ST_FORMER_TRIM, k->domain.name, k->user, NULL);
	store_int(st, 3, a->keep_old);
	return store_run(s, st, e);
}

int
store_set_hash(struct store *s, const struct store_key *k,
    const struct acct_account *a, struct err *e)
{
	sqlite3_stmt *st;

	if (remember_former(s, k, a, e) < 0)
		return -1;
	st = store_stmt(s, ST_HASH, k->domain.name, k->user, a->hash);
	store_int(st, 4, a->changed);
	store_int(st, 5, a->locked);
	return store_run(s, st, e);
}

/* W-14: what the domain locks cannot be unlocked singly. */
static int
set_lock(struct store *s, const struct store_key *k,
    const struct acct_account *a, struct err *e)
{
	sqlite3_stmt *st;

	if (!a->locked && k->domain.locked)
		return err_set(e, ERR_CONFIG, "%s@%s is locked with its domain;"
		    " unlock the domain %s instead", k->user, k->domain.name,
		    k->domain.name);
	st = store_stmt(s, ST_LOCK, k->domain.name, k->user, NULL);
	store_int(st, 3, a->locked);
	return store_run(s, st, e);
}

static int
set_number(struct store *s, enum store_stmt which, const struct store_key *k,
    int64_t v, struct err *e)
{
	sqlite3_stmt *st = store_stmt(s, which, k->domain.name, k->user, NULL);

	store_int(st, 3, v);
	return store_run(s, st, e);
}

static int
set_quota(struct store *s, const struct store_key *k,
    const struct acct_account *a, struct err *e)
{
	return set_number(s, ST_QUOTA, k, a->quota, e);
}

static int
set_xmit(struct store *s, const struct store_key *k,
    const struct acct_account *a, struct err *e)
{
	return set_number(s, ST_XMIT, k, a->xmit, e);
}

static int
set_fixed(struct store *s, const struct store_key *k,
    const struct acct_account *a, struct err *e)
{
	return set_number(s, ST_FIXED, k, !a->fixed, e);
}

static int
set_owner(struct store *s, const struct store_key *k,
    const struct acct_account *a, struct err *e)
{
	return set_number(s, ST_OWNER, k, a->owned ? (int64_t)a->owner : -1,
	    e);
}

static int
set_maildrop(struct store *s, const struct store_key *k,
    const struct acct_account *a, struct err *e)
{
	return store_run(s, store_stmt(s, ST_MAILDROP, k->domain.name,
	    k->user, a->maildrop), e);
}

static int
set_apop(struct store *s, const struct store_key *k,
    const struct acct_account *a, struct err *e)
{
	sqlite3_stmt *st = store_stmt(s, ST_APOP, k->domain.name, k->user,
	    NULL);

	store_blob(st, 3, a->apop, a->apop_len);
	return store_run(s, st, e);
}

/* The hash before the APOP secret: another hash drops that one. */
static const struct {
	unsigned what;
	setter *set;
} setters[] = {
	{ ACCT_LOCK_SET, set_lock },
	{ ACCT_HASH_SET, store_set_hash },
	{ ACCT_APOP_SET, set_apop },
	{ ACCT_QUOTA_SET, set_quota },
	{ ACCT_MAILDROP_SET, set_maildrop },
	{ ACCT_XMIT_SET, set_xmit },
	{ ACCT_FIXED_SET, set_fixed },
	{ ACCT_OWNER_SET, set_owner }
};

static int
change(struct store *s, const struct acct_account *a, unsigned what,
    struct err *e)
{
	struct acct_account now;
	struct store_key k;
	size_t i;

	if (store_account(s, a->name, &now, e) < 0 ||
	    store_find_key(s, a->name, &k, e) < 0)
		return -1;
	/* an APOP secret that is gone does not come back with a renewal */
	if ((what & ACCT_IF_HASH) != 0 && (strcmp(now.hash, a->was) != 0 ||
	    ((what & ACCT_APOP_SET) != 0 && now.apop_len == 0)))
		return err_set(e, ERR_BUSY, "%s: the password was changed in "
		    "between", a->name);
	for (i = 0; i < sizeof(setters) / sizeof(setters[0]); i++)
		if ((what & setters[i].what) != 0 &&
		    setters[i].set(s, &k, a, e) < 0)
			return -1;
	return 0;
}

int
store_set(struct acct_backend *b, const struct acct_account *a,
    unsigned what, struct err *e)
{
	struct store *s = store_of(b);

	if (store_begin(s, e) < 0)
		return -1;
	return store_end(s, change(s, a, what, e), e);
}

int
store_former(struct acct_backend *b, const char *name, acct_each_hash *each,
    void *arg, struct err *e)
{
	struct store *s = store_of(b);
	char hash[ACCT_HASH];
	struct store_key k;
	sqlite3_stmt *st;
	int n;

	if (store_ready(s, e) < 0 || store_find_key(s, name, &k, e) < 0)
		return -1;
	st = store_stmt(s, ST_FORMER, k.domain.name, k.user, NULL);
	while ((n = store_step(s, st, e)) > 0) {
		if (store_column(st, 0, hash, sizeof(hash)) < 0)
			continue;	/* matches nothing */
		if (!each(hash, arg)) {
			store_done(st);
			return 0;
		}
	}
	return n;
}

int
store_owned(struct acct_backend *b, uint32_t owner, struct acct_account *r,
    struct err *e)
{
	struct store *s = store_of(b);
	sqlite3_stmt *st;
	int n;

	if (store_ready(s, e) < 0)
		return -1;
	st = s->stmt[ST_OWNED];
	store_int(st, 1, owner);
	n = store_step(s, st, e);
	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(e, ERR_NOTFOUND, "no account has you as its "
		    "owner");
	n = store_read(st, r);
	if (n == 0 && store_step(s, st, e) != 0) {
		store_done(st);
		return err_set(e, ERR_CONFIG, "several accounts are yours; "
		    "name one of them");
	}
	store_done(st);
	return n < 0 ? err_set(e, ERR_PERM, "%s: a damaged record",
	    s->path) : 0;
}
