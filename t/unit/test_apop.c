/*
 * test_apop.c - the secrets of APOP, sealed and proved
 */
#include "config.h"

#include <string.h>

#include "lib/acct/apop.h"

#include "t/unit/unit.h"

/* The example of RFC 1939 section 7. */
#define STAMP	"<1896.697170952@dbc.mtview.ca.us>"
#define SECRET	"tanstaaf"
#define DIGEST	"c4c9334bac560ecc979e58001b3e22fb"

static struct apop_key key = { .there = true };
static struct acct_account acc;

static void
set_up(void)
{
	struct err e;

	memset(key.key, 9, sizeof(key.key));
	key.there = true;
	memset(&acc, 0, sizeof(acc));
	strcpy(acc.name, "mrose@example.org");
	ck_assert_msg(apop_seal(&key, span_of(SECRET), &acc, &e) == 0, "%s",
	    e.text);
}

static const struct {
	const char *what, *stamp, *digest;
	enum apop_outcome outcome;
} checks[] = {
	{ "RFC 1939", STAMP, DIGEST, APOP_RIGHT },
	{ "capital letters", STAMP, "C4C9334BAC560ECC979E58001B3E22FB",
	    APOP_RIGHT },
	{ "another stamp", "<1896.697170953@dbc.mtview.ca.us>", DIGEST,
	    APOP_WRONG },
	{ "one digit", STAMP, "c4c9334bac560ecc979e58001b3e22fc", APOP_WRONG },
	{ "too short", STAMP, "c4c9334bac560ecc979e58001b3e22f", APOP_WRONG },
	{ "too long", STAMP, DIGEST "0", APOP_WRONG },
	{ "empty", STAMP, "", APOP_WRONG },
	{ "no digits", STAMP, "gggggggggggggggggggggggggggggggg",
	    APOP_WRONG },
};

START_TEST(digests)
{
	ck_assert_msg(apop_check(&key, &acc, span_of(checks[_i].stamp),
	    span_of(checks[_i].digest)) == checks[_i].outcome, "%s",
	    checks[_i].what);
}
END_TEST

START_TEST(a_stamp_is_needed)
{
	/* MD5 of the secret itself: right, had there been an empty stamp */
	ck_assert_int_eq(apop_check(&key, &acc, span_of(""),
	    span_of("b3aa0ba4e1f957e5f3ef356cfc147008")), APOP_WRONG);
}
END_TEST

START_TEST(nobodys_secret_is_never_right)
{
	acc.apop_len = 0;
	ck_assert_int_eq(apop_check(&key, &acc, span_of(STAMP),
	    span_of(DIGEST)), APOP_WRONG);
	ck_assert(!apop_usable(&key, &acc));
}
END_TEST

START_TEST(another_key_cannot_read_it)
{
	struct apop_key other = key;

	ck_assert(apop_usable(&key, &acc));
	other.key[0] ^= 1;
	ck_assert(!apop_usable(&other, &acc));
	ck_assert_int_eq(apop_check(&other, &acc, span_of(STAMP),
	    span_of(DIGEST)), APOP_UNREADABLE);
	other = key;
	other.there = false;
	ck_assert(!apop_usable(&other, &acc));
	ck_assert_int_eq(apop_check(&other, &acc, span_of(STAMP),
	    span_of(DIGEST)), APOP_UNREADABLE);
}
END_TEST

START_TEST(nor_does_it_work_for_another_account)
{
	strcpy(acc.name, "eve@example.org");
	ck_assert_int_eq(apop_check(&key, &acc, span_of(STAMP),
	    span_of(DIGEST)), APOP_UNREADABLE);
}
END_TEST

START_TEST(a_flipped_bit_is_noticed)
{
	uint32_t i;

	for (i = 0; i < acc.apop_len; i++) {
		acc.apop[i] ^= 0x10;
		ck_assert_int_eq(apop_check(&key, &acc, span_of(STAMP),
		    span_of(DIGEST)), APOP_UNREADABLE);
		acc.apop[i] ^= 0x10;
	}
}
END_TEST

START_TEST(what_cannot_be_sealed)
{
	char text[APOP_SECRET + 1];
	struct err e;

	memset(text, 'x', sizeof(text));
	ck_assert_int_eq(apop_seal(&key, span_of(""), &acc, &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_uint_eq(acc.apop_len, 0);
	ck_assert_int_eq(apop_seal(&key, span_mem(text, APOP_SECRET), &acc,
	    &e), 0);
	ck_assert_uint_le(acc.apop_len, ACCT_APOP);
	ck_assert_int_eq(apop_seal(&key, span_mem(text, sizeof(text)), &acc,
	    &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	key.there = false;
	ck_assert_int_eq(apop_seal(&key, span_of("x"), &acc, &e), -1);
	ck_assert_int_eq(e.class, ERR_PERM);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, NULL);
	UNIT_ROWS(tc, digests, checks);
	tcase_add_test(tc, a_stamp_is_needed);
	tcase_add_test(tc, nobodys_secret_is_never_right);
	tcase_add_test(tc, another_key_cannot_read_it);
	tcase_add_test(tc, nor_does_it_work_for_another_account);
	tcase_add_test(tc, a_flipped_bit_is_noticed);
	tcase_add_test(tc, what_cannot_be_sealed);
}

UNIT_MAIN("apop", add)
