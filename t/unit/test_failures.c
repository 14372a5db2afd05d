/*
 * test_failures.c - failed logins counted by source
 */
#include <stdio.h>

#include "lib/policy/failures.h"

#include "t/unit/unit.h"

#define MINUTE	((int64_t)60000)
#define HOUR	(60 * MINUTE)
#define DAY	(24 * HOUR)

static const struct failures_rules usual = { 20, 10, HOUR, HOUR };

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

/* One more wrong password, which is another one each time. */
static enum failures_verdict
guess(struct failures *f, const struct addr *a, uint64_t user, int64_t now,
    int64_t *until_r)
{
	static uint64_t pair;
	const struct failures_try t = { a, user, ++pair, false };

	return failures_add(f, &usual, &t, now, until_r);
}

START_TEST(the_twentieth_is_too_many)
{
	struct failures *f = made(failures_new(10));
	struct addr a = ip("192.0.2.1");
	int64_t until = 0;
	int i;

	for (i = 1; i < 20; i++)
		ck_assert_int_eq(guess(f, &a, 7, i, &until),
		    FAILURES_BEARABLE);
	ck_assert_int_eq(guess(f, &a, 7, 20, &until), FAILURES_TOO_MANY);
	ck_assert_int_eq(until, 20 + HOUR);
	failures_free(&f);
	ck_assert_ptr_null(f);
}
END_TEST

START_TEST(a_phone_that_repeats_itself_counts_once)
{
	struct failures *f = made(failures_new(10));
	struct addr a = ip("192.0.2.1");
	const struct failures_try same = { &a, 7, 1234, false };
	const struct failures_try other = { &a, 8, 4321, false };
	int64_t until;
	int i;

	for (i = 0; i < 1000; i++) {
		ck_assert_int_eq(failures_add(f, &usual, &same, i, &until),
		    FAILURES_BEARABLE);
		ck_assert_int_eq(failures_add(f, &usual, &other, i, &until),
		    FAILURES_BEARABLE);
	}
	for (i = 0; i < 17; i++)
		ck_assert_int_eq(guess(f, &a, 9, 1000, &until),
		    FAILURES_BEARABLE);
	ck_assert_int_eq(guess(f, &a, 9, 1000, &until), FAILURES_TOO_MANY);
	failures_free(&f);
}
END_TEST

/* SCRAM and APOP differ each time: nothing is known to be a repetition. */
START_TEST(without_a_pair_each_counts)
{
	struct failures *f = made(failures_new(10));
	struct addr a = ip("192.0.2.1");
	const struct failures_try t = { &a, 7, 0, false };
	int64_t until;
	int i;

	for (i = 0; i < 19; i++)
		ck_assert_int_eq(failures_add(f, &usual, &t, 0, &until),
		    FAILURES_BEARABLE);
	ck_assert_int_eq(failures_add(f, &usual, &t, 0, &until),
	    FAILURES_TOO_MANY);
	failures_free(&f);
}
END_TEST

/* A phone that cannot tell it is wrong tries four times an hour, for ever. */
START_TEST(slow_failures_are_bearable)
{
	struct failures *f = made(failures_new(10));
	struct addr a = ip("192.0.2.1");
	int64_t until, now;

	for (now = 0; now < 30 * DAY; now += 15 * MINUTE)
		ck_assert_int_eq(guess(f, &a, 7, now, &until),
		    FAILURES_BEARABLE);
	failures_free(&f);
}
END_TEST

START_TEST(ten_unknown_names_are_a_harvest)
{
	struct failures *f = made(failures_new(10));
	struct addr a = ip("2001:db8::1"), b = ip("2001:db8::2");
	int64_t until = 0;
	uint64_t i;

	/* one name over and over is no harvest */
	for (i = 1; i < 10; i++)
		ck_assert_int_eq(failures_add(f, &usual,
		    &(struct failures_try){ &b, 1, 100 + i, true }, 5,
		    &until), FAILURES_BEARABLE);
	/* the /64 is one source */
	for (i = 2; i < 10; i++)
		ck_assert_int_eq(failures_add(f, &usual,
		    &(struct failures_try){ &a, i, 200 + i, true }, 6,
		    &until), FAILURES_BEARABLE);
	ck_assert_int_eq(failures_add(f, &usual,
	    &(struct failures_try){ &b, 10, 300, true }, 7, &until),
	    FAILURES_HARVEST);
	ck_assert_int_eq(until, 7 + HOUR);
	ck_assert_uint_eq(failures_count(f), 1);
	failures_free(&f);
}
END_TEST

START_TEST(zero_counts_nothing)
{
	static const struct failures_rules none = { 0, 0, HOUR, HOUR };
	struct failures *f = made(failures_new(10));
	struct addr a = ip("192.0.2.1"), local = { .local = true };
	int64_t until;
	uint64_t i;

	for (i = 1; i < 1000; i++) {
		ck_assert_int_eq(failures_add(f, &none,
		    &(struct failures_try){ &a, i, i, true }, 0, &until),
		    FAILURES_BEARABLE);
		ck_assert_int_eq(guess(f, &local, i, 0, &until),
		    FAILURES_BEARABLE);
	}
	failures_free(&f);
}
END_TEST

START_TEST(a_login_forgives_its_own_typos_only)
{
	struct failures *f = made(failures_new(10));
	struct addr a = ip("192.0.2.1");
	int64_t until;
	int i;

	for (i = 0; i < 10; i++)
		ck_assert_int_eq(guess(f, &a, 7, 0, &until),
		    FAILURES_BEARABLE);
	failures_forgive(f, &a, 8);		/* an attacker's own account */
	for (i = 0; i < 9; i++)
		ck_assert_int_eq(guess(f, &a, 9, 0, &until),
		    FAILURES_BEARABLE);
	failures_forgive(f, &a, 7);		/* of those the last few */
	ck_assert_int_eq(guess(f, &a, 9, 0, &until), FAILURES_BEARABLE);
	failures_forgive(f, &a, 7);		/* and each once */
	for (i = 0; i < 6; i++)
		ck_assert_int_eq(guess(f, &a, 9, 0, &until),
		    FAILURES_BEARABLE);
	ck_assert_int_eq(guess(f, &a, 9, 0, &until), FAILURES_TOO_MANY);
	failures_free(&f);
}
END_TEST

START_TEST(each_time_is_twice_as_long)
{
	static const int64_t stays[] = { 1, 2, 4, 8, 16, 24, 24 };
	static const int tries[] = { 20, 10, 5, 3, 3, 3, 3 };
	struct failures *f = made(failures_new(10));
	struct addr a = ip("192.0.2.1");
	int64_t until = 0, now = 0;
	size_t i;
	int k;

	for (i = 0; i < sizeof(stays) / sizeof(stays[0]); i++) {
		for (k = 1; k < tries[i]; k++)
			ck_assert_int_eq(guess(f, &a, 7, now, &until),
			    FAILURES_BEARABLE);
		ck_assert_int_eq(guess(f, &a, 7, now, &until),
		    FAILURES_TOO_MANY);
		ck_assert_int_eq(until, now + stays[i] * HOUR);
		now = until;
	}
	/* a week without a failure is forgiveness */
	now = until + 7 * DAY;
	for (k = 1; k < 20; k++)
		ck_assert_int_eq(guess(f, &a, 7, now, &until),
		    FAILURES_BEARABLE);
	ck_assert_int_eq(guess(f, &a, 7, now, &until), FAILURES_TOO_MANY);
	ck_assert_int_eq(until, now + HOUR);
	failures_free(&f);
}
END_TEST

START_TEST(duration_zero_is_until_restart)
{
	static const struct failures_rules r = { 1, 0, HOUR, 0 };
	struct failures *f = made(failures_new(10));
	struct addr a = ip("192.0.2.1");
	int64_t until = 0;

	ck_assert_int_eq(failures_add(f, &r,
	    &(struct failures_try){ &a, 1, 1, false }, 5, &until),
	    FAILURES_TOO_MANY);
	ck_assert_int_eq(until, FAILURES_FOREVER);
	failures_free(&f);
}
END_TEST

START_TEST(the_operator_forgets)
{
	struct failures *f = made(failures_new(10));
	struct addr a = ip("192.0.2.1");
	int64_t until;
	int i;

	for (i = 0; i < 20; i++)
		(void)guess(f, &a, 7, 0, &until);
	failures_forget(f, &a);
	ck_assert_uint_eq(failures_count(f), 0);
	for (i = 0; i < 19; i++)
		ck_assert_int_eq(guess(f, &a, 7, 1, &until),
		    FAILURES_BEARABLE);
	failures_forget(f, &a);
	failures_forget(f, &a);
	failures_free(&f);
}
END_TEST

/*
 * G-12: a source that guesses as fast as it may, one try in flight after the
 * other, comes to 30 guesses in no hour behind the first 20.
 */
START_TEST(one_source_guesses_thirty_an_hour_at_most)
{
	struct failures *f = made(failures_new(10));
	struct addr a = ip("192.0.2.1");
	int64_t until = 0, now;
	int64_t at[4096];
	size_t n = 0, first = 20, i;

	for (now = 0; now < 10 * DAY && n < 4096; now += 2000) {
		if (now < until)
			continue;
		at[n++] = now;
		(void)guess(f, &a, 7, now, &until);
		for (i = n; i > first && at[i - 1] > now - HOUR; i--)
			;
		ck_assert_uint_le(n - i, 30);
	}
	ck_assert_uint_gt(n, 30);
	failures_free(&f);
}
END_TEST

/* The same by one who stays below what is too many. */
START_TEST(a_patient_source_guesses_thirty_an_hour_at_most)
{
	int64_t pace, until, now;
	struct addr a = ip("192.0.2.1");
	struct failures *f;
	int n;

	for (pace = 10000; pace < 10 * MINUTE; pace += 10000) {
		f = made(failures_new(10));
		n = 0;
		until = 0;
		for (now = 0; now < 2 * DAY; now += pace)
			if (now >= until) {
				n++;
				(void)guess(f, &a, 7, now, &until);
			}
		ck_assert_int_le(n, 20 + 48 * 30);
		failures_free(&f);
	}
}
END_TEST

/* A thousand sources on one account: no verdict is about the account, and who
 * owns it logs in from elsewhere whatever happens. */
START_TEST(many_sources_lock_no_account)
{
	struct failures *f = made(failures_new(2000));
	struct addr a;
	int64_t until;
	unsigned i, k;

	for (k = 0; k < 5; k++)
		for (i = 0; i < 1000; i++) {
			a = nth(i);
			ck_assert_int_eq(guess(f, &a, 7, k, &until),
			    FAILURES_BEARABLE);
		}
	a = ip("198.51.100.1");
	ck_assert_int_eq(guess(f, &a, 7, 6, &until), FAILURES_BEARABLE);
	failures_free(&f);
}
END_TEST

START_TEST(bounded)
{
	struct failures *f = made(failures_new(100));
	struct addr a, busy = ip("192.0.2.1");
	int64_t until;
	unsigned i;

	for (i = 0; i < 18; i++)
		(void)guess(f, &busy, 7, 0, &until);
	for (i = 0; i < 5000; i++) {
		a = nth(i);
		(void)guess(f, &a, i, i, &until);
		if (i % 50 == 0)	/* not long enough ago to go */
			failures_forgive(f, &busy, 8);
		ck_assert_uint_le(failures_count(f), 100);
	}
	/* the one whose failure is longest ago has gone */
	ck_assert_int_eq(guess(f, &busy, 7, 5000, &until), FAILURES_BEARABLE);
	ck_assert_int_eq(guess(f, &busy, 7, 5000, &until), FAILURES_BEARABLE);
	a = nth(0);
	(void)guess(f, &a, 1, 5000 + 7 * DAY, &until);
	ck_assert_uint_eq(failures_count(f), 1);
	failures_free(&f);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, the_twentieth_is_too_many);
	tcase_add_test(tc, a_phone_that_repeats_itself_counts_once);
	tcase_add_test(tc, without_a_pair_each_counts);
	tcase_add_test(tc, slow_failures_are_bearable);
	tcase_add_test(tc, ten_unknown_names_are_a_harvest);
	tcase_add_test(tc, zero_counts_nothing);
	tcase_add_test(tc, a_login_forgives_its_own_typos_only);
	tcase_add_test(tc, each_time_is_twice_as_long);
	tcase_add_test(tc, duration_zero_is_until_restart);
	tcase_add_test(tc, the_operator_forgets);
	tcase_add_test(tc, one_source_guesses_thirty_an_hour_at_most);
	tcase_add_test(tc, a_patient_source_guesses_thirty_an_hour_at_most);
	tcase_add_test(tc, many_sources_lock_no_account);
	tcase_add_test(tc, bounded);
}

UNIT_MAIN("failures", add)
