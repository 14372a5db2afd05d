/*
 * test_line.c - the peer's octets, cut into lines
 */
#include <string.h>

#include "lib/proto/line.h"

#include "t/unit/unit.h"

#define ROOM	64

static const struct {
	const char *holds, *in;
	enum line_fit fit;
	const char *text;		/* NULL: none */
} rows[] = {
	{ "nothing yet", "", LINE_PART, NULL },
	{ "no end yet", "NOOP", LINE_PART, NULL },
	{ "a CR is no end", "NOOP\r", LINE_PART, NULL },
	{ "CRLF", "NOOP\r\n", LINE_GOOD, "NOOP" },
	{ "LF", "NOOP\n", LINE_GOOD, "NOOP" },
	{ "one CR goes", "NOOP\r\r\n", LINE_GOOD, "NOOP\r" },
	{ "a CR inside stays", "NO\rOP\n", LINE_GOOD, "NO\rOP" },
	{ "empty", "\r\n", LINE_GOOD, "" },
	{ "empty, LF", "\n", LINE_GOOD, "" },
	{ "the first of two", "A\nB\n", LINE_GOOD, "A" },
	{ "10 with CRLF fit", "12345678\r\n", LINE_GOOD, "12345678" },
	{ "10 with LF fit", "123456789\n", LINE_GOOD, "123456789" },
	{ "11 with CRLF are long", "123456789\r\n", LINE_LONG, "123456789" },
	{ "11 with LF are long", "1234567890\n", LINE_LONG, "1234567890" },
	{ "15 pass", "123456789012345\r\n", LINE_LONG, "123456789012345" },
	{ "15 may still end", "123456789012345", LINE_PART, NULL },
	{ "15 and CR may still end", "123456789012345\r", LINE_PART, NULL },
	{ "the 16th is over", "1234567890123456", LINE_OVER, NULL },
	{ "over with its end, too", "1234567890123456\r\n", LINE_OVER, NULL },
	{ "CR and no LF is over", "123456789012345\rx", LINE_OVER, NULL },
	{ "two CR are over", "123456789012345\r\r", LINE_OVER, NULL },
};

static const struct line_limit limit = { 10, 15 };

START_TEST(fits)
{
	struct line_in l;
	struct span text = { NULL, 0 };
	enum line_fit fit;
	size_t n = strlen(rows[_i].in), at, step;

	for (step = 1; step <= n + 1; step++) {
		line_init(&l, ROOM);
		fit = LINE_PART;
		for (at = 0; at < n && fit == LINE_PART; at += step) {
			size_t part = n - at < step ? n - at : step;

			ck_assert_int_eq(line_feed(&l, rows[_i].in + at, part,
			    ROOM), (long)part);
			fit = line_next(&l, limit, &text);
		}
		ck_assert_msg(fit == rows[_i].fit, "%s, %zu at a time: %d",
		    rows[_i].holds, step, (int)fit);
		ck_assert_msg(rows[_i].text == NULL ||
		    span_eq(text, rows[_i].text), "%s", rows[_i].holds);
		line_free(&l);
	}
}
END_TEST

START_TEST(lines_in_a_row)
{
	struct line_in l;
	struct span text;

	line_init(&l, ROOM);
	ck_assert_int_eq(line_feed(&l, "A\r\n\nCC\nD", 8, ROOM), 8);
	ck_assert_int_eq(line_next(&l, limit, &text), LINE_GOOD);
	ck_assert(span_eq(text, "A"));
	line_done(&l);
	ck_assert_int_eq(line_next(&l, limit, &text), LINE_GOOD);
	ck_assert(span_eq(text, ""));
	line_done(&l);
	ck_assert_int_eq(line_next(&l, limit, &text), LINE_GOOD);
	ck_assert(span_eq(text, "CC"));
	line_done(&l);
	ck_assert_int_eq(line_next(&l, limit, &text), LINE_PART);
	ck_assert(span_eq(line_held(&l), "D"));
	line_free(&l);
}
END_TEST

START_TEST(takes_only_what_has_room)
{
	struct line_in l;

	line_init(&l, ROOM);
	ck_assert_int_eq(line_feed(&l, "1234567890", 10, 4), 4);
	ck_assert_int_eq(line_feed(&l, "5", 1, 4), 0);
	ck_assert_int_eq(line_feed(&l, "567890", 6, 8), 4);
	ck_assert(span_eq(line_held(&l), "12345678"));
	line_free(&l);
}
END_TEST

START_TEST(holds_no_memory_when_empty)
{
	struct line_in l;
	struct span text;

	line_init(&l, ROOM);
	ck_assert_int_eq(line_feed(&l, "NOOP\r\n", 6, ROOM), 6);
	ck_assert_int_eq(line_next(&l, limit, &text), LINE_GOOD);
	line_done(&l);
	ck_assert_uint_eq(buf_held(&l.buf), 0);
	line_free(&l);
}
END_TEST

/* A password must not lie there until the rest of the pipeline is run. */
START_TEST(a_dropped_line_is_wiped)
{
	struct line_in l;
	struct span text;

	line_init(&l, ROOM);
	ck_assert_int_eq(line_feed(&l, "PASS x\r\nSTAT\r\n", 14, ROOM), 14);
	ck_assert_int_eq(line_next(&l, limit, &text), LINE_GOOD);
	line_done(&l);
	ck_assert(span_eq(line_held(&l), "STAT\r\n"));
	ck_assert(memchr(l.buf.mem, 'P', 8) == NULL);
	line_free(&l);
}
END_TEST

/* Octets of a message are no lines: what is left is looked at anew. */
START_TEST(what_is_skipped_is_no_line)
{
	struct line_in l;
	struct span text;

	line_init(&l, ROOM);
	ck_assert_int_eq(line_feed(&l, "a.b", 3, ROOM), 3);
	ck_assert_int_eq(line_next(&l, limit, &text), LINE_PART);
	line_skip(&l, 2);
	ck_assert_int_eq(line_feed(&l, "\r\nNOOP\r\n", 8, ROOM), 8);
	ck_assert_uint_eq(line_length(&l), 1);
	ck_assert_int_eq(line_next(&l, limit, &text), LINE_GOOD);
	ck_assert(span_eq(text, "b"));
	line_done(&l);
	line_skip(&l, 6);
	ck_assert_uint_eq(buf_held(&l.buf), 0);
	ck_assert_uint_eq(line_length(&l), 0);
	line_free(&l);
}
END_TEST

static const struct {
	const char *first;
	bool foreign;
} firsts[] = {
	{ "GET / HTTP/1.1", true }, { "POST ", true }, { "\026\003", true },
	{ "PRI * HTTP/2.0", true }, { "GET", false }, { "", false },
	{ "get / ", false }, { "USER anna", false }, { "\026", false },
	{ "PRIVATE", false }
};

START_TEST(knows_other_protocols)
{
	ck_assert(line_foreign(span_of(firsts[_i].first)) ==
	    firsts[_i].foreign);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, fits, rows);
	tcase_add_test(tc, lines_in_a_row);
	tcase_add_test(tc, takes_only_what_has_room);
	tcase_add_test(tc, holds_no_memory_when_empty);
	tcase_add_test(tc, a_dropped_line_is_wiped);
	tcase_add_test(tc, what_is_skipped_is_no_line);
	UNIT_ROWS(tc, knows_other_protocols, firsts);
}

UNIT_MAIN("line", add)
