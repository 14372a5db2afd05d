/*
 * test_acct_none.c - a build without SQLite says what it lacks
 */
#include <string.h>

#include "lib/acct/verify.h"
#include "pop3srvd/auth/admin.h"

#include "t/unit/unit.h"

#define LACK	"built without the account database"

static struct acct *
fresh(void)
{
	static const char *const names[] = { "accounts" };
	struct acct *a = acct_new(names, 1, "/nowhere", NULL);

	ck_assert_ptr_nonnull(a);
	return a;
}

START_TEST(every_verb_says_so)
{
	struct admin admin = { fresh(), NULL, "example.org", 0 };
	json_t *args = json_object();
	struct err e;
	size_t i;

	for (i = 0; admin_verb(i) != NULL; i++) {
		ck_assert_ptr_null(admin_serve(&admin, admin_verb(i), args,
		    &e));
		ck_assert_int_eq(e.class, ERR_PERM);
		ck_assert_str_eq(e.text, LACK);
	}
	ck_assert_uint_gt(i, 10);
	json_decref(args);
	acct_free(&admin.acct);
}
END_TEST

START_TEST(a_login_is_our_fault_not_the_users)
{
	struct verify v = { fresh(), pwhash_new("$5$", NULL),
		cache_new(0, NULL) };
	struct verify_ask ask = { .name = span_of("anna@example.org"),
		.authzid = span_of(""), .password = span_of("secret"),
		.default_domain = "" };
	struct acct_account a;
	const char *reason;
	struct err e;

	ck_assert_int_eq(verify(&v, &ask, &a, &reason, &e), VERIFY_PERM);
	ck_assert_str_eq(reason, "database");
	ck_assert_str_eq(e.text, LACK);
	acct_free(&v.acct);
	pwhash_free(&v.pw);
	cache_free(&v.cache);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, every_verb_says_so);
	tcase_add_test(tc, a_login_is_our_fault_not_the_users);
}
UNIT_MAIN("acct_none", add)
