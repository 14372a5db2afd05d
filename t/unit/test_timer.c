/*
 * test_timer.c - the heap of deadlines
 */
#include <stdlib.h>

#include "lib/net/timer.h"

#include "t/unit/unit.h"

#define MANY	500

/* Every timer knows its place and no parent is later than its child. */
static void
check_order(const struct timer_heap *h)
{
	size_t i;

	for (i = 0; i < h->n; i++) {
		ck_assert_uint_eq(h->at[i]->slot, i + 1);
		if (i > 0)
			ck_assert_int_le(h->at[(i - 1) / 2]->at, h->at[i]->at);
	}
}

START_TEST(empty)
{
	struct timer_heap h = { 0 };
	struct timer t = { 0 };

	ck_assert_ptr_null(timer_heap_first(&h));
	timer_heap_take(&h, &t);		/* not in: nothing happens */
	ck_assert(!timer_is_set(&t));
	timer_heap_free(&h);
}
END_TEST

START_TEST(earliest_first)
{
	static const int64_t at[] = { 50, 10, 40, 10, INT64_MAX, -3, 20 };
	static const int64_t want[] = { -3, 10, 10, 20, 40, 50, INT64_MAX };
	struct timer_heap h = { 0 };
	struct timer t[7] = { 0 };
	size_t i;

	for (i = 0; i < 7; i++)
		ck_assert_int_eq(timer_heap_put(&h, &t[i], at[i]), 0);
	for (i = 0; i < 7; i++) {
		struct timer *first = timer_heap_first(&h);

		ck_assert_int_eq(first->at, want[i]);
		timer_heap_take(&h, first);
		ck_assert(!timer_is_set(first));
	}
	timer_heap_free(&h);
}
END_TEST

START_TEST(moving_both_ways)
{
	struct timer_heap h = { 0 };
	struct timer t[3] = { 0 };

	timer_heap_put(&h, &t[0], 10);
	timer_heap_put(&h, &t[1], 20);
	timer_heap_put(&h, &t[2], 30);
	timer_heap_put(&h, &t[2], 5);
	ck_assert_ptr_eq(timer_heap_first(&h), &t[2]);
	timer_heap_put(&h, &t[2], 15);
	ck_assert_ptr_eq(timer_heap_first(&h), &t[0]);
	ck_assert_uint_eq(h.n, 3);
	check_order(&h);
	timer_heap_free(&h);
}
END_TEST

START_TEST(order_survives_any_mixture)
{
	static struct timer t[MANY];
	struct timer_heap h = { 0 };
	size_t i, round;

	srand(4711);
	for (round = 0; round < 20; round++) {
		for (i = 0; i < MANY; i++) {
			if (rand() % 3 == 0)
				timer_heap_take(&h, &t[i]);
			else
				timer_heap_put(&h, &t[i], rand() % 100);
		}
		check_order(&h);
	}
	for (i = 0; i < MANY; i++)
		timer_heap_take(&h, &t[i]);
	ck_assert_uint_eq(h.n, 0);
	timer_heap_free(&h);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, empty);
	tcase_add_test(tc, earliest_first);
	tcase_add_test(tc, moving_both_ways);
	tcase_add_test(tc, order_survives_any_mixture);
}

UNIT_MAIN("timer", add)
