/*
 * acct_sqlite_db.c - the account database: its file and tables
 *
 * WAL with synchronous FULL: a commit that returned is on the disk.  No mmap:
 * a damaged disk would be SIGBUS instead of an error.  Opened in the process
 * that uses it, never carried over a fork.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/path.h"

#include "lib/acct/acct_sqlite.h"

#define BUSY_MS		10000	/* a batch of another process takes ~50, but a
				 * loaded disk may hold several up */
#define WAL_TRIES	500	/* times WAL_WAIT_MS */
#define WAL_WAIT_MS	20

static const char setup[] =
    "PRAGMA journal_mode=WAL;"
    "PRAGMA synchronous=FULL;"
    "PRAGMA foreign_keys=ON;"
    "PRAGMA mmap_size=0;"
    "PRAGMA cache_size=-8192;"
    "PRAGMA temp_store=MEMORY;"
    "PRAGMA trusted_schema=OFF;";

/*
 * From each version of the tables to the next; a new file goes through all of
 * them, so that it cannot differ from one that grew up.
 */
static const char *const steps[] = {
    "CREATE TABLE domains ("
    " name TEXT PRIMARY KEY,"
    " alias_of TEXT REFERENCES domains(name),"
    " locked INTEGER NOT NULL DEFAULT 0"
    ") WITHOUT ROWID;"
    "CREATE INDEX domain_aliases ON domains(alias_of)"
    " WHERE alias_of IS NOT NULL;"
    "CREATE TABLE accounts ("
    " domain TEXT NOT NULL REFERENCES domains(name),"
    " user TEXT NOT NULL,"
    " hash TEXT NOT NULL,"
    " locked INTEGER NOT NULL DEFAULT 0,"
    " maildrop TEXT,"		/* NULL: DOMAIN/USER */
    " quota INTEGER,"		/* NULL: the server's */
    " created INTEGER NOT NULL,"
    " changed INTEGER NOT NULL,"
    " PRIMARY KEY (domain, user)"
    ") WITHOUT ROWID;",

    "ALTER TABLE accounts ADD COLUMN xmit INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE accounts ADD COLUMN password_change INTEGER NOT NULL"
    " DEFAULT 1;"
    "ALTER TABLE accounts ADD COLUMN owner INTEGER;"	/* uid, NULL: none */
    "ALTER TABLE accounts ADD COLUMN apop BLOB;"	/* apop.h */
    "CREATE INDEX account_owners ON accounts(owner)"
    " WHERE owner IS NOT NULL;"
    "CREATE TABLE former ("		/* hashes of former passwords */
    " id INTEGER PRIMARY KEY,"
    " domain TEXT NOT NULL,"
    " user TEXT NOT NULL,"
    " hash TEXT NOT NULL,"
    " ended INTEGER NOT NULL,"
    " FOREIGN KEY (domain, user) REFERENCES accounts(domain, user)"
    " ON DELETE CASCADE"
    ");"
    "CREATE INDEX former_accounts ON former(domain, user);"
};

#define SCHEMA_VERSION	((int)(sizeof(steps) / sizeof(steps[0])))

/*
 * SQLite gives its other files the mode of this one.  An existing file is not
 * opened here: closing it would drop the locks that SQLite holds on it.
 */
static int
create_file(const char *path, struct err *e)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	struct stat st;

	if (fd >= 0) {
		(void)close(fd);
		return 0;
	}
	if (errno != EEXIST)
		return path_fail("cannot make", path, e);
	if (lstat(path, &st) < 0)
		return path_fail("cannot look at", path, e);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_PERM, "%s is not a regular file", path);
	if ((st.st_mode & 077) != 0 && chmod(path, 0600) < 0)
		return path_fail("cannot protect", path, e);
	return 0;
}

static int
run_text(struct store *s, const char *sql, const char *what, struct err *e)
{
	if (sqlite3_exec(s->db, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return store_fault(s, sqlite3_errcode(s->db), what, e);
}

static int
schema_version(struct store *s, int *v_r, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &st,
	    NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_step(st);
	if (rc == SQLITE_ROW)
		*v_r = sqlite3_column_int(st, 0);
	else
		store_fault(s, rc, "cannot read", e);
	sqlite3_finalize(st);
	return rc == SQLITE_ROW ? 0 : -1;
}

/*
 * All steps or none.  Several processes may find an old file at once: look
 * again inside.
 */
static int
grow(struct store *s, struct err *e)
{
	char text[64];
	int v = 0, r;

	snprintf(text, sizeof(text), "PRAGMA user_version=%d", SCHEMA_VERSION);
	if (run_text(s, "BEGIN IMMEDIATE", "cannot write", e) < 0)
		return -1;
	r = schema_version(s, &v, e);
	for (; r == 0 && v >= 0 && v < SCHEMA_VERSION; v++)
		r = run_text(s, steps[v], "cannot make tables", e);
	if (r == 0)
		r = run_text(s, text, "cannot make tables", e);
	if (r == 0)
		r = run_text(s, "COMMIT", "cannot write", e);
	if (r < 0)
		(void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

static int
check_schema(struct store *s, struct err *e)
{
	int v = 0;

	if (schema_version(s, &v, e) < 0)
		return -1;
	if (v == SCHEMA_VERSION)
		return 0;
	if (v >= 0 && v < SCHEMA_VERSION)
		return grow(s, e);
	return err_set(e, ERR_PERM, "%s: version %d of the tables; "
	    "this program knows %d", s->path, v, SCHEMA_VERSION);
}

static int
prepare_all(struct store *s, struct err *e)
{
	int i, rc;

	for (i = 0; i < STORE_STATEMENTS; i++) {
		rc = sqlite3_prepare_v3(s->db, store_sql[i], -1,
		    SQLITE_PREPARE_PERSISTENT, &s->stmt[i], NULL);
		if (rc != SQLITE_OK)
			return store_fault(s, rc, "cannot prepare", e);
	}
	return 0;
}

/*
 * The change to WAL needs the file for itself and does not wait for a process
 * that makes it too (SQLite gives SQLITE_BUSY at once, as neither would ever
 * give way): ask again.
 */
static int
set_up(struct store *s, struct err *e)
{
	int rc = SQLITE_BUSY, i;

	for (i = 0; i < WAL_TRIES && rc == SQLITE_BUSY; i++) {
		if (i > 0)
			(void)sqlite3_sleep(WAL_WAIT_MS);
		rc = sqlite3_exec(s->db, setup, NULL, NULL, NULL);
	}
	return rc == SQLITE_OK ? 0 : store_fault(s, rc, "cannot open", e);
}

static int
open_db(struct store *s, struct err *e)
{
	int rc;

	if (create_file(s->path, e) < 0)
		return -1;
	rc = sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READWRITE |
	    SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
	if (rc != SQLITE_OK)
		return store_fault(s, rc, "cannot open", e);
	sqlite3_busy_timeout(s->db, BUSY_MS);
	sqlite3_db_config(s->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	if (set_up(s, e) < 0 || check_schema(s, e) < 0)
		return -1;
	return prepare_all(s, e);
}

int
store_ready(struct store *s, struct err *e)
{
	if (s->db != NULL)
		return 0;
	if (open_db(s, e) == 0)
		return 0;
	store_shut(s);
	return -1;
}

void
store_shut(struct store *s)
{
	int i;

	for (i = 0; i < STORE_STATEMENTS; i++) {
		sqlite3_finalize(s->stmt[i]);
		s->stmt[i] = NULL;
	}
	sqlite3_close(s->db);
	s->db = NULL;
	s->known_domain[0] = '\0';
	s->sick = false;
}
