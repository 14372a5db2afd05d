/*
 * test_autodeny.c - shut out until restart or a deadline, bounded
 */
#include <stdio.h>
#include <string.h>

#include "lib/policy/autodeny.h"

#include "t/unit/unit.h"

static struct addr
ip(const char *text)
{
	struct addr a;

	ck_assert_int_eq(addr_parse(text, &a, NULL), 0);
	return a;
}

static struct addr
nth(unsigned i)
{
	char text[ADDR_TEXT];

	snprintf(text, sizeof(text), "10.%u.%u.%u", i / 65536,
	    i / 256 % 256, i % 256);
	return ip(text);
}

START_TEST(until_restart)
{
	struct autodeny *ad = autodeny_new(10);
	struct addr a = ip("192.0.2.1"), b = ip("192.0.2.2");

	ck_assert(!autodeny_test(ad, &a, 0));
	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_OVERLONG, AUTODENY_FOREVER,
	    5), 0);
	ck_assert(autodeny_test(ad, &a, INT64_MAX - 1));
	ck_assert(!autodeny_test(ad, &b, 5));
	autodeny_free(&ad);
	ck_assert_ptr_null(ad);
}
END_TEST

START_TEST(until_a_deadline)
{
	struct autodeny *ad = autodeny_new(10);
	struct addr a = ip("2001:db8::1");

	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_FAILURES, 1000, 5), 0);
	ck_assert(autodeny_test(ad, &a, 999));
	ck_assert(!autodeny_test(ad, &a, 1000));
	ck_assert_uint_eq(autodeny_count(ad), 0);
	autodeny_free(&ad);
}
END_TEST

START_TEST(again_moves_the_deadline)
{
	struct autodeny *ad = autodeny_new(10);
	struct addr a = ip("192.0.2.1");
	struct autodeny_entry e;

	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_FAILURES, 1000, 0), 0);
	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_OVERLONG, 2000, 10), 0);
	ck_assert_uint_eq(autodeny_count(ad), 1);
	ck_assert(autodeny_test(ad, &a, 1500));
	ck_assert(autodeny_at(ad, 0, &e));
	ck_assert_str_eq(autodeny_reason_name(e.reason), "overlong");
	ck_assert_int_eq(e.since, 0);
	ck_assert_uint_eq(e.hits, 1);
	ck_assert(!autodeny_at(ad, 1, &e));
	/* what is milder takes nothing back, the operator does */
	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_FAILURES, 1600, 10), 0);
	ck_assert(autodeny_test(ad, &a, 1600));
	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_OPERATOR, 1700, 10), 0);
	ck_assert(!autodeny_test(ad, &a, 1700));
	autodeny_free(&ad);
}
END_TEST

START_TEST(removed)
{
	struct autodeny *ad = autodeny_new(10);
	struct addr a = ip("192.0.2.1");

	ck_assert(!autodeny_remove(ad, &a));
	autodeny_add(ad, &a, AUTODENY_OVERLONG, AUTODENY_FOREVER, 0);
	ck_assert(autodeny_remove(ad, &a));
	ck_assert(!autodeny_test(ad, &a, 1));
	autodeny_free(&ad);
}
END_TEST

START_TEST(unix_socket_is_never_shut_out)
{
	struct autodeny *ad = autodeny_new(10);
	struct addr a = { .local = true };

	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_OVERLONG, AUTODENY_FOREVER,
	    0), 0);
	ck_assert(!autodeny_test(ad, &a, 1));
	ck_assert_uint_eq(autodeny_count(ad), 0);
	autodeny_free(&ad);
}
END_TEST

START_TEST(full_the_earliest_deadline_goes)
{
	struct autodeny *ad = autodeny_new(3);
	struct addr a = nth(1), b = nth(2), c = nth(3), d = nth(4);

	autodeny_add(ad, &a, AUTODENY_FAILURES, AUTODENY_FOREVER, 0);
	autodeny_add(ad, &b, AUTODENY_FAILURES, 3000, 1);
	autodeny_add(ad, &c, AUTODENY_FAILURES, 2000, 2);
	autodeny_add(ad, &d, AUTODENY_FAILURES, AUTODENY_FOREVER, 3);
	ck_assert_uint_eq(autodeny_count(ad), 3);
	ck_assert(!autodeny_test(ad, &c, 4));
	ck_assert(autodeny_test(ad, &a, 4));
	ck_assert(autodeny_test(ad, &b, 4));
	ck_assert(autodeny_test(ad, &d, 4));
	autodeny_add(ad, &c, AUTODENY_FAILURES, AUTODENY_FOREVER, 5);
	ck_assert(!autodeny_test(ad, &b, 6));
	/* all until restart: the oldest goes */
	autodeny_add(ad, &b, AUTODENY_FAILURES, AUTODENY_FOREVER, 7);
	ck_assert(!autodeny_test(ad, &a, 8));
	autodeny_free(&ad);
}
END_TEST

#define MAX	1000

/* Many more than fit, with removals in between: exactly what must be there. */
START_TEST(bounded)
{
	struct autodeny *ad = autodeny_new(MAX);
	struct addr a;
	unsigned i;

	for (i = 0; i < 5 * MAX; i++) {
		a = nth(i);
		ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_FAILURES,
		    (int64_t)(100000 + i), (int64_t)i), 0);
		ck_assert_uint_le(autodeny_count(ad), MAX);
	}
	for (i = 0; i < 5 * MAX; i++) {
		a = nth(i);
		ck_assert(autodeny_test(ad, &a, 50000) == (i >= 4 * MAX));
	}
	for (i = 4 * MAX; i < 5 * MAX; i += 2) {
		a = nth(i);
		ck_assert(autodeny_remove(ad, &a));
	}
	ck_assert_uint_eq(autodeny_count(ad), MAX / 2);
	for (i = 4 * MAX; i < 5 * MAX; i++) {
		a = nth(i);
		ck_assert(autodeny_test(ad, &a, (int64_t)(99999 + i)) ==
		    (i % 2 == 1));
	}
	autodeny_free(&ad);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, until_restart);
	tcase_add_test(tc, until_a_deadline);
	tcase_add_test(tc, again_moves_the_deadline);
	tcase_add_test(tc, removed);
	tcase_add_test(tc, unix_socket_is_never_shut_out);
	tcase_add_test(tc, full_the_earliest_deadline_goes);
	tcase_add_test(tc, bounded);
}

UNIT_MAIN("autodeny", add)
