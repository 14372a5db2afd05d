/*
 * test_ranges.c - a list of ranges with some put in or taken out
 */
#include <string.h>

#include "pop3srvd/keeper/ranges.h"

#include "t/unit/unit.h"

static const struct {
	const char *holds;
	const char *base, *asked;	/* words */
	char what;			/* '+' put, '=' replace, '-' take */
	const char *list;
	const char *there;		/* an x for each asked that was in */
} rows[] = {
	{ "into nothing", "", "192.0.2.1 192.0.2.0/24", '+',
	    "192.0.2.1 192.0.2.0/24", ".." },
	{ "at the end, in its order", "10.0.0.0/8", "9.9.9.9 8.8.8.8", '+',
	    "10.0.0.0/8 9.9.9.9 8.8.8.8", ".." },
	{ "what is in stays where it is", "10.0.0.0/8 9.9.9.9",
	    "9.9.9.9 8.8.8.8", '+', "10.0.0.0/8 9.9.9.9 8.8.8.8", "x." },
	{ "twice asked, once in", "", "9.9.9.9 ::ffff:9.9.9.9", '+',
	    "9.9.9.9", ".x" },
	{ "other forms of the same", "156.21.50.0/255.255.255.0",
	    "156.21.50.0/24", '+', "156.21.50.0/24", "x" },
	{ "another length is another range", "10.0.0.0/8", "10.0.0.0/9", '+',
	    "10.0.0.0/8 10.0.0.0/9", "." },
	{ "in the place of all", "10.0.0.0/8 9.9.9.9", "9.9.9.9 8.8.8.8",
	    '=', "9.9.9.9 8.8.8.8", ".." },
	{ "of nothing", "10.0.0.0/8", "", '=', "", "" },
	{ "taken out", "10.0.0.0/8 9.9.9.9 2001:DB8::/32",
	    "2001:db8::/32 10.0.0.0/8", '-', "9.9.9.9", "xx" },
	{ "what is not in", "10.0.0.0/8", "10.0.0.0/9 9.9.9.9", '-',
	    "10.0.0.0/8", ".." },
	{ "each time that it is in", "9.9.9.9 8.8.8.8 9.9.9.9", "9.9.9.9",
	    '-', "8.8.8.8", "x" },
};

static void
words(const char *text, void (*fn)(const char *word, void *arg), void *arg)
{
	struct span rest = span_of(text);
	char *word;

	while (rest.len > 0) {
		word = span_dup(span_word(&rest));
		ck_assert_ptr_nonnull(word);
		fn(word, arg);
		free(word);
	}
}

static void
add_string(const char *word, void *arg)
{
	struct conf_strings *s = arg;

	s->at = realloc(s->at, (s->n + 1) * sizeof(*s->at));
	ck_assert_ptr_nonnull(s->at);
	s->at[s->n++] = strdup(word);
}

static void
add_range(const char *word, void *arg)
{
	struct prefix p;

	ck_assert_int_eq(prefix_parse(word, &p, NULL), 0);
	ck_assert_int_eq(ranges_add(arg, &p, NULL), 0);
}

START_TEST(edits)
{
	struct conf_strings base = { NULL, 0 };
	struct ranges r = { NULL, 0, 0 };
	struct ranges_done d;
	char list[400] = "", there[20] = "";
	size_t i, n_there = 0;
	json_t *v;

	words(rows[_i].base, add_string, &base);
	words(rows[_i].asked, add_range, &r);
	ck_assert_int_eq(rows[_i].what == '-' ?
	    ranges_take(&base, &r, &d, NULL) :
	    ranges_put(&base, &r, rows[_i].what == '=', &d, NULL), 0);
	json_array_foreach(d.list, i, v) {
		strcat(list, i > 0 ? " " : "");
		strcat(list, json_string_value(v));
	}
	for (i = 0; i < r.n; i++) {
		there[i] = d.there[i] ? 'x' : '.';
		n_there += d.there[i];
	}
	ck_assert_str_eq(list, rows[_i].list);
	ck_assert_str_eq(there, rows[_i].there);
	ck_assert_uint_eq(d.n_there, n_there);
	ranges_done_clear(&d);
	ranges_clear(&r);
	for (i = 0; i < base.n; i++)
		free(base.at[i]);
	free(base.at);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, edits, rows);
}

UNIT_MAIN("ranges", add)
