/*
 * test_clock.c - the time as one reading
 */
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"

#include "t/unit/unit.h"

static const struct {
	const char *holds;
	int64_t ms;
	const char *text;
} texts[] = {
	{ "the beginning", 0, "1970-01-01T00:00:00.000Z" },
	{ "milliseconds have three digits", 1005, "1970-01-01T00:00:01.005Z" },
	{ "a log line's time", 1795278662123, "2026-11-21T16:31:02.123Z" },
	{ "a leap day", 1709164800000, "2024-02-29T00:00:00.000Z" },
	{ "beyond 2038", 4102444799999, "2099-12-31T23:59:59.999Z" },
	{ "before 1970 the fraction still counts up", -1,
	    "1969-12-31T23:59:59.999Z" },
	{ "the last year of four digits", 253402300799999,
	    "9999-12-31T23:59:59.999Z" },
	{ "no year of five digits", 253402300800000, "-" },
	{ "no time at all", INT64_MAX, "-" },
};

START_TEST(text)
{
	char out[CLOCK_TEXT];

	ck_assert_msg(strcmp(clock_text(texts[_i].ms, out),
	    texts[_i].text) == 0, "%s: %s", texts[_i].holds, out);
}
END_TEST

START_TEST(smallest_number_stays_inside)
{
	char out[CLOCK_TEXT];

	ck_assert_uint_lt(strlen(clock_text(INT64_MIN, out)), CLOCK_TEXT);
}
END_TEST

START_TEST(reading)
{
	struct moment a, b;
	time_t before = time(NULL);

	clock_read(&a);
	clock_read(&b);
	ck_assert_int_ge(b.mono, a.mono);
	ck_assert_int_gt(a.mono, 0);
	ck_assert_int_ge(a.wall / 1000 - before + 1, 0);
	ck_assert_int_lt(a.wall / 1000 - before, 60);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, text, texts);
	tcase_add_test(tc, smallest_number_stays_inside);
	tcase_add_test(tc, reading);
}

UNIT_MAIN("clock", add)
