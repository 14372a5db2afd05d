/*
 * acct_sqlite_domain.c - administration of domains in the database
 *
 * An alias is a row that names another domain; it has no accounts and no lock
 * of its own, and nothing may be an alias of it.
 */
#include <string.h>

#include "lib/acct/acct_sqlite.h"

/* *d_r a real domain; ERR_CONFIG for an alias, with what to do instead. */
static int
real_domain(struct store *s, const char *name, struct acct_domain *d_r,
    struct err *e)
{
	if (store_domain(s, name, d_r, e) < 0)
		return -1;
	if (d_r->alias_of[0] != '\0')
		return err_set(e, ERR_CONFIG, "%s is an alias of %s; name the "
		    "domain itself, or use domain unalias", name,
		    d_r->alias_of);
	return 0;
}

static int
count(struct store *s, const char *domain, struct acct_stat *s_r,
    struct err *e)
{
	sqlite3_stmt *st = store_stmt(s, domain == NULL ? ST_COUNT :
	    ST_COUNT_DOMAIN, domain, NULL, NULL);

	if (store_step(s, st, e) < 0)
		return -1;
	s_r->accounts = sqlite3_column_int64(st, 0);
	s_r->locked_accounts = sqlite3_column_int64(st, 1);
	store_done(st);
	return 0;
}

static int
count_aliases(struct store *s, const char *domain, int64_t *n_r,
    struct err *e)
{
	sqlite3_stmt *st = store_stmt(s, ST_ALIASES, domain, "", NULL);
	int r;

	store_int(st, 3, -1);
	*n_r = 0;
	while ((r = store_step(s, st, e)) > 0)
		++*n_r;
	return r;
}

/* domain.alias for a name that is there: only an alias may be turned. */
static int
turn_alias(struct store *s, const struct acct_domain *d,
    const struct acct_domain *was, struct err *e)
{
	if (was->alias_of[0] == '\0')
		return err_set(e, ERR_CONFIG, "%s is a domain of its own; "
		    "remove it before it can be an alias", d->name);
	return store_run(s, store_stmt(s, ST_DOMAIN_ALIAS, d->name,
	    d->alias_of, NULL), e) < 0 ? -1 : 0;
}

static int
add(struct store *s, const struct acct_domain *d, struct err *e)
{
	struct acct_domain was, target;
	bool alias = d->alias_of[0] != '\0';
	struct err absent;

	if (alias && real_domain(s, d->alias_of, &target, e) < 0)
		return -1;
	err_clear(&absent);
	if (store_domain(s, d->name, &was, &absent) == 0) {
		if (alias)
			return turn_alias(s, d, &was, e);
		return err_set(e, ERR_CONFIG, "%s is there already%s%s",
		    d->name, was.alias_of[0] == '\0' ? "" :
		    " as an alias of ", was.alias_of);
	}
	if (absent.class != ERR_NOTFOUND) {
		if (e != NULL)
			*e = absent;
		return -1;
	}
	return store_run(s, store_stmt(s, ST_DOMAIN_ADD, d->name,
	    d->alias_of, NULL), e) < 0 ? -1 : 0;
}

static int
take_away(struct store *s, const char *name, bool force,
    struct acct_stat *gone_r, struct err *e)
{
	struct acct_domain d;

	memset(gone_r, 0, sizeof(*gone_r));
	if (real_domain(s, name, &d, e) < 0 ||
	    count(s, name, gone_r, e) < 0 ||
	    count_aliases(s, name, &gone_r->aliases, e) < 0)
		return -1;
	if (!force && (gone_r->accounts > 0 || gone_r->aliases > 0))
		return err_set(e, ERR_CONFIG, "%s has %lld accounts and %lld "
		    "aliases; remove them first, or use force", name,
		    (long long)gone_r->accounts, (long long)gone_r->aliases);
	if (store_run(s, store_stmt(s, ST_DOMAIN_EMPTY, name, NULL, NULL),
	    e) < 0 ||
	    store_run(s, store_stmt(s, ST_DOMAIN_UNALIAS, name, NULL, NULL),
	    e) < 0 ||
	    store_run(s, store_stmt(s, ST_DOMAIN_REMOVE, name, NULL, NULL),
	    e) < 0)
		return -1;
	return 0;
}

static int
set_lock(struct store *s, const char *name, bool lock, struct err *e)
{
	struct acct_domain d;
	sqlite3_stmt *st;

	if (real_domain(s, name, &d, e) < 0)
		return -1;
	st = store_stmt(s, ST_DOMAIN_LOCK, name, NULL, NULL);
	store_int(st, 2, lock);
	return store_run(s, st, e) < 0 ? -1 : 0;
}

static int
unalias(struct store *s, const char *name, struct err *e)
{
	struct acct_domain d;

	if (store_domain(s, name, &d, e) < 0)
		return -1;
	if (d.alias_of[0] == '\0')
		return err_set(e, ERR_CONFIG, "%s is no alias", name);
	return store_run(s, store_stmt(s, ST_DOMAIN_REMOVE, name, NULL, NULL),
	    e) < 0 ? -1 : 0;
}

static int
each_row(struct store *s, sqlite3_stmt *st, acct_each_domain *each, void *arg,
    struct err *e)
{
	struct acct_domain d;
	int n;

	while ((n = store_step(s, st, e)) > 0) {
		if (store_column(st, 0, d.name, sizeof(d.name)) < 0 ||
		    store_column(st, 1, d.alias_of, sizeof(d.alias_of)) < 0) {
			store_done(st);
			return err_set(e, ERR_PERM, "%s: a damaged record",
			    s->path);
		}
		d.locked = sqlite3_column_int(st, 2) != 0;
		if (!each(&d, arg)) {
			store_done(st);
			return 0;
		}
	}
	return n;
}

int
store_domain_add(struct acct_backend *b, const struct acct_domain *d,
    struct err *e)
{
	struct store *s = store_of(b);

	if (store_begin(s, e) < 0)
		return -1;
	return store_end(s, add(s, d, e), e);
}

int
store_domain_remove(struct acct_backend *b, const char *name, bool force,
    struct acct_stat *gone_r, struct err *e)
{
	struct store *s = store_of(b);

	if (store_begin(s, e) < 0)
		return -1;
	return store_end(s, take_away(s, name, force, gone_r, e), e);
}

int
store_domain_lock(struct acct_backend *b, const char *name, bool lock,
    struct err *e)
{
	struct store *s = store_of(b);

	if (store_begin(s, e) < 0)
		return -1;
	return store_end(s, set_lock(s, name, lock, e), e);
}

int
store_domain_unalias(struct acct_backend *b, const char *name, struct err *e)
{
	struct store *s = store_of(b);

	if (store_begin(s, e) < 0)
		return -1;
	return store_end(s, unalias(s, name, e), e);
}

int
store_domain_show(struct acct_backend *b, const char *name,
    struct acct_domain *d_r, struct acct_stat *s_r, struct err *e)
{
	struct store *s = store_of(b);

	memset(s_r, 0, sizeof(*s_r));
	if (store_ready(s, e) < 0 || store_resolve(s, name, d_r, e) < 0)
		return -1;
	if (count_aliases(s, d_r->name, &s_r->aliases, e) < 0)
		return -1;
	return count(s, d_r->name, s_r, e);
}

int
store_domain_list(struct acct_backend *b, const struct acct_page *p,
    acct_each_domain *each, void *arg, struct err *e)
{
	struct store *s = store_of(b);
	sqlite3_stmt *st;

	if (store_ready(s, e) < 0)
		return -1;
	if (*p->domain != '\0') {
		st = store_stmt(s, ST_ALIASES, p->domain, p->after, NULL);
		store_int(st, 3, p->limit);
	} else {
		st = store_stmt(s, ST_DOMAIN_LIST, p->after, NULL, NULL);
		store_int(st, 2, p->limit);
	}
	return each_row(s, st, each, arg, e);
}

int
store_stat(struct acct_backend *b, struct acct_stat *s_r, struct err *e)
{
	struct store *s = store_of(b);
	sqlite3_stmt *st;

	memset(s_r, 0, sizeof(*s_r));
	if (store_ready(s, e) < 0 || count(s, NULL, s_r, e) < 0)
		return -1;
	st = store_stmt(s, ST_COUNT_DOMAINS, NULL, NULL, NULL);
	if (store_step(s, st, e) < 0)
		return -1;
	s_r->aliases = sqlite3_column_int64(st, 1);
	s_r->domains = sqlite3_column_int64(st, 0) - s_r->aliases;
	s_r->locked_domains = sqlite3_column_int64(st, 2);
	store_done(st);
	return 0;
}
