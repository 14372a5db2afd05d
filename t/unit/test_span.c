/*
 * test_span.c - views of octets
 */
#include <string.h>

#include "lib/base/span.h"

#include "t/unit/unit.h"

static const struct {
	const char *holds, *a, *b;
	bool eq, ieq;
} equals[] = {
	{ "same is same", "QUIT", "QUIT", true, true },
	{ "case folds", "qUiT", "QuIt", false, true },
	{ "a prefix is not the whole", "QUI", "QUIT", false, false },
	{ "nor the other way", "QUIT", "QUI", false, false },
	{ "empty is empty", "", "", true, true },
	{ "only letters fold: [ is not {", "[", "{", false, false },
	{ "nor @ and `", "@", "`", false, false },
	{ "8-bit octets do not fold", "\xc4", "\xe4", false, false },
};

START_TEST(equal)
{
	struct span a = span_of(equals[_i].a);

	ck_assert_msg(span_eq(a, equals[_i].b) == equals[_i].eq, "%s",
	    equals[_i].holds);
	ck_assert_msg(span_ieq(a, equals[_i].b) == equals[_i].ieq, "%s",
	    equals[_i].holds);
}
END_TEST

static const struct {
	const char *holds, *in, *left, *right;
} trims[] = {
	{ "nothing to cut", "a b", "a b", "a b" },
	{ "spaces and tabs go", " \t a \t ", "a \t ", " \t a" },
	{ "all blank", " \t ", "", "" },
	{ "empty", "", "", "" },
	{ "CR is not blank", "\ra\r", "\ra\r", "\ra\r" },
};

START_TEST(trim)
{
	struct span s = span_of(trims[_i].in);

	ck_assert_msg(span_eq(span_ltrim(s), trims[_i].left), "%s",
	    trims[_i].holds);
	ck_assert_msg(span_eq(span_rtrim(s), trims[_i].right), "%s",
	    trims[_i].holds);
}
END_TEST

static const struct {
	const char *holds, *in, *word, *rest;
} words[] = {
	{ "word and rest", "LIST 1", "LIST", "1" },
	{ "no space: all", "LIST", "LIST", "" },
	{ "only one space goes", "PASS  x", "PASS", " x" },
	{ "a trailing space goes", "LIST ", "LIST", "" },
	{ "a leading space is an empty word", " x", "", "x" },
	{ "nothing", "", "", "" },
	{ "a tab is no space", "a\tb c", "a\tb", "c" },
};

START_TEST(word)
{
	struct span s = span_of(words[_i].in), w = span_word(&s);

	ck_assert_msg(span_eq(w, words[_i].word), "%s", words[_i].holds);
	ck_assert_msg(span_eq(s, words[_i].rest), "%s", words[_i].holds);
}
END_TEST

START_TEST(nul_is_an_octet)
{
	struct span s = span_mem("a\0b", 3);
	char *copy = span_dup(s);

	ck_assert(span_has(s, '\0'));
	ck_assert(!span_has(span_of("a"), '\0'));
	ck_assert(!span_eq(s, "a"));
	ck_assert(memcmp(copy, "a\0b", 4) == 0);
	free(copy);
}
END_TEST

START_TEST(null_is_empty)
{
	struct span s = span_mem(NULL, 0);
	char *copy = span_dup(s);

	ck_assert(span_eq(s, ""));
	ck_assert(span_eq(span_of(NULL), ""));
	ck_assert_str_eq(copy, "");
	free(copy);
	ck_assert_ptr_null(span_dup(span_mem("", (size_t)-1)));
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, equal, equals);
	UNIT_ROWS(tc, trim, trims);
	UNIT_ROWS(tc, word, words);
	tcase_add_test(tc, nul_is_an_octet);
	tcase_add_test(tc, null_is_empty);
}

UNIT_MAIN("span", add)
