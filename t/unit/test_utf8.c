/*
 * test_utf8.c - well-formed characters, and cuts between them
 */
#include <string.h>

#include "lib/base/utf8.h"

#include "t/unit/unit.h"

static const struct {
	const char *holds;
	const char *text;
	size_t want;
} heads[] = {
	{ "nothing", "", 0 },
	{ "ASCII", "a", 1 },
	{ "the last of one octet", "\x7f", 1 },
	{ "the first of two", "\xc2\x80", 2 },
	{ "the last of two", "\xdf\xbf", 2 },
	{ "the first of three", "\xe0\xa0\x80", 3 },
	{ "before the surrogates", "\xed\x9f\xbf", 3 },
	{ "behind the surrogates", "\xee\x80\x80", 3 },
	{ "the first of four", "\xf0\x90\x80\x80", 4 },
	{ "the last of all", "\xf4\x8f\xbf\xbf", 4 },
	{ "a continuation alone", "\x80", 0 },
	{ "overlong slash in two", "\xc0\xaf", 0 },
	{ "overlong in two", "\xc1\xbf", 0 },
	{ "overlong in three", "\xe0\x9f\xbf", 0 },
	{ "overlong in four", "\xf0\x8f\xbf\xbf", 0 },
	{ "a surrogate", "\xed\xa0\x80", 0 },
	{ "past the last", "\xf4\x90\x80\x80", 0 },
	{ "five octets", "\xf8\x88\x80\x80\x80", 0 },
	{ "0xff", "\xff", 0 },
	{ "cut after one", "\xc3", 0 },
	{ "cut after two", "\xe2\x82", 0 },
	{ "cut after three", "\xf0\x9f\x98", 0 },
	{ "third octet is none", "\xe2\x82" "a", 0 },
};

START_TEST(the_head)
{
	struct span s = span_of(heads[_i].text);

	ck_assert_msg(utf8_char(s) == heads[_i].want, "%s", heads[_i].holds);
	ck_assert(utf8_ok(s) == (heads[_i].want == s.len));
}
END_TEST

START_TEST(a_cut_splits_no_character)
{
	struct span s = span_of("a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z");
	static const size_t want[] = { 0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 11,
		11 };
	size_t i;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		ck_assert_uint_eq(utf8_cut(s, i).len, want[i]);
		ck_assert(utf8_ok(utf8_cut(s, i)));
	}
}
END_TEST

/* No character to save: the limit alone counts. */
START_TEST(a_cut_of_rubbish_still_ends)
{
	struct span s = span_of("\x80\x80\x80\x80\x80\x80\x80\x80");

	ck_assert_uint_le(utf8_cut(s, 5).len, 5);
	ck_assert_uint_gt(utf8_cut(s, 5).len, 1);
	ck_assert_uint_eq(utf8_cut(s, 8).len, 8);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, the_head, heads);
	tcase_add_test(tc, a_cut_splits_no_character);
	tcase_add_test(tc, a_cut_of_rubbish_still_ends);
}

UNIT_MAIN("utf8", add)
