/*
 * acct_sqlite.h - between the files of the SQLite backend
 *
 * acct_sqlite.c looks up, _db.c opens, _stmt.c binds and runs, _account.c,
 * _set.c and _domain.c administer.
 */
#ifndef ACCT_ACCT_SQLITE_H
#define ACCT_ACCT_SQLITE_H

#include <limits.h>
#include <sqlite3.h>

#include "lib/acct/acct.h"

/* A row a statement in acct_sqlite_stmt.c. */
enum store_stmt {
	ST_BEGIN, ST_COMMIT, ST_ROLLBACK,
	ST_DOMAIN, ST_ACCOUNT,
	ST_ADD, ST_REMOVE, ST_HASH, ST_LOCK, ST_QUOTA, ST_MAILDROP,
	ST_APOP, ST_XMIT, ST_FIXED, ST_OWNER, ST_OWNED,
	ST_FORMER, ST_FORMER_ADD, ST_FORMER_TRIM,
	ST_LIST, ST_LIST_DOMAIN,
	ST_DOMAIN_ADD, ST_DOMAIN_REMOVE, ST_DOMAIN_LOCK, ST_DOMAIN_ALIAS,
	ST_DOMAIN_EMPTY, ST_DOMAIN_UNALIAS, ST_DOMAIN_LIST, ST_ALIASES,
	ST_COUNT, ST_COUNT_DOMAIN, ST_COUNT_DOMAINS,
	STORE_STATEMENTS
};

extern const char *const store_sql[STORE_STATEMENTS];

struct store {
	struct acct_backend base;
	char path[PATH_MAX];
	sqlite3 *db;			/* NULL: to be opened at next use */
	sqlite3_stmt *stmt[STORE_STATEMENTS];
	bool sick;			/* close when no transaction is left */
	char known_domain[NAMES_DOMAIN];	/* during put()s: is there */
	char known_as[NAMES_DOMAIN];	/* and is this one in truth */
};

static inline struct store *
store_of(struct acct_backend *b)
{
	return (struct store *)(void *)b;	/* its first member */
}

/* Open if it is not; every operation begins with it. */
int store_ready(struct store *s, struct err *e);
void store_shut(struct store *s);

/*
 * A statement with s1 to s3 bound as text from parameter 1 (NULL ends the
 * list); further parameters by store_int() and store_text().
 */
sqlite3_stmt *store_stmt(struct store *s, enum store_stmt which,
    const char *s1, const char *s2, const char *s3);
void store_int(sqlite3_stmt *st, int at, int64_t v);
void store_text(sqlite3_stmt *st, int at, const char *text);
void store_blob(sqlite3_stmt *st, int at, const void *p, size_t n);

/* 1 a row, 0 the end, -1 with *e.  At the end and on a fault it is reset;
 * after a row the caller resets by store_done(). */
int store_step(struct store *s, sqlite3_stmt *st, struct err *e);
void store_done(sqlite3_stmt *st);

/* Run to the end; the number of changed rows, or -1. */
int store_run(struct store *s, sqlite3_stmt *st, struct err *e);

int store_begin(struct store *s, struct err *e);
/* Commit when r is 0, else roll back; returns what the caller returns. */
int store_end(struct store *s, int r, struct err *e);
void store_rollback(struct store *s);

/* *e from the database's own word for what happened; always -1. */
int store_fault(struct store *s, int rc, const char *what, struct err *e);

/* Copy a text column, "" for NULL; an oversized one is cut by nobody: -1. */
int store_column(sqlite3_stmt *st, int col, char *out, size_t n);

/* The domain's row, as it stands or with an alias followed. */
int store_domain(struct store *s, const char *name, struct acct_domain *d_r,
    struct err *e);
int store_resolve(struct store *s, const char *name, struct acct_domain *d_r,
    struct err *e);

/* One account by its canonical name. */
int store_account(struct store *s, const char *name, struct acct_account *r,
    struct err *e);

/* From a row of ST_ACCOUNT or ST_LIST. */
int store_read(sqlite3_stmt *st, struct acct_account *r);

/* The user part of a canonical name. */
void store_user(const char *name, char out[NAMES_USER]);

extern const struct acct_admin store_admin;	/* acct_sqlite_account.c */

/* An account's key, with the alias of its domain followed. */
struct store_key {
	struct acct_domain domain;
	char user[NAMES_USER];
};
int store_find_key(struct store *s, const char *name, struct store_key *k_r,
    struct err *e);

/* acct_sqlite_set.c */
int store_set_hash(struct store *s, const struct store_key *k,
    const struct acct_account *a, struct err *e);
int store_set(struct acct_backend *, const struct acct_account *,
    unsigned what, struct err *);
int store_former(struct acct_backend *, const char *name, acct_each_hash *,
    void *arg, struct err *);
int store_owned(struct acct_backend *, uint32_t owner,
    struct acct_account *r, struct err *);

/* acct_sqlite_domain.c */
int store_domain_add(struct acct_backend *, const struct acct_domain *,
    struct err *);
int store_domain_remove(struct acct_backend *, const char *name, bool force,
    struct acct_stat *gone_r, struct err *);
int store_domain_lock(struct acct_backend *, const char *name, bool lock,
    struct err *);
int store_domain_unalias(struct acct_backend *, const char *name,
    struct err *);
int store_domain_show(struct acct_backend *, const char *name,
    struct acct_domain *d_r, struct acct_stat *s_r, struct err *);
int store_domain_list(struct acct_backend *, const struct acct_page *,
    acct_each_domain *, void *arg, struct err *);
int store_stat(struct acct_backend *, struct acct_stat *s_r, struct err *);

#endif
