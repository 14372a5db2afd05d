/*
 * test_queue.c - records that wait, and those that went out unconfirmed
 */
#include <string.h>

#include "pop3srvd/log/queue.h"

#include "t/unit/unit.h"

static struct queue q;

static void
set_up(void)
{
	queue_init(&q, 64);
}

static void
tear_down(void)
{
	queue_free(&q);
}

static void
put(const char *text)
{
	ck_assert_int_eq(queue_add(&q, span_of(text)), 0);
}

static void
rest_is(const char *text)
{
	struct span s = queue_rest(&q);

	ck_assert_msg(span_eq(s, text), "rest is %.*s, not %s", (int)s.len,
	    s.ptr, text);
	ck_assert(queue_sent_all(&q) == (text[0] == '\0'));
}

START_TEST(first_in_first_out)
{
	rest_is("");
	put("one");
	put("two");
	rest_is("onetwo");
	ck_assert_uint_eq(queue_waiting(&q), 2);
	ck_assert(span_eq(queue_next(&q), "one"));
	queue_sent(&q, 3);
	ck_assert_uint_eq(queue_waiting(&q), 1);
	rest_is("two");
	ck_assert(span_eq(queue_next(&q), "two"));
	queue_sent(&q, 3);
	rest_is("");
	ck_assert_uint_eq(queue_next(&q).len, 0);
}
END_TEST

static const struct {
	size_t sent;
	const char *rest, *again, *after;
	bool unsure;
} cuts[] = {
	{ 0, "onetwothree", "onetwothree", "onetwothree", false },
	{ 2, "etwothree", "onetwothree", "onetwothree", false },
	{ 3, "twothree", "onetwothree", "twothree", true },
	{ 4, "wothree", "onetwothree", "twothree", true },
	{ 6, "three", "onetwothree", "three", true },
	{ 11, "", "onetwothree", "", true },
};

/* Broken at every place, with and without a confirmation before. */
START_TEST(nothing_is_lost_where_it_breaks)
{
	put("one");
	put("two");
	put("three");
	queue_sent(&q, cuts[_i].sent);
	rest_is(cuts[_i].rest);
	ck_assert(queue_unsure(&q) == cuts[_i].unsure);
	queue_rewind(&q);
	rest_is(cuts[_i].again);
	ck_assert(!queue_unsure(&q));
	queue_sent(&q, cuts[_i].sent);
	queue_confirm(&q);
	rest_is(cuts[_i].rest);
	ck_assert(!queue_unsure(&q));
	queue_rewind(&q);
	rest_is(cuts[_i].after);
}
END_TEST

START_TEST(the_ceiling_holds)
{
	char big[65];
	int i;

	memset(big, 'x', sizeof(big));
	ck_assert_int_eq(queue_add(&q, span_mem(big, 65)), -1);
	ck_assert_int_eq(queue_add(&q, span_mem(big, 40)), 0);
	ck_assert_int_eq(queue_add(&q, span_mem(big, 25)), -1);
	ck_assert_int_eq(queue_add(&q, span_mem(big, 24)), 0);
	ck_assert_int_eq(queue_add(&q, span_mem("y", 1)), -1);
	ck_assert_uint_eq(queue_rest(&q).len, 64);
	queue_sent(&q, 64);
	ck_assert_int_eq(queue_add(&q, span_mem("y", 1)), -1);
	queue_confirm(&q);
	queue_relax(&q);
	/* small ones are limited by their number */
	for (i = 0; queue_add(&q, span_mem("y", 1)) == 0; i++)
		ck_assert_int_lt(i, 65);
	ck_assert_int_eq(i, 4);
	ck_assert_uint_eq(queue_rest(&q).len, 4);
}
END_TEST

START_TEST(no_record_is_empty)
{
	ck_assert_int_eq(queue_add(&q, span_mem("", 0)), -1);
	rest_is("");
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, first_in_first_out);
	UNIT_ROWS(tc, nothing_is_lost_where_it_breaks, cuts);
	tcase_add_test(tc, the_ceiling_holds);
	tcase_add_test(tc, no_record_is_empty);
}

UNIT_MAIN("queue", add)
