/*
 * test_delay.c - the time between two logins of an account, bounded
 */
#include <stdio.h>

#include "lib/policy/delay.h"

#include "t/unit/unit.h"

#define WAIT	60000

START_TEST(from_login_to_login)
{
	struct delay *d = made(delay_new(10));

	ck_assert_int_eq(delay_left(d, "anna@example.org", WAIT, 5), 0);
	ck_assert_int_eq(delay_login(d, "anna@example.org", WAIT, 5), 0);
	ck_assert_int_eq(delay_left(d, "anna@example.org", WAIT, 5), WAIT);
	ck_assert_int_eq(delay_left(d, "anna@example.org", WAIT, 1005),
	    WAIT - 1000);
	ck_assert_int_eq(delay_left(d, "anna@example.org", WAIT, WAIT + 4), 1);
	ck_assert_int_eq(delay_left(d, "anna@example.org", WAIT, WAIT + 5), 0);
	ck_assert_int_eq(delay_left(d, "bert@example.org", WAIT, 6), 0);
	ck_assert_int_eq(delay_left(d, "anna@example.or", WAIT, 6), 0);
	delay_free(&d);
	ck_assert_ptr_null(d);
}
END_TEST

START_TEST(asking_does_not_prolong)
{
	struct delay *d = made(delay_new(10));
	int64_t now;

	ck_assert_int_eq(delay_login(d, "anna", WAIT, 0), 0);
	for (now = 0; now < WAIT; now += 1000)
		ck_assert_int_eq(delay_left(d, "anna", WAIT, now), WAIT - now);
	ck_assert_int_eq(delay_left(d, "anna", WAIT, WAIT), 0);
	delay_free(&d);
}
END_TEST

START_TEST(login_again_begins_anew)
{
	struct delay *d = made(delay_new(10));

	ck_assert_int_eq(delay_login(d, "anna", WAIT, 0), 0);
	ck_assert_int_eq(delay_login(d, "bert", WAIT, 1), 0);
	ck_assert_int_eq(delay_login(d, "anna", WAIT, 2), 0);
	ck_assert_uint_eq(delay_count(d), 2);
	ck_assert_int_eq(delay_left(d, "anna", WAIT, WAIT + 1), 1);
	ck_assert_int_eq(delay_left(d, "bert", WAIT, WAIT + 1), 0);
	delay_free(&d);
}
END_TEST

START_TEST(old_logins_are_forgotten)
{
	struct delay *d = made(delay_new(10));

	ck_assert_int_eq(delay_login(d, "anna", WAIT, 0), 0);
	ck_assert_int_eq(delay_login(d, "bert", WAIT, 10), 0);
	ck_assert_int_eq(delay_login(d, "carl", WAIT, WAIT), 0);
	ck_assert_uint_eq(delay_count(d), 2);
	ck_assert_int_eq(delay_left(d, "bert", WAIT, WAIT), 10);
	delay_free(&d);
}
END_TEST

/* Another delay after a reload holds for logins from before it. */
START_TEST(delay_may_change)
{
	struct delay *d = made(delay_new(10));

	ck_assert_int_eq(delay_login(d, "anna", WAIT, 0), 0);
	ck_assert_int_eq(delay_left(d, "anna", 10, 5), 5);
	ck_assert_int_eq(delay_left(d, "anna", 10, 10), 0);
	ck_assert_int_eq(delay_left(d, "anna", 2 * WAIT, WAIT), WAIT);
	ck_assert_int_eq(delay_left(d, "anna", 0, 0), 0);
	ck_assert_int_eq(delay_login(d, "anna", 0, 1), 0);
	ck_assert_uint_eq(delay_count(d), 0);
	delay_free(&d);
}
END_TEST

START_TEST(no_room_at_all)
{
	struct delay *d = made(delay_new(0));

	ck_assert_int_eq(delay_login(d, "anna", WAIT, 0), -1);
	ck_assert_int_eq(delay_left(d, "anna", WAIT, 0), 0);
	delay_free(&d);
}
END_TEST

#define MAX	1000

static const char *
nth(unsigned i)
{
	static char text[32];

	snprintf(text, sizeof(text), "user%u@example.org", i);
	return text;
}

/* Many more than fit: those whose login is longest ago have gone. */
START_TEST(bounded)
{
	struct delay *d = made(delay_new(MAX));
	unsigned i;

	for (i = 0; i < 5 * MAX; i++) {
		ck_assert_int_eq(delay_login(d, nth(i), WAIT, (int64_t)i), 0);
		ck_assert_uint_le(delay_count(d), MAX);
		/* who logs in again and again stays */
		ck_assert_int_eq(delay_login(d, nth(0), WAIT, (int64_t)i), 0);
	}
	for (i = 1; i < 5 * MAX; i++)
		ck_assert(delay_left(d, nth(i), WAIT, 5 * MAX) ==
		    (i > 4 * MAX ? WAIT - 5 * MAX + (int64_t)i : 0));
	ck_assert_int_gt(delay_left(d, nth(0), WAIT, 5 * MAX), 0);
	delay_free(&d);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, from_login_to_login);
	tcase_add_test(tc, asking_does_not_prolong);
	tcase_add_test(tc, login_again_begins_anew);
	tcase_add_test(tc, old_logins_are_forgotten);
	tcase_add_test(tc, delay_may_change);
	tcase_add_test(tc, no_room_at_all);
	tcase_add_test(tc, bounded);
}

UNIT_MAIN("delay", add)
