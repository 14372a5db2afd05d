/*
 * test_acct_grow.c - a database that an older version made, and what the new
 * columns keep
 */
#include "config.h"

#include <sqlite3.h>

#include "lib/acct/newpass.h"

#include "t/unit/unit.h"
#include "t/unit/acct_folder.h"

/* The tables of version 1, as that version made them. */
static const char old_tables[] =
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
    " maildrop TEXT,"
    " quota INTEGER,"
    " created INTEGER NOT NULL,"
    " changed INTEGER NOT NULL,"
    " PRIMARY KEY (domain, user)"
    ") WITHOUT ROWID;"
    "PRAGMA user_version=1;"
    "INSERT INTO domains VALUES ('example.org', NULL, 0),"
    " ('example.net', 'example.org', 0);"
    "INSERT INTO accounts VALUES"
    " ('example.org', 'anna', '" HASH_5 "', 0, NULL, NULL, 11, 12),"
    " ('example.org', 'bob', '" HASH_2A "', 1, 'boxes/bob', 7, 13, 14);";

static struct acct *chain;
static struct acct_backend *b;

static void
open_it(void)
{
	chain = folder_open();
	b = acct_administered(chain, NULL);
	ck_assert_ptr_nonnull(b);
}

static void
run_sql(const char *text)
{
	char *why = NULL;
	sqlite3 *db;

	ck_assert_int_eq(sqlite3_open(folder_file("accounts.db"), &db), 0);
	sqlite3_exec(db, text, NULL, NULL, &why);
	ck_assert_msg(why == NULL, "%s", why);
	sqlite3_close(db);
}

static void
set_up(void)
{
	folder_make();
	run_sql(old_tables);
	open_it();
}

static void
tear_down(void)
{
	acct_free(&chain);
	folder_remove();
}

static struct acct_account
looked_up(const char *name)
{
	struct acct_account a;
	struct err e;

	ck_assert_msg(acct_lookup(chain, name, &a, &e) == 0, "%s", e.text);
	return a;
}

static void
set(struct acct_account *a, unsigned what)
{
	struct err e;

	ck_assert_msg(b->ops->admin->set(b, a, what, &e) == 0, "%s", e.text);
}

START_TEST(nothing_is_lost)
{
	struct acct_account a = looked_up("anna@example.net");

	ck_assert_str_eq(a.name, "anna@example.org");
	ck_assert_str_eq(a.hash, HASH_5);
	ck_assert_int_eq(a.created, 11);
	ck_assert_int_eq(a.changed, 12);
	ck_assert(!a.locked && !a.xmit && !a.fixed && !a.owned);
	ck_assert_uint_eq(a.apop_len, 0);
	a = looked_up("bob@example.org");
	ck_assert(a.locked);
	ck_assert_str_eq(a.maildrop, "boxes/bob");
	ck_assert_int_eq(a.quota, 7);
}
END_TEST

/* Both ways to the newest tables end at the same. */
START_TEST(a_new_file_has_the_same_tables)
{
	static const char dump[] = "SELECT group_concat(name || '|' || "
	    "coalesce(sql, ''), ';') FROM (SELECT name, sql FROM sqlite_schema "
	    "ORDER BY name)";
	char text[2][8192];
	sqlite3_stmt *st;
	sqlite3 *db;
	int i;

	for (i = 0; i < 2; i++) {
		if (i == 1) {
			acct_free(&chain);
			folder_remove();
			folder_make();
			open_it();
		}
		(void)acct_lookup(chain, "anna@example.org",
		    &(struct acct_account){ .quota = 0 }, NULL);
		ck_assert_int_eq(sqlite3_open(folder_file("accounts.db"),
		    &db), 0);
		ck_assert_int_eq(sqlite3_prepare_v2(db, dump, -1, &st, NULL),
		    0);
		ck_assert_int_eq(sqlite3_step(st), SQLITE_ROW);
		snprintf(text[i], sizeof(text[i]), "%s",
		    (const char *)sqlite3_column_text(st, 0));
		sqlite3_finalize(st);
		sqlite3_close(db);
	}
	ck_assert_str_eq(text[0], text[1]);
	ck_assert_ptr_nonnull(strstr(text[0], "former"));
}
END_TEST

/* All of it or nothing: a step that fails leaves the old tables. */
START_TEST(a_failed_step_changes_nothing)
{
	struct acct_account a;
	struct err e;

	acct_free(&chain);
	run_sql("CREATE TABLE former (x INTEGER);");
	open_it();
	ck_assert_int_eq(acct_lookup(chain, "anna@example.org", &a, &e), -1);
	run_sql("DROP TABLE former; SELECT count(*) FROM accounts;");
	ck_assert_msg(acct_lookup(chain, "anna@example.org", &a, &e) == 0,
	    "%s", e.text);
	ck_assert_str_eq(a.hash, HASH_5);
}
END_TEST

START_TEST(tables_of_the_future_are_left_alone)
{
	struct acct_account a;
	struct err e;

	acct_free(&chain);
	run_sql("PRAGMA user_version=99;");
	open_it();
	ck_assert_int_eq(acct_lookup(chain, "anna@example.org", &a, &e), -1);
	ck_assert_int_eq(e.class, ERR_PERM);
	ck_assert_ptr_nonnull(strstr(e.text, "version 99"));
}
END_TEST

START_TEST(flags_and_owner)
{
	struct acct_account a = looked_up("anna@example.org"), got;
	struct err e;

	a.xmit = a.fixed = a.owned = true;
	a.owner = 4294967294u;
	set(&a, ACCT_XMIT_SET | ACCT_FIXED_SET | ACCT_OWNER_SET);
	got = looked_up("anna@example.org");
	ck_assert(got.xmit && got.fixed && got.owned);
	ck_assert_uint_eq(got.owner, 4294967294u);
	ck_assert_str_eq(got.hash, HASH_5);
	ck_assert(!looked_up("bob@example.org").xmit);
	ck_assert_int_eq(b->ops->admin->owned(b, 4294967294u, &got, &e), 0);
	ck_assert_str_eq(got.name, "anna@example.org");
	ck_assert_int_eq(b->ops->admin->owned(b, 0, &got, &e), -1);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
	strcpy(a.name, "bob@example.org");
	set(&a, ACCT_OWNER_SET);
	ck_assert_int_eq(b->ops->admin->owned(b, 4294967294u, &got, &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	a.owned = a.xmit = a.fixed = false;
	set(&a, ACCT_OWNER_SET);
	ck_assert(!looked_up("bob@example.org").owned);
	ck_assert_int_eq(b->ops->admin->owned(b, 4294967294u, &got, &e), 0);
}
END_TEST

/* root owns an account like everybody else: 0 is a number, not none. */
START_TEST(the_owner_may_be_root)
{
	struct acct_account a = looked_up("anna@example.org");

	a.owned = true;
	a.owner = 0;
	set(&a, ACCT_OWNER_SET);
	a = looked_up("anna@example.org");
	ck_assert(a.owned);
	ck_assert_uint_eq(a.owner, 0);
}
END_TEST

/* P-26: another hash drops the APOP secret, the same one does not. */
START_TEST(apop_never_outlives_the_hash)
{
	struct acct_account a = looked_up("anna@example.org");
	bool added;

	memset(a.apop, 0xa5, sizeof(a.apop));
	a.apop_len = sizeof(a.apop);
	set(&a, ACCT_APOP_SET);
	a = looked_up("anna@example.org");
	ck_assert_uint_eq(a.apop_len, sizeof(a.apop));
	ck_assert_int_eq(a.apop[ACCT_APOP - 1], 0xa5);
	set(&a, ACCT_HASH_SET);
	ck_assert_uint_eq(looked_up(a.name).apop_len, ACCT_APOP);
	ck_assert_int_eq(b->ops->admin->begin(b, NULL), 0);
	ck_assert_int_eq(b->ops->admin->put(b, &a, &added, NULL), 0);
	ck_assert_int_eq(b->ops->admin->commit(b, NULL), 0);
	ck_assert_uint_eq(looked_up(a.name).apop_len, ACCT_APOP);
	strcpy(a.hash, HASH_2A);
	set(&a, ACCT_HASH_SET | ACCT_APOP_SET);
	ck_assert_uint_eq(looked_up(a.name).apop_len, ACCT_APOP);
	strcpy(a.hash, HASH_5);
	set(&a, ACCT_HASH_SET);
	ck_assert_uint_eq(looked_up(a.name).apop_len, 0);
}
END_TEST

START_TEST(only_while_the_hash_is_the_one_that_was_checked)
{
	struct acct_account a = looked_up("anna@example.org");
	struct err e;

	a.was = HASH_2A;
	strcpy(a.hash, HASH_2A);
	ck_assert_int_eq(b->ops->admin->set(b, &a, ACCT_HASH_SET |
	    ACCT_IF_HASH, &e), -1);
	ck_assert_int_eq(e.class, ERR_BUSY);
	ck_assert_str_eq(looked_up(a.name).hash, HASH_5);
	a.was = HASH_5;
	set(&a, ACCT_HASH_SET | ACCT_IF_HASH);
	ck_assert_str_eq(looked_up(a.name).hash, HASH_2A);
}
END_TEST

static bool
collect(const char *hash, void *arg)
{
	strcat(strcat(arg, hash), " ");
	return true;
}

static const char *
former(const char *name)
{
	static char text[2048];
	struct err e;

	text[0] = '\0';
	ck_assert_msg(b->ops->admin->former(b, name, collect, text, &e) == 0,
	    "%s", e.text);
	return text;
}

START_TEST(former_hashes_the_latest_first_and_no_more)
{
	struct acct_account a = looked_up("anna@example.org");
	int i;

	a.keep_old = 2;
	for (i = 1; i <= 4; i++) {
		snprintf(a.hash, sizeof(a.hash), "hash-%d", i);
		set(&a, ACCT_HASH_SET);
	}
	ck_assert_str_eq(former(a.name), "hash-3 hash-2 ");
	set(&a, ACCT_HASH_SET);		/* the same once more */
	ck_assert_str_eq(former(a.name), "hash-3 hash-2 ");
	ck_assert_str_eq(former("bob@example.org"), "");
	a.keep_old = 0;
	set(&a, ACCT_HASH_SET);
	ck_assert_str_eq(former(a.name), "");
}
END_TEST

/* With the account goes what it had. */
START_TEST(removed_accounts_leave_nothing)
{
	struct acct_account a = looked_up("anna@example.org"), was;

	a.keep_old = 5;
	strcpy(a.hash, HASH_2A);
	set(&a, ACCT_HASH_SET);
	ck_assert_str_eq(former(a.name), HASH_5 " ");
	ck_assert_int_eq(b->ops->admin->remove(b, a.name, &was, NULL), 0);
	ck_assert_int_eq(b->ops->admin->add(b, &a, NULL), 0);
	ck_assert_str_eq(former(a.name), "");
}
END_TEST

/* newpass.h: one change renews everything. */
START_TEST(a_new_password_renews_all_forms)
{
	struct apop_key key = { .there = true };
	struct acct_account a = looked_up("anna@example.org");
	struct newpass n = { .apop = &key, .history = 2, .now = 99,
		.policy = { 8, 1 } };
	struct err e;

	n.pw = pwhash_new("$5$", &e);
	ck_assert_int_eq(apop_seal(&key, span_of("first"), &a, &e), 0);
	set(&a, ACCT_APOP_SET);
	ck_assert_int_eq(newpass_set(&n, b, &a, span_of("short"), &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	a = looked_up("anna@example.org");
	ck_assert_str_eq(a.hash, HASH_5);
	ck_assert_int_eq(newpass_set(&n, b, &a, span_of(HASH_5_PASSWORD), &e),
	    -1);
	ck_assert_msg(strstr(e.text, "the old one") != NULL || strstr(e.text,
	    "dictionary") != NULL, "%s", e.text);
	ck_assert_msg(newpass_set(&n, b, &a, span_of("Tulip-Harbour-71"),
	    &e) == 0, "%s", e.text);
	a = looked_up("anna@example.org");
	ck_assert(pwhash_check(n.pw, a.hash, span_of("Tulip-Harbour-71")));
	ck_assert_int_eq(a.changed, 99);
	ck_assert(apop_usable(&key, &a));
	ck_assert_int_eq(newpass_set(&n, b, &a, span_of("Meadow-Lantern-52"),
	    &e), 0);
	a = looked_up("anna@example.org");
	ck_assert_int_eq(newpass_set(&n, b, &a, span_of("Tulip-Harbour-71"),
	    &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, "used before"));
	n.forced = true;
	ck_assert_int_eq(newpass_set(&n, b, &a, span_of("x"), &e), 0);
	key.there = false;
	a = looked_up("anna@example.org");
	ck_assert_uint_gt(a.apop_len, 0);
	ck_assert_int_eq(newpass_set(&n, b, &a, span_of("y"), &e), 0);
	ck_assert_uint_eq(looked_up(a.name).apop_len, 0);
	pwhash_free(&n.pw);
}
END_TEST

/* The administrator took APOP away while the owner chose a password. */
START_TEST(apop_taken_away_in_between_stays_away)
{
	struct apop_key key = { .there = true };
	struct acct_account a = looked_up("anna@example.org"), seen;
	struct newpass n = { .apop = &key, .forced = true };
	struct err e;

	n.pw = pwhash_new("$5$", &e);
	ck_assert_int_eq(apop_seal(&key, span_of("first"), &a, &e), 0);
	set(&a, ACCT_APOP_SET);
	seen = a;
	a.apop_len = 0;
	set(&a, ACCT_APOP_SET);
	ck_assert_int_eq(newpass_set(&n, b, &seen, span_of("second"), &e),
	    -1);
	ck_assert_int_eq(e.class, ERR_BUSY);
	a = looked_up("anna@example.org");
	ck_assert_uint_eq(a.apop_len, 0);
	ck_assert_str_eq(a.hash, HASH_5);
	pwhash_free(&n.pw);
}
END_TEST

#ifdef HAVE_GSASL
/* SASLprep maps U+00AD to nothing: by it one password has many spellings. */
START_TEST(a_password_is_judged_as_it_is_hashed)
{
	static const struct {
		const char *password, *says;
	} rows[] = {
		{ "a\302\255\302\255\302\255\302\255\302\255\302\255\302\255",
		    "shorter than 8" },
		{ "\302\255\302\255\302\255\302\255\302\255\302\255\302\255\302"
		    "\255", "is empty" },
		{ "Tulip-an\302\255na-71", "contains the user name" },
		{ "Meadow-Lantern\302\255-52", "the old one" },
		{ "Tulip-Harbour\302\255-71", "used before" },
	};
	struct newpass n = { .history = 2, .policy = { 8, 1 } };
	struct apop_key key = { .there = false };
	struct acct_account a = looked_up("anna@example.org");
	struct err e;
	size_t i;

	n.apop = &key;
	n.pw = pwhash_new("$5$", &e);
	ck_assert_int_eq(newpass_set(&n, b, &a, span_of("Tulip-Harbour-71"),
	    &e), 0);
	a = looked_up("anna@example.org");
	ck_assert_int_eq(newpass_set(&n, b, &a, span_of("Meadow-Lantern-52"),
	    &e), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		a = looked_up("anna@example.org");
		err_clear(&e);
		ck_assert_msg(newpass_set(&n, b, &a,
		    span_of(rows[i].password), &e) == -1, "%s", rows[i].says);
		ck_assert_int_eq(e.class, ERR_CONFIG);
		ck_assert_msg(strstr(e.text, rows[i].says) != NULL, "%s: %s",
		    rows[i].says, e.text);
	}
	pwhash_free(&n.pw);
}
END_TEST
#endif

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, nothing_is_lost);
	tcase_add_test(tc, a_new_file_has_the_same_tables);
	tcase_add_test(tc, a_failed_step_changes_nothing);
	tcase_add_test(tc, tables_of_the_future_are_left_alone);
	tcase_add_test(tc, flags_and_owner);
	tcase_add_test(tc, the_owner_may_be_root);
	tcase_add_test(tc, apop_never_outlives_the_hash);
	tcase_add_test(tc, only_while_the_hash_is_the_one_that_was_checked);
	tcase_add_test(tc, former_hashes_the_latest_first_and_no_more);
	tcase_add_test(tc, removed_accounts_leave_nothing);
	tcase_add_test(tc, a_new_password_renews_all_forms);
	tcase_add_test(tc, apop_taken_away_in_between_stays_away);
#ifdef HAVE_GSASL
	tcase_add_test(tc, a_password_is_judged_as_it_is_hashed);
#endif
}

UNIT_MAIN("acct_grow", add)
