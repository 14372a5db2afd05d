/*
 * test_target.c - log targets: nothing waits, nothing is lost unsaid
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/path.h"
#include "pop3srvd/log/target.h"
#include "pop3srvd/log/targets.h"

#include "t/unit/unit.h"

#define MOST_LINES	40000	/* more than a queue holds */

static char dir[] = "/tmp/test_target.XXXXXX";
static char path[64];
static struct loop *loop;
static struct target_place place;
static int failures, recoveries;

static void
set_up(void)
{
	struct err e;

	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/log", dir);
	loop = loop_new(&e);
	ck_assert_ptr_nonnull(loop);
	failures = recoveries = 0;
	signal(SIGPIPE, SIG_IGN);
}

static void
tear_down(void)
{
	loop_free(&loop);
	unlink(path);
	rmdir(dir);
}

static bool
news(struct target *t, const struct err *e, void *arg)
{
	(void)t;
	(void)arg;
	if (e != NULL)
		failures++;
	else
		recoveries++;
	return true;
}

static struct target *
target_at(const struct target_ops *ops, const struct conf_log *log)
{
	place.log = log;
	return target_new(loop, ops, &place, news, NULL);
}

static struct conf_log
to_file(char *name)
{
	static char none[] = "";
	struct conf_log c = { .to = CONF_LOG_FILE, .path = name,
		.folder = none, .address = none, .name = none,
		.ca_file = none, .level = CONF_LEVEL_INFO };

	return c;
}

static struct logrec
event(const char *what, enum log_level level)
{
	struct logrec r = { .level = level, .wall = 1795278662123,
		.pid = 812, .what = what };

	return r;
}

static const char *
content(void)
{
	static char text[65536];
	int fd = open(path, O_RDONLY);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	if (fd >= 0)
		close(fd);
	return text;
}

static void
due(struct loop *l, struct timer *t)
{
	(void)t;
	loop_stop(l);
}

static void
turn_for(int64_t ms)
{
	struct timer t = { .due = due };
	struct err e;

	ck_assert_int_eq(timer_after(loop, &t, ms), 0);
	ck_assert_int_eq(loop_run(loop, &e), 0);
}

static void
put(struct target *t, const struct logrec *r)
{
	target_event(t, r);
	target_flush(t);
}

START_TEST(the_first_line_names_the_grammar)
{
	struct conf_log c = to_file(path);
	struct logrec r = event("server started", LOG_LEVEL_INFO);
	struct target *t = target_at(&target_file_ops, &c);
	const char *text;

	put(t, &r);
	text = content();
	ck_assert_ptr_nonnull(strstr(text, ": log opened fmt=1 to=file\n"));
	ck_assert_ptr_nonnull(strstr(text, "\n2026-11-21T16:31:02.123Z "
	    "pop3srvd[812]: server started\n"));
	target_free(&t);
	ck_assert_ptr_null(t);
}
END_TEST

static int writes;

static ssize_t
count_write(struct sink *s, struct span lines)
{
	writes++;
	return write(s->fd, lines.ptr, lines.len);
}

/* But not more of them than may wait. */
START_TEST(what_comes_together_is_one_write)
{
	struct conf_log c = to_file(path);
	struct logrec r = event("together", LOG_LEVEL_INFO);
	struct target_ops ops = target_file_ops;
	struct target *t;
	int i;

	ops.write = count_write;
	t = target_at(&ops, &c);
	writes = 0;
	for (i = 0; i < 64; i++)
		target_event(t, &r);
	ck_assert_int_eq(writes, 0);
	target_flush(t);
	ck_assert_int_eq(writes, 1);
	for (i = 0; i < MOST_LINES; i++)
		target_event(t, &r);
	ck_assert_uint_eq(target_dropped(t), 0);
	ck_assert_int_le(writes, 10);
	target_free(&t);
}
END_TEST

START_TEST(a_target_takes_its_level_only)
{
	struct conf_log c = to_file(path);
	struct logrec r = event("detail", LOG_LEVEL_DEBUG);
	struct target *t = target_at(&target_file_ops, &c);

	put(t, &r);
	ck_assert_ptr_null(strstr(content(), "detail"));
	c.level = CONF_LEVEL_DEBUG;
	put(t, &r);
	ck_assert_ptr_nonnull(strstr(content(), "detail"));
	target_free(&t);
}
END_TEST

START_TEST(reopening_follows_the_name)
{
	struct conf_log c = to_file(path);
	struct logrec r = event("second", LOG_LEVEL_INFO);
	struct target *t = target_at(&target_file_ops, &c);

	ck_assert_int_eq(unlink(path), 0);
	put(t, &r);
	ck_assert_str_eq(content(), "");
	target_reopen(t);
	put(t, &r);
	ck_assert_ptr_nonnull(strstr(content(), "fmt=1"));
	ck_assert_ptr_nonnull(strstr(content(), "second"));
	target_free(&t);
}
END_TEST

/* F-41: told once, then silence, then drops are counted. */
START_TEST(a_full_disk_is_told_once_and_counted)
{
	char full[] = "/dev/full";
	struct conf_log c = to_file(full);
	struct logrec r = event("lost", LOG_LEVEL_INFO);
	struct target *t = target_at(&target_file_ops, &c);
	int i;

	for (i = 0; i < MOST_LINES; i++)
		put(t, &r);
	ck_assert_int_eq(failures, 1);
	ck_assert_uint_gt(target_dropped(t), 0);
	ck_assert_uint_lt(target_dropped(t), MOST_LINES);
	ck_assert_uint_eq(target_dropped_ever(t), target_dropped(t));
	turn_for(1500);
	ck_assert_int_eq(failures, 1);
	target_free(&t);
}
END_TEST

/* A pipe whose reader sleeps: no write blocks, and the count comes later. */
START_TEST(a_stopped_reader_delays_nobody)
{
	struct conf_log c = to_file(path);
	struct logrec r = event("piped", LOG_LEVEL_INFO);
	struct target *t;
	char text[65536];
	bool told = false;
	ssize_t n;
	int i, fd;

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	t = target_at(&target_file_ops, &c);
	for (i = 0; i < MOST_LINES; i++)
		put(t, &r);
	ck_assert_int_eq(failures, 0);
	ck_assert_uint_gt(target_dropped(t), 0);
	for (i = 0; i < 200 && !told; i++) {
		while ((n = read(fd, text, sizeof(text) - 1)) > 0) {
			text[n] = '\0';
			told = told || strstr(text,
			    "log records dropped count=") != NULL;
		}
		turn_for(10);
	}
	ck_assert(told);
	ck_assert_uint_eq(target_dropped(t), 0);
	ck_assert_uint_gt(target_dropped_ever(t), 0);
	target_free(&t);
	close(fd);
}
END_TEST

static int
no_room(const struct logrec *r, const struct render_as *as, struct buf *b)
{
	(void)r;
	(void)as;
	(void)b;
	return -1;
}

/* Without memory not even "records dropped" can be said. */
START_TEST(what_cannot_be_rendered_is_counted)
{
	struct target_ops ops = target_file_ops;
	struct conf_log c = to_file(path);
	struct logrec r = event("server started", LOG_LEVEL_INFO);
	struct target *t;

	ops.render = no_room;
	t = target_at(&ops, &c);
	ck_assert_ptr_nonnull(t);
	put(t, &r);
	put(t, &r);
	ck_assert_uint_gt(target_dropped(t), 0);
	ops.render = render_line;
	put(t, &r);
	ck_assert_uint_eq(target_dropped(t), 0);
	ck_assert_ptr_nonnull(strstr(content(), "log records dropped count="));
	target_free(&t);
}
END_TEST

START_TEST(what_is_missing_is_tried_again)
{
	char late[80];
	struct conf_log c = to_file(late);
	struct logrec r = event("kept", LOG_LEVEL_INFO);
	struct target *t;

	snprintf(late, sizeof(late), "%s/sub", dir);
	snprintf(path, sizeof(path), "%s/sub/log", dir);
	c.path = path;
	t = target_at(&target_file_ops, &c);
	put(t, &r);
	ck_assert_int_eq(failures, 1);
	ck_assert_int_eq(mkdir(late, 0700), 0);
	turn_for(1300);
	ck_assert_int_eq(recoveries, 1);
	ck_assert_ptr_nonnull(strstr(content(), "kept"));
	target_free(&t);
	unlink(path);
	rmdir(late);
}
END_TEST

/* S-42: a link in the place of the log is not followed. */
START_TEST(a_link_is_not_followed)
{
	struct conf_log c = to_file(path);
	struct target *t;
	char victim[80];

	snprintf(victim, sizeof(victim), "%s/victim", dir);
	ck_assert_int_eq(symlink(victim, path), 0);
	t = target_at(&target_file_ops, &c);
	ck_assert_int_eq(failures, 1);
	ck_assert_int_eq(access(victim, F_OK), -1);
	target_free(&t);
}
END_TEST

/* Wherever it stands in the list. */
START_TEST(trouble_of_one_is_news_for_the_others)
{
	char full[] = "/dev/full";
	struct conf_log logs[] = { to_file(_i == 0 ? full : path),
		to_file(_i == 0 ? path : full) };
	struct conf c = { .logs = logs, .n_logs = 2 };
	struct logrec r = event("both", LOG_LEVEL_INFO);
	struct targets *ts = targets_new(loop);

	targets_conf(ts, &c);
	targets_event(&r, ts);
	turn_for(2500);		/* tried again, and told, and told once */
	ck_assert_ptr_nonnull(strstr(content(), "both"));
	ck_assert_ptr_eq(strstr(content(), "log opened"),
	    strstr(content(), "log opened fmt=1"));
	ck_assert_ptr_nonnull(strstr(content(),
	    "log target failed to=/dev/full error=\"cannot write to "
	    "/dev/full: No space left on device\""));
	ck_assert_ptr_null(strstr(strstr(content(), "target failed") + 1,
	    "target failed"));
	targets_free(&ts);
}
END_TEST

START_TEST(a_reload_leaves_alone_what_it_does_not_change)
{
	char other[80], full[] = "/dev/full";
	struct conf_log before[] = { to_file(path), to_file(full) };
	struct conf_log after[] = { to_file(other), to_file(path) };
	struct conf c = { .logs = before, .n_logs = 2 };
	struct conf d = { .logs = after, .n_logs = 2 };
	struct logrec r = event("kept", LOG_LEVEL_INFO);
	struct targets *ts = targets_new(loop);

	snprintf(other, sizeof(other), "%s/other", dir);
	targets_conf(ts, &c);
	targets_event(&r, ts);
	after[1].level = CONF_LEVEL_ERROR;
	targets_conf(ts, &d);
	memset(before, 0, sizeof(before));
	/* what waited for the full one is lost now, and counted */
	ck_assert_uint_eq(targets_dropped(ts), 2);
	r.what = "second";
	targets_event(&r, ts);
	turn_for(10);
	ck_assert_ptr_nonnull(strstr(content(), "kept"));
	ck_assert_ptr_null(strstr(content(), "second"));
	ck_assert_ptr_null(strstr(strstr(content(), "log opened") + 1,
	    "log opened"));
	targets_free(&ts);
	unlink(other);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, the_first_line_names_the_grammar);
	tcase_add_test(tc, what_comes_together_is_one_write);
	tcase_add_test(tc, a_target_takes_its_level_only);
	tcase_add_test(tc, reopening_follows_the_name);
	tcase_add_test(tc, a_full_disk_is_told_once_and_counted);
	tcase_add_test(tc, a_stopped_reader_delays_nobody);
	tcase_add_test(tc, what_cannot_be_rendered_is_counted);
	tcase_add_test(tc, what_is_missing_is_tried_again);
	tcase_add_test(tc, a_link_is_not_followed);
	tcase_add_loop_test(tc, trouble_of_one_is_news_for_the_others, 0, 2);
	tcase_add_test(tc, a_reload_leaves_alone_what_it_does_not_change);
}

UNIT_MAIN("target", add)
