/*
 * acct_sqlite.c - the embedded account database: looking up
 *
 * A login is two look-ups by primary key (5 microseconds each): the domain,
 * which may be an alias or locked, and the account.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "lib/acct/acct_sqlite.h"

#define FILE_NAME	"accounts.db"

static struct acct_backend *
sqlite_open(const char *folder, struct err *e)
{
	struct store *s = mem_new(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, ERR_TEMP, "no memory for the account database");
		return NULL;
	}
	s->base.ops = &acct_sqlite_ops;
	if (path_join(s->path, sizeof(s->path), folder, FILE_NAME) < 0) {
		err_set(e, ERR_CONFIG, "%s: the path is too long", folder);
		free(s);
		return NULL;
	}
	return &s->base;
}

static void
sqlite_close(struct acct_backend *b)
{
	struct store *s = store_of(b);

	store_shut(s);
	free(s);
}

static int
sqlite_lookup(struct acct_backend *b, const char *name,
    struct acct_account *r, struct err *e)
{
	struct store *s = store_of(b);

	if (store_ready(s, e) < 0)
		return -1;
	return store_account(s, name, r, e);
}

void
store_user(const char *name, char out[NAMES_USER])
{
	size_t n = strcspn(name, "@");

	if (n >= NAMES_USER)
		n = NAMES_USER - 1;
	memcpy(out, name, n);
	out[n] = '\0';
}

int
store_domain(struct store *s, const char *name, struct acct_domain *d_r,
    struct err *e)
{
	sqlite3_stmt *st = store_stmt(s, ST_DOMAIN, name, NULL, NULL);
	int r = store_step(s, st, e);

	if (r < 0)
		return -1;
	if (r == 0)
		return err_set(e, ERR_NOTFOUND, "no domain %s", name);
	r = store_column(st, 0, d_r->name, sizeof(d_r->name));
	if (r == 0)
		r = store_column(st, 1, d_r->alias_of, sizeof(d_r->alias_of));
	d_r->locked = sqlite3_column_int(st, 2) != 0;
	store_done(st);
	if (r < 0)
		return err_set(e, ERR_PERM, "%s: a domain's name is too long",
		    s->path);
	return 0;
}

int
store_resolve(struct store *s, const char *name, struct acct_domain *d_r,
    struct err *e)
{
	char target[NAMES_DOMAIN];

	if (store_domain(s, name, d_r, e) < 0)
		return -1;
	if (d_r->alias_of[0] == '\0')
		return 0;
	/* one step: an alias of an alias cannot be made */
	memcpy(target, d_r->alias_of, sizeof(target));
	return store_domain(s, target, d_r, e);
}

static int
read_apop(sqlite3_stmt *st, int col, struct acct_account *r)
{
	const void *sealed = sqlite3_column_blob(st, col);
	int n = sealed == NULL ? 0 : sqlite3_column_bytes(st, col);

	if (n < 0 || (size_t)n > sizeof(r->apop))
		return -1;
	if (n > 0)
		memcpy(r->apop, sealed, (size_t)n);
	r->apop_len = (uint32_t)n;
	return 0;
}

int
store_read(sqlite3_stmt *st, struct acct_account *r)
{
	char domain[NAMES_DOMAIN], user[NAMES_USER];

	memset(r, 0, sizeof(*r));
	if (store_column(st, 0, domain, sizeof(domain)) < 0 ||
	    store_column(st, 1, user, sizeof(user)) < 0 ||
	    store_column(st, 2, r->hash, sizeof(r->hash)) < 0 ||
	    store_column(st, 4, r->maildrop, sizeof(r->maildrop)) < 0)
		return -1;
	snprintf(r->name, sizeof(r->name), "%s@%s", user, domain);
	if (r->maildrop[0] == '\0')
		snprintf(r->maildrop, sizeof(r->maildrop), "%s/%s", domain,
		    user);
	r->locked = sqlite3_column_int(st, 3) != 0;
	r->quota = sqlite3_column_type(st, 5) == SQLITE_NULL ?
	    ACCT_QUOTA_DEFAULT : sqlite3_column_int64(st, 5);
	r->created = sqlite3_column_int64(st, 6);
	r->changed = sqlite3_column_int64(st, 7);
	r->domain_locked = sqlite3_column_int(st, 8) != 0;
	r->xmit = sqlite3_column_int(st, 9) != 0;
	r->fixed = sqlite3_column_int(st, 10) == 0;
	r->owned = sqlite3_column_type(st, 11) != SQLITE_NULL;
	r->owner = (uint32_t)sqlite3_column_int64(st, 11);
	return read_apop(st, 12, r);
}

int
store_account(struct store *s, const char *name, struct acct_account *r,
    struct err *e)
{
	struct acct_domain d;
	char user[NAMES_USER];
	sqlite3_stmt *st;
	int n;

	if (store_resolve(s, names_domain_of(name), &d, e) < 0)
		return -1;
	store_user(name, user);
	st = store_stmt(s, ST_ACCOUNT, d.name, user, NULL);
	n = store_step(s, st, e);
	if (n < 0)
		return -1;
	if (n == 0)
		return err_set(e, ERR_NOTFOUND, "no account %s", name);
	n = store_read(st, r);
	store_done(st);
	if (n < 0)
		return err_set(e, ERR_PERM, "%s: the record of %s is damaged",
		    s->path, name);
	return 0;
}

const struct acct_ops acct_sqlite_ops = {
	.name = "accounts",
	.open = sqlite_open,
	.close = sqlite_close,
	.lookup = sqlite_lookup,
	.admin = &store_admin,
};
