/*
 * test_passpolicy.c - what a new password must be: a row a rule (P-23)
 */
#include "config.h"

#include <string.h>

#include "lib/acct/passpolicy.h"

#include "t/unit/unit.h"

#define NAME	"annika@example.org"
#define GOOD	"Tulip-Harbour-71"

static const struct {
	const char *what, *password, *old;
	int64_t min_length, classes;
	const char *says;		/* NULL: it is taken */
} rules[] = {
	{ "a good one", GOOD, "", 8, 1, NULL },
	{ "empty", "", "", 1, 1, "The password is empty." },
	{ "too short", "Tul-7h", "", 8, 1, "shorter than 8 characters" },
	{ "long enough", "Tuf-7hQz", "", 8, 1, NULL },
	{ "characters, not octets", "\303\266\303\266Tf-7", "", 8, 1,
	    "shorter than 8 characters" },
	{ "of characters there are enough", "\303\266\303\244Tf-7Hq", "",
	    8, 1, NULL },
	{ "one kind where three are asked for", "tulipharbourgate", "", 8, 3,
	    "needs 3 of: small letters" },
	{ "two kinds", "Tulipharbourgate", "", 8, 3, "needs 3 of" },
	{ "three kinds", "Tulipharbour71ga", "", 8, 3, NULL },
	{ "four kinds", GOOD, "", 8, 4, NULL },
	{ "the user name", "annika", "", 4, 1, "contains the user name" },
	{ "in capitals", "ANNIKA", "", 4, 1, "contains the user name" },
	{ "backwards", "akinna", "", 4, 1, "contains the user name" },
	{ "within it", "Tulip-annika-71", "", 8, 1,
	    "contains the user name" },
	{ "the address", "annika@example.org", "", 8, 1,
	    "contains the user name" },
	{ "the old one", GOOD, GOOD, 8, 1, "The new password is the old one" },
	{ "not the old one", GOOD, "Meadow-Lantern-52", 8, 1, NULL },
};

START_TEST(rule)
{
	struct passpolicy p = { rules[_i].min_length, rules[_i].classes };
	struct passpolicy_ask ask = { NAME, span_of(rules[_i].password),
		span_of(rules[_i].old) };
	struct err e;
	int r;

	err_clear(&e);
	r = passpolicy_check(&p, &ask, &e);
	if (rules[_i].says == NULL) {
		ck_assert_msg(r == 0, "%s: %s", rules[_i].what, e.text);
		return;
	}
	ck_assert_msg(r == -1 && e.class == ERR_CONFIG &&
	    strstr(e.text, rules[_i].says) != NULL, "%s: %s", rules[_i].what,
	    e.text);
	/* a sentence for the owner, without the password */
	ck_assert_int_eq(e.text[strlen(e.text) - 1], '.');
	ck_assert(e.text[0] >= 'A' && e.text[0] <= 'Z');
	ck_assert(*rules[_i].password == '\0' ||
	    strstr(e.text, rules[_i].password) == NULL);
}
END_TEST

/* A short name is part of many words. */
START_TEST(short_names_may_occur)
{
	struct passpolicy p = { 8, 1 };
	struct passpolicy_ask ask = { "al@example.org", span_of(
	    "Tulip-balcony-71"), span_of("") };
	struct err e;

	ck_assert_msg(passpolicy_check(&p, &ask, &e) == 0, "%s", e.text);
	ask.password = span_of("al");
	p.min_length = 1;
	ck_assert_int_eq(passpolicy_check(&p, &ask, &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, "user name"));
}
END_TEST

START_TEST(too_long_and_nul)
{
	struct passpolicy p = { 8, 1 };
	struct passpolicy_ask ask = { NAME, { NULL, 0 }, { "", 0 } };
	static char text[600];
	struct err e;

	memset(text, 'q', sizeof(text));
	ask.password = span_mem(text, sizeof(text));
	ck_assert_int_eq(passpolicy_check(&p, &ask, &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, "longer than 512"));
	ask.password = span_mem("Tulip\0Harbour-71", 16);
	ck_assert_int_eq(passpolicy_check(&p, &ask, &e), -1);
}
END_TEST

static const char *const words[] = { "password", "12345678", "qwertyuiop",
	"abcdefgh", "aaaaaaaaaa", "Password1" };

/* libpwquality and cracklib's dictionary, where they are. */
START_TEST(dictionary)
{
	struct passpolicy p = { 8, 1 };
	struct passpolicy_ask ask = { NAME, span_of(words[_i]), span_of("") };
	struct err e;
	int r = passpolicy_check(&p, &ask, &e);

	if (passpolicy_has_dictionary())
		ck_assert_msg(r == -1 && e.class == ERR_CONFIG &&
		    e.text[strlen(e.text) - 1] == '.', "%s", words[_i]);
	else
		ck_assert_int_eq(r, 0);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, rule, rules);
	tcase_add_test(tc, short_names_may_occur);
	tcase_add_test(tc, too_long_and_nul);
	UNIT_ROWS(tc, dictionary, words);
}

UNIT_MAIN("passpolicy", add)
