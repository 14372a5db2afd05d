/*
 * acct_sqlite_account.c - administration of accounts in the database: what
 * makes, lists and removes them
 */
#include <stdio.h>
#include <string.h>

#include "lib/acct/acct_sqlite.h"

static int
insert(struct store *s, const struct store_key *k, const struct acct_account *a,
    struct err *e)
{
	sqlite3_stmt *st = store_stmt(s, ST_ADD, k->domain.name, k->user,
	    a->hash);

	store_text(st, 4, a->maildrop);
	store_int(st, 5, a->quota);
	store_int(st, 6, a->locked);
	store_int(st, 7, a->changed);
	return store_run(s, st, e);
}

static int
add(struct store *s, const struct acct_account *a, struct err *e)
{
	struct store_key k;
	int n;

	if (store_find_key(s, a->name, &k, e) < 0)
		return -1;
	n = insert(s, &k, a, e);
	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(e, ERR_CONFIG, "%s@%s is there already",
		    k.user, k.domain.name);
	return 0;
}

static int
take_away(struct store *s, const char *name, struct acct_account *was_r,
    struct err *e)
{
	struct store_key k;

	if (store_account(s, name, was_r, e) < 0 ||
	    store_find_key(s, name, &k, e) < 0)
		return -1;
	return store_run(s, store_stmt(s, ST_REMOVE, k.domain.name, k.user,
	    NULL), e) < 0 ? -1 : 0;
}

/*
 * The domain of a put(), made when it is missing.  Lines of a file come in
 * runs of one domain: the last answer is kept until the transaction ends.
 */
static int
put_domain(struct store *s, const char *name, struct store_key *k,
    struct err *e)
{
	const char *as = s->known_as;
	struct err fault;

	if (strcmp(s->known_domain, name) != 0) {
		err_clear(&fault);
		if (store_resolve(s, name, &k->domain, &fault) == 0)
			as = k->domain.name;
		else if (fault.class != ERR_NOTFOUND) {
			if (e != NULL)
				*e = fault;
			return -1;
		} else if (store_run(s, store_stmt(s, ST_DOMAIN_ADD, name, "",
		    NULL), e) < 0)
			return -1;
		else
			as = name;
		snprintf(s->known_as, sizeof(s->known_as), "%s", as);
		snprintf(s->known_domain, sizeof(s->known_domain), "%s", name);
	}
	memcpy(k->domain.name, s->known_as, sizeof(k->domain.name));
	return 0;
}

static int
account_add(struct acct_backend *b, const struct acct_account *a,
    struct err *e)
{
	struct store *s = store_of(b);

	if (store_begin(s, e) < 0)
		return -1;
	return store_end(s, add(s, a, e), e);
}

static int
account_remove(struct acct_backend *b, const char *name,
    struct acct_account *was_r, struct err *e)
{
	struct store *s = store_of(b);

	if (store_begin(s, e) < 0)
		return -1;
	return store_end(s, take_away(s, name, was_r, e), e);
}

static sqlite3_stmt *
list_stmt(struct store *s, const struct acct_page *p, const char *after_domain,
    const char *after_user)
{
	sqlite3_stmt *st;

	if (*p->domain != '\0')
		st = store_stmt(s, ST_LIST_DOMAIN, p->domain, after_user,
		    NULL);
	else
		st = store_stmt(s, ST_LIST, after_domain, after_user, NULL);
	store_int(st, 3, p->limit);
	return st;
}

static int
account_list(struct acct_backend *b, const struct acct_page *p,
    acct_each *each, void *arg, struct err *e)
{
	struct store *s = store_of(b);
	char after_user[NAMES_USER];
	struct acct_account a;
	sqlite3_stmt *st;
	int n;

	if (store_ready(s, e) < 0)
		return -1;
	store_user(p->after, after_user);
	st = list_stmt(s, p, names_domain_of(p->after), after_user);
	while ((n = store_step(s, st, e)) > 0) {
		if (store_read(st, &a) < 0) {
			store_done(st);
			return err_set(e, ERR_PERM, "%s: a damaged record",
			    s->path);
		}
		if (!each(&a, arg)) {
			store_done(st);
			return 0;
		}
	}
	return n;
}

static int
account_begin(struct acct_backend *b, struct err *e)
{
	return store_begin(store_of(b), e);
}

static int
account_put(struct acct_backend *b, const struct acct_account *a,
    bool *added_r, struct err *e)
{
	struct store *s = store_of(b);
	struct store_key k;
	int n;

	memset(&k, 0, sizeof(k));
	store_user(a->name, k.user);
	if (put_domain(s, names_domain_of(a->name), &k, e) < 0)
		return -1;
	n = insert(s, &k, a, e);
	*added_r = n > 0;
	if (n == 0)
		n = store_set_hash(s, &k, a, e);
	return n < 0 ? -1 : 0;
}

static int
account_commit(struct acct_backend *b, struct err *e)
{
	return store_end(store_of(b), 0, e);
}

static void
account_rollback(struct acct_backend *b)
{
	store_rollback(store_of(b));
}

const struct acct_admin store_admin = {
	.add = account_add,
	.remove = account_remove,
	.set = store_set,
	.former = store_former,
	.owned = store_owned,
	.list = account_list,
	.begin = account_begin,
	.put = account_put,
	.commit = account_commit,
	.rollback = account_rollback,
	.domain_add = store_domain_add,
	.domain_remove = store_domain_remove,
	.domain_lock = store_domain_lock,
	.domain_unalias = store_domain_unalias,
	.domain_show = store_domain_show,
	.domain_list = store_domain_list,
	.stat = store_stat,
};
