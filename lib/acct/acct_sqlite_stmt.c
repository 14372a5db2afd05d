/*
 * acct_sqlite_stmt.c - the account database: statements and their running
 *
 * Every statement of the backend is a row here, prepared once; values are
 * always bound, never written into the text.
 */
#include <string.h>

#include "lib/acct/acct_sqlite.h"

#define ACCOUNT_COLUMNS \
	"a.domain, a.user, a.hash, a.locked, a.maildrop, a.quota, " \
	"a.created, a.changed, d.locked, a.xmit, a.password_change, " \
	"a.owner, a.apop "
#define ACCOUNT_TABLES \
	"FROM accounts a JOIN domains d ON d.name = a.domain "

const char *const store_sql[STORE_STATEMENTS] = {
	[ST_BEGIN] = "BEGIN IMMEDIATE",
	[ST_COMMIT] = "COMMIT",
	[ST_ROLLBACK] = "ROLLBACK",
	[ST_DOMAIN] = "SELECT name, alias_of, locked FROM domains "
	    "WHERE name = ?1",
	[ST_ACCOUNT] = "SELECT " ACCOUNT_COLUMNS ACCOUNT_TABLES
	    "WHERE a.domain = ?1 AND a.user = ?2",
	[ST_ADD] = "INSERT INTO accounts (domain, user, hash, maildrop, "
	    "quota, locked, created, changed) "
	    "VALUES (?1, ?2, ?3, NULLIF(?4, ''), NULLIF(?5, -1), ?6, ?7, ?7) "
	    "ON CONFLICT DO NOTHING",
	[ST_REMOVE] = "DELETE FROM accounts WHERE domain = ?1 AND user = ?2",
	/* on the right hash is still the old one */
	[ST_HASH] = "UPDATE accounts SET hash = ?3, changed = ?4, "
	    "locked = max(locked, ?5), "
	    "apop = CASE WHEN hash = ?3 THEN apop END "
	    "WHERE domain = ?1 AND user = ?2",
	[ST_LOCK] = "UPDATE accounts SET locked = ?3 "
	    "WHERE domain = ?1 AND user = ?2",
	[ST_QUOTA] = "UPDATE accounts SET quota = NULLIF(?3, -1) "
	    "WHERE domain = ?1 AND user = ?2",
	[ST_MAILDROP] = "UPDATE accounts SET maildrop = NULLIF(?3, '') "
	    "WHERE domain = ?1 AND user = ?2",
	[ST_APOP] = "UPDATE accounts SET apop = ?3 "
	    "WHERE domain = ?1 AND user = ?2",
	[ST_XMIT] = "UPDATE accounts SET xmit = ?3 "
	    "WHERE domain = ?1 AND user = ?2",
	[ST_FIXED] = "UPDATE accounts SET password_change = ?3 "
	    "WHERE domain = ?1 AND user = ?2",
	[ST_OWNER] = "UPDATE accounts SET owner = NULLIF(?3, -1) "
	    "WHERE domain = ?1 AND user = ?2",
	[ST_OWNED] = "SELECT " ACCOUNT_COLUMNS ACCOUNT_TABLES
	    "WHERE a.owner = ?1 ORDER BY a.domain, a.user LIMIT 2",
	[ST_FORMER] = "SELECT hash FROM former "
	    "WHERE domain = ?1 AND user = ?2 ORDER BY id DESC",
	[ST_FORMER_ADD] = "INSERT INTO former (domain, user, hash, ended) "
	    "SELECT domain, user, hash, ?4 FROM accounts "
	    "WHERE domain = ?1 AND user = ?2 AND hash <> ?3",
	[ST_FORMER_TRIM] = "DELETE FROM former "
	    "WHERE domain = ?1 AND user = ?2 AND id NOT IN (SELECT id "
	    "FROM former WHERE domain = ?1 AND user = ?2 "
	    "ORDER BY id DESC LIMIT ?3)",
	[ST_LIST] = "SELECT " ACCOUNT_COLUMNS ACCOUNT_TABLES
	    "WHERE (a.domain, a.user) > (?1, ?2) "
	    "ORDER BY a.domain, a.user LIMIT ?3",
	[ST_LIST_DOMAIN] = "SELECT " ACCOUNT_COLUMNS ACCOUNT_TABLES
	    "WHERE a.domain = ?1 AND a.user > ?2 ORDER BY a.user LIMIT ?3",
	[ST_DOMAIN_ADD] = "INSERT INTO domains (name, alias_of) "
	    "VALUES (?1, NULLIF(?2, '')) ON CONFLICT DO NOTHING",
	[ST_DOMAIN_REMOVE] = "DELETE FROM domains WHERE name = ?1",
	[ST_DOMAIN_LOCK] = "UPDATE domains SET locked = ?2 WHERE name = ?1",
	[ST_DOMAIN_ALIAS] = "UPDATE domains SET alias_of = ?2 "
	    "WHERE name = ?1",
	[ST_DOMAIN_EMPTY] = "DELETE FROM accounts WHERE domain = ?1",
	[ST_DOMAIN_UNALIAS] = "DELETE FROM domains WHERE alias_of = ?1",
	[ST_DOMAIN_LIST] = "SELECT name, alias_of, locked FROM domains "
	    "WHERE name > ?1 ORDER BY name LIMIT ?2",
	[ST_ALIASES] = "SELECT name, alias_of, locked FROM domains "
	    "WHERE alias_of = ?1 AND name > ?2 ORDER BY name LIMIT ?3",
	[ST_COUNT] = "SELECT count(*), coalesce(sum(locked), 0) "
	    "FROM accounts",
	[ST_COUNT_DOMAIN] = "SELECT count(*), coalesce(sum(locked), 0) "
	    "FROM accounts WHERE domain = ?1",
	[ST_COUNT_DOMAINS] = "SELECT count(*), count(alias_of), "
	    "coalesce(sum(locked), 0) FROM domains",
};

/* Faults after which the handle itself may be the trouble.  PROTOCOL: a lock
 * that it could not let go of is in its own way, and would stay there. */
static bool
broken(int rc)
{
	return rc == SQLITE_CORRUPT || rc == SQLITE_NOTADB ||
	    rc == SQLITE_IOERR || rc == SQLITE_CANTOPEN ||
	    rc == SQLITE_READONLY || rc == SQLITE_PROTOCOL;
}

static enum err_class
class_of(int rc)
{
	switch (rc) {
	case SQLITE_CORRUPT: case SQLITE_NOTADB: case SQLITE_READONLY:
	case SQLITE_PERM: case SQLITE_AUTH:
		return ERR_PERM;
	case SQLITE_ERROR: case SQLITE_MISUSE: case SQLITE_RANGE:
		return ERR_BUG;
	default:
		return ERR_TEMP;
	}
}

int
store_fault(struct store *s, int rc, const char *what, struct err *e)
{
	return err_set(e, class_of(rc & 0xff), "%s: %s: %s", s->path, what,
	    s->db == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(s->db));
}

void
store_text(sqlite3_stmt *st, int at, const char *text)
{
	/* the caller's text lives until the statement is done */
	(void)sqlite3_bind_text(st, at, text, -1, SQLITE_STATIC);
}

void
store_blob(sqlite3_stmt *st, int at, const void *p, size_t n)
{
	(void)sqlite3_bind_blob64(st, at, n == 0 ? NULL : p, n,
	    SQLITE_STATIC);
}

void
store_int(sqlite3_stmt *st, int at, int64_t v)
{
	(void)sqlite3_bind_int64(st, at, v);
}

sqlite3_stmt *
store_stmt(struct store *s, enum store_stmt which, const char *s1,
    const char *s2, const char *s3)
{
	sqlite3_stmt *st = s->stmt[which];

	if (s1 != NULL)
		store_text(st, 1, s1);
	if (s2 != NULL)
		store_text(st, 2, s2);
	if (s3 != NULL)
		store_text(st, 3, s3);
	return st;
}

void
store_done(sqlite3_stmt *st)
{
	if (st == NULL)
		return;
	(void)sqlite3_reset(st);
	(void)sqlite3_clear_bindings(st);
}

int
store_step(struct store *s, sqlite3_stmt *st, struct err *e)
{
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE) {
		store_done(st);
		return 0;
	}
	store_fault(s, rc, "cannot read or write", e);
	store_done(st);
	if (broken(rc & 0xff))
		s->sick = true;
	if (s->sick && sqlite3_get_autocommit(s->db))
		store_shut(s);
	return -1;
}

int
store_run(struct store *s, sqlite3_stmt *st, struct err *e)
{
	int r = store_step(s, st, e);

	if (r > 0)
		store_done(st);
	return r < 0 ? -1 : sqlite3_changes(s->db);
}

int
store_begin(struct store *s, struct err *e)
{
	if (store_ready(s, e) < 0)
		return -1;
	s->known_domain[0] = '\0';
	return store_run(s, s->stmt[ST_BEGIN], e) < 0 ? -1 : 0;
}

void
store_rollback(struct store *s)
{
	/* some faults have rolled back already */
	if (s->db != NULL && !sqlite3_get_autocommit(s->db))
		(void)store_run(s, s->stmt[ST_ROLLBACK], NULL);
	if (s->db != NULL && s->sick)
		store_shut(s);
}

int
store_end(struct store *s, int r, struct err *e)
{
	if (r == 0)
		r = store_run(s, s->stmt[ST_COMMIT], e);
	if (r < 0)
		store_rollback(s);
	return r < 0 ? -1 : 0;
}

int
store_column(sqlite3_stmt *st, int col, char *out, size_t n)
{
	const char *text = (const char *)sqlite3_column_text(st, col);
	size_t len = text == NULL ? 0 : strlen(text);

	if (len >= n)
		return -1;
	memcpy(out, text == NULL ? "" : text, len + 1);
	return 0;
}
