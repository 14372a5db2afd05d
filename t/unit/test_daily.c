/*
 * test_daily.c - a file a day: its name, other years, age, midnight
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pop3srvd/log/daily.h"
#include "pop3srvd/log/target.h"

#include "t/unit/unit.h"

#define DAY_MS	INT64_C(86400000)
#define NOON	INT64_C(1795262400000)	/* 2026-11-21T12:00:00Z */

static char dir[] = "/tmp/test_daily.XXXXXX";

static const struct {
	int month, day, year, last_year;
	const char *name, *aside, *third;
} names[] = {
	{ 11, 21, 2026, 2026, "sys1121.txt", NULL, NULL },
	{ 1, 1, 2027, 2026, "sys0101.txt", "sys0101.2026.txt",
	    "sys0101.2026.3.txt" },
	{ 12, 31, 2026, 2025, "sys1231.txt", "sys1231.2025.txt",
	    "sys1231.2025.3.txt" },
	{ 2, 29, 2028, 2024, "sys0229.txt", "sys0229.2024.txt",
	    "sys0229.2024.3.txt" },
	{ 11, 21, 2026, 2031, "sys1121.txt", "sys1121.2031.txt",
	    "sys1121.2031.3.txt" },	/* a clock that was ahead */
};

START_TEST(a_day_has_a_name)
{
	struct tm now = { .tm_mon = names[_i].month - 1,
	    .tm_mday = names[_i].day, .tm_year = names[_i].year - 1900 };
	struct tm last = { .tm_year = names[_i].last_year - 1900 };
	char out[DAILY_NAME];

	daily_name(&now, out);
	ck_assert_str_eq(out, names[_i].name);
	ck_assert(daily_is_ours(out));
	ck_assert(daily_aside(&now, &last, 0, out) ==
	    (names[_i].aside != NULL));
	if (names[_i].aside == NULL)
		return;
	ck_assert_str_eq(out, names[_i].aside);
	ck_assert(daily_is_ours(out));
	ck_assert(daily_aside(&now, &last, 3, out));
	ck_assert_str_eq(out, names[_i].third);
	ck_assert(daily_is_ours(out));
	ck_assert(daily_aside(&now, &last, 99, out));
	ck_assert(daily_is_ours(out));
	ck_assert(!daily_aside(&now, &last, 100, out));
}
END_TEST

static const char *const strangers[] = {
	"", "sys", "sys1121", "sys112.txt", "sys11211.txt", "sys1121.txt.gz",
	"xsys1121.txt", "SYS1121.TXT", "sys1121.log", "sys1121.txt ",
	"sys1121..txt", "sys1121.20.txt", "sys1121.20256.txt",
	"sys1121.2025.", "sys1121.2025.txt.bak", "sys1121.2025.x.txt",
	"sys1121.2025.0.5.txt", "sys1121.2025.100.txt", "sys1121.2025.01.txt",
	"sysabcd.txt", "sys1121.2025.-1.txt", ".sys1121.txt", "log1121.txt",
	"sys11/1.txt", "sys2025.txt", "sys0000.txt", "sys1100.txt",
	"sys1132.txt", "sys1300.2025.txt", "sys0021.2025.1.txt",
};

START_TEST(other_names_are_not_ours)
{
	ck_assert_msg(!daily_is_ours(strangers[_i]), "%s", strangers[_i]);
}
END_TEST

static void
set_up(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
}

static void
tear_down(void)
{
	char command[80];

	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static const char *
at(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

/* A file last written at wall. */
static void
make(const char *name, int64_t wall)
{
	struct timespec times[2] = { { (time_t)(wall / 1000), 0 },
		{ (time_t)(wall / 1000), 0 } };
	int fd = open(at(name), O_WRONLY | O_CREAT, 0640);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "old\n", 4), 4);
	close(fd);
	ck_assert_int_eq(utimensat(AT_FDCWD, at(name), times, 0), 0);
}

static bool
is_there(const char *name)
{
	struct stat st;

	return lstat(at(name), &st) == 0;
}

/* Open for the day of wall, keeping for days. */
static struct sink *
open_at(int64_t wall, int64_t days)
{
	static struct conf_log log;
	struct target_place place = { .log = &log };
	struct target_opening o = { &place, 0, wall };
	struct err e;
	struct sink *s;

	log = (struct conf_log){ .to = CONF_LOG_DAILY, .folder = dir,
		.keep = days * DAY_MS };
	s = target_daily_ops.open(&o, &e);
	ck_assert_msg(s != NULL, "%s", e.text);
	return s;
}

START_TEST(a_file_of_another_year_is_put_aside)
{
	struct sink *s;

	make("sys1121.txt", NOON - 365 * DAY_MS);
	make("sys1121.2025.txt", NOON - 365 * DAY_MS);
	s = open_at(NOON, 0);
	ck_assert_int_eq(target_daily_ops.write(s, span_of("new\n")), 4);
	target_daily_ops.close(s);
	ck_assert(is_there("sys1121.2025.1.txt"));
	ck_assert(is_there("sys1121.2025.txt"));
	s = open_at(NOON, 0);		/* now it is of this year */
	target_daily_ops.close(s);
	ck_assert(is_there("sys1121.txt"));
	ck_assert(!is_there("sys1121.2026.txt"));
}
END_TEST

START_TEST(todays_file_is_continued)
{
	struct stat st;
	struct sink *s;

	make("sys1121.txt", NOON - 3600000);
	s = open_at(NOON, 30);
	ck_assert_int_eq(target_daily_ops.write(s, span_of("new\n")), 4);
	target_daily_ops.close(s);
	ck_assert_int_eq(stat(at("sys1121.txt"), &st), 0);
	ck_assert_int_eq(st.st_size, 8);
	ck_assert_uint_eq(st.st_mode & 0137u, 0);
}
END_TEST

START_TEST(old_ones_go_and_nothing_else_does)
{
	make("sys1021.txt", NOON - 31 * DAY_MS);
	make("sys1022.txt", NOON - 30 * DAY_MS + 3600000);
	make("sys0101.2020.txt", NOON - 2000 * DAY_MS);
	make("other.txt", NOON - 2000 * DAY_MS);
	make("sys1021.txt.gz", NOON - 2000 * DAY_MS);
	ck_assert_int_eq(mkdir(at("sys0501.txt"), 0700), 0);
	ck_assert_int_eq(symlink("other.txt", at("sys0502.txt")), 0);
	target_daily_ops.close(open_at(NOON, 30));
	ck_assert(!is_there("sys1021.txt"));
	ck_assert(is_there("sys1022.txt"));
	ck_assert(!is_there("sys0101.2020.txt"));
	ck_assert(is_there("other.txt"));
	ck_assert(is_there("sys1021.txt.gz"));
	ck_assert(is_there("sys0501.txt"));
	ck_assert(is_there("sys0502.txt"));
}
END_TEST

START_TEST(zero_keeps_all)
{
	make("sys0101.2020.txt", NOON - 2000 * DAY_MS);
	target_daily_ops.close(open_at(NOON, 0));
	ck_assert(is_there("sys0101.2020.txt"));
}
END_TEST

START_TEST(a_link_of_that_name_is_not_followed)
{
	struct conf_log log = { .to = CONF_LOG_DAILY, .folder = dir };
	struct target_place place = { .log = &log };
	struct target_opening o = { &place, 0, NOON };
	struct err e;

	make("victim", NOON);
	ck_assert_int_eq(symlink("victim", at("sys1121.txt")), 0);
	ck_assert_ptr_null(target_daily_ops.open(&o, &e));
	ck_assert_ptr_nonnull(strstr(e.text, "sys1121.txt"));
}
END_TEST

static const struct {
	const char *zone;
	int64_t opened, then;
	bool stale;
} midnights[] = {
	{ "UTC", NOON, NOON, false },
	{ "UTC", NOON, NOON + DAY_MS / 2 - 1000, false },
	{ "UTC", NOON, NOON + DAY_MS / 2, true },
	{ "UTC", NOON, NOON - DAY_MS / 2 - 1000, true },
	{ "UTC", NOON, NOON + 365 * DAY_MS, true },
	{ "EST5", NOON, NOON + DAY_MS / 2, false },
	{ "EST5", NOON, NOON + DAY_MS / 2 + 5 * 3600000, true },
	{ "CET-1", NOON, NOON + DAY_MS / 2 - 3600000, true },
};

START_TEST(midnight_is_local)
{
	struct sink *s;

	setenv("TZ", midnights[_i].zone, 1);
	tzset();
	s = open_at(midnights[_i].opened, 0);
	ck_assert(target_daily_ops.stale(s, midnights[_i].then) ==
	    midnights[_i].stale);
	target_daily_ops.close(s);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	UNIT_ROWS(tc, a_day_has_a_name, names);
	UNIT_ROWS(tc, other_names_are_not_ours, strangers);
	tcase_add_test(tc, a_file_of_another_year_is_put_aside);
	tcase_add_test(tc, todays_file_is_continued);
	tcase_add_test(tc, old_ones_go_and_nothing_else_does);
	tcase_add_test(tc, zero_keeps_all);
	tcase_add_test(tc, a_link_of_that_name_is_not_followed);
	UNIT_ROWS(tc, midnight_is_local, midnights);
}

UNIT_MAIN("daily", add)
