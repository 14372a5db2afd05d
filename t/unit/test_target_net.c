/*
 * test_target_net.c - log targets behind sockets: stopped, gone and back
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/num.h"
#include "pop3srvd/log/target.h"

#include "t/unit/unit.h"

#define MOST_LINES	40000	/* more than a queue holds */

static char dir[] = "/tmp/test_target_net.XXXXXX";
static char path[64], none[] = "", host[] = "127.0.0.1";
static struct loop *loop;
static int failures, recoveries;
static struct conf conf;
static struct conf_log logs;
static struct target_place place = { &logs, &conf };
static struct target *target;

static void
set_up(void)
{
	struct err e;

	signal(SIGPIPE, SIG_IGN);
	strcpy(dir + sizeof(dir) - 7, "XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/socket", dir);
	loop = loop_new(&e);
	ck_assert_ptr_nonnull(loop);
	failures = recoveries = 0;
	conf.server.hostname = host;
	logs = (struct conf_log){ .path = none, .folder = none,
		.address = none, .name = none, .ca_file = none,
		.level = CONF_LEVEL_INFO };
}

static void
tear_down(void)
{
	target_free(&target);
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
open_local(const struct target_ops *ops)
{
	logs.to = CONF_LOG_SYSLOG;
	logs.path = path;
	target = target_new(loop, ops, &place, news, NULL);
	ck_assert_ptr_nonnull(target);
}

static int
local_receiver(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(a.sun_path, path, strlen(path) + 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

/* port 0: any, then known. */
static int
receiver(int type, uint16_t *port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(*port) };
	int fd = socket(AF_INET, type | SOCK_NONBLOCK, 0), on = 1;
	socklen_t n = sizeof(a);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	if (type == SOCK_STREAM)
		ck_assert_int_eq(listen(fd, 5), 0);
	*port = ntohs(a.sin_port);
	return fd;
}

static void
open_server(const struct target_ops *ops, uint16_t port)
{
	logs.to = CONF_LOG_SERVER;
	logs.transport = ops == &target_udp_ops ? CONF_LOG_UDP :
	    CONF_LOG_TCP;
	logs.address = host;
	logs.port = port;
	target = target_new(loop, ops, &place, news, NULL);
	ck_assert_ptr_nonnull(target);
}

/* Event number n, so that what is missing can be named. */
static void
say(int n)
{
	struct logrec r = { .level = LOG_LEVEL_INFO, .wall = 1795278662123,
		.pid = 812, .what = "event",
		.fields = { LOG_NUM("n", n) }, .n_fields = 1 };

	target_event(target, &r);
	target_flush(target);
}

static void
say_all(int from, int to)
{
	for (; from < to; from++)
		say(from);
}

static const struct target_ops *const locals[] = { &target_syslog_ops,
	&target_journal_ops };

/* F-41: a daemon that reads nothing. */
START_TEST(a_stopped_daemon_delays_nobody)
{
	bool told = false;
	char text[4096];
	int i, fd = local_receiver();
	ssize_t n;

	open_local(locals[_i]);
	say_all(0, MOST_LINES);
	ck_assert_int_eq(failures, 0);
	ck_assert_uint_gt(target_dropped(target), 0);
	for (i = 0; i < 20000 && !told; i++) {
		while ((n = read(fd, text, sizeof(text) - 1)) > 0) {
			text[n] = '\0';
			told = told || strstr(text,
			    "log records dropped count=") != NULL;
		}
		turn_for(1);
	}
	ck_assert(told);
	ck_assert_uint_gt(target_dropped_ever(target), 0);
	close(fd);
}
END_TEST

START_TEST(a_daemon_that_comes_back_gets_what_waited)
{
	char text[4096];
	int n = 0, fd;

	open_local(locals[_i]);
	say_all(0, 5);
	ck_assert_int_eq(failures, 1);
	fd = local_receiver();
	turn_for(1300);
	ck_assert_int_eq(recoveries, 1);
	while (read(fd, text, sizeof(text)) > 0)
		n++;
	ck_assert_int_ge(n, 6);
	ck_assert_uint_eq(target_dropped_ever(target), 0);
	close(fd);
}
END_TEST

static bool seen[256];

/* The number of the event that a message tells. */
static void
note(const char *text)
{
	uint64_t n;
	const char *p = strstr(text, " n=\"");

	if (p == NULL || strchr(p + 4, '"') == NULL)
		return;
	ck_assert_int_eq(num_u64(span_mem(p + 4, strcspn(p + 4, "\"")), 255,
	    &n), 0);
	seen[n] = true;
}

static void
all_seen(int from, int to)
{
	for (; from < to; from++)
		ck_assert_msg(seen[from], "event %d is missing", from);
}

/* Nobody there: refused by the kernel, told once; then all of it. */
START_TEST(udp_waits_for_its_server)
{
	uint16_t port = 0;
	int fd = receiver(SOCK_DGRAM, &port), i;
	char text[4096];
	ssize_t n;

	close(fd);
	memset(seen, 0, sizeof(seen));
	open_server(&target_udp_ops, port);
	for (i = 0; i < 50; i++) {
		say(i);
		turn_for(1);
	}
	ck_assert_int_eq(failures, 1);
	fd = receiver(SOCK_DGRAM, &port);
	for (i = 0; i < 80 && recoveries == 0; i++)
		turn_for(100);
	ck_assert_int_eq(failures, 1);
	ck_assert_int_eq(recoveries, 1);
	turn_for(50);
	while ((n = read(fd, text, sizeof(text) - 1)) > 0) {
		ck_assert_int_le(n, 2048);
		text[n] = '\0';
		note(text);
	}
	all_seen(0, 50);
	ck_assert_uint_eq(target_dropped_ever(target), 0);
	close(fd);
}
END_TEST

static int
take(int listener)
{
	int i, fd = -1;

	for (i = 0; i < 400 && fd < 0; i++) {
		turn_for(10);
		fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	}
	ck_assert_int_ge(fd, 0);
	return fd;
}

/* Whole frames of what was read; each begins with its length. */
static void
read_frames(int fd, size_t most)
{
	static char b[1 << 20], text[8193];
	size_t len = 0, at = 0, digits;
	uint64_t n;
	ssize_t got;

	while (len < most && (got = read(fd, b + len,
	    most - len < 512 ? most - len : 512)) > 0) {
		len += (size_t)got;
		turn_for(1);
	}
	for (;;) {
		digits = 0;
		while (at + digits < len && b[at + digits] != ' ')
			digits++;
		if (at + digits >= len)
			return;
		ck_assert_int_eq(num_u64(span_mem(b + at, digits), 8192, &n),
		    0);
		at += digits + 1;
		if (n > len - at)
			return;
		memcpy(text, b + at, n);
		text[n] = '\0';
		note(text);
		at += n;
	}
}

/* Reset in the middle of a message: the next connection begins with a whole
 * one.  What the kernel confirmed and nobody read is the receiver's loss. */
START_TEST(a_broken_connection_is_followed_by_a_whole_one)
{
	struct linger reset = { 1, 0 };
	uint16_t port = 0;
	int listener = receiver(SOCK_STREAM, &port), fd, i;

	memset(seen, 0, sizeof(seen));
	open_server(&target_tcp_ops, port);
	fd = take(listener);
	say_all(0, 100);
	turn_for(20);
	read_frames(fd, (size_t)(500 + 1000 * _i));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	close(fd);
	turn_for(20);
	ck_assert_int_eq(failures, 1);
	say_all(100, 150);
	fd = take(listener);
	for (i = 0; i < 40 && recoveries == 0; i++)
		turn_for(100);
	turn_for(20);
	read_frames(fd, 1 << 20);
	all_seen(100, 150);
	ck_assert_uint_eq(target_dropped_ever(target), 0);
	close(fd);
	close(listener);
}
END_TEST

START_TEST(a_server_that_reads_nothing_delays_nobody)
{
	uint16_t port = 0;
	int small = 4096, listener = receiver(SOCK_STREAM, &port);

	setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	open_server(&target_tcp_ops, port);
	turn_for(20);
	say_all(0, MOST_LINES);
	ck_assert_int_eq(failures, 0);
	ck_assert_uint_gt(target_dropped(target), 0);
	turn_for(1500);
	ck_assert_int_eq(failures, 0);
	close(listener);
}
END_TEST

/* Half open: connected once, and silent since. */
START_TEST(a_connection_that_takes_nothing_is_broken_in_time)
{
	struct target_ops ops = target_tcp_ops;
	uint16_t port = 0;
	int small = 4096, listener = receiver(SOCK_STREAM, &port), i;

	ops.stall_ms = 300;
	setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	open_server(&ops, port);
	turn_for(20);
	say_all(0, MOST_LINES);
	for (i = 0; i < 100 && failures == 0; i++)
		turn_for(100);	/* the kernels still shift octets for a while */
	ck_assert_int_eq(failures, 1);
	close(listener);
}
END_TEST

START_TEST(an_idle_end_is_noticed)
{
	uint16_t port = 0;
	int listener = receiver(SOCK_STREAM, &port), fd;

	open_server(&target_tcp_ops, port);
	fd = take(listener);
	turn_for(1100);
	ck_assert_int_eq(failures, 0);
	close(fd);
	turn_for(50);
	ck_assert_int_eq(failures, 1);
	fd = take(listener);
	turn_for(1300);
	ck_assert_int_eq(recoveries, 1);
	close(fd);
	close(listener);
}
END_TEST

START_TEST(a_server_that_talks_is_not_listened_to)
{
	static char noise[100000];
	uint16_t port = 0;
	int listener = receiver(SOCK_STREAM, &port), fd;

	open_server(&target_tcp_ops, port);
	fd = take(listener);
	ck_assert_int_eq(write(fd, "hello\n", 6), 6);
	turn_for(20);
	say_all(0, 3);
	turn_for(20);
	ck_assert_int_eq(failures, 0);
	ck_assert_int_gt(write(fd, noise, sizeof(noise)), 65536);
	turn_for(50);
	close(fd);
	close(listener);
}
END_TEST

static int opened;

static struct sink *
open_slowly(const struct target_opening *o, struct err *e)
{
	(void)o;
	opened++;
	usleep(700 * 1000);
	err_set(e, ERR_TEMP, "no name server answers");
	return NULL;
}

/* All others wait for each try. */
START_TEST(a_slow_failure_is_not_tried_again_soon)
{
	struct target_ops ops = target_udp_ops;

	opened = 0;
	ops.open = open_slowly;
	open_server(&ops, 1);
	turn_for(2500);
	ck_assert_int_eq(opened, 1);
	ck_assert_int_eq(failures, 1);
}
END_TEST

START_TEST(a_name_that_leads_nowhere_fails)
{
	char name[] = "nowhere.invalid";

	logs.to = CONF_LOG_SERVER;
	logs.transport = CONF_LOG_TCP;
	logs.address = name;
	logs.port = 601;
	target = target_new(loop, &target_tcp_ops, &place, news, NULL);
	ck_assert_ptr_nonnull(target);
	ck_assert_int_eq(failures, 1);
	say_all(0, 10);
	ck_assert_uint_eq(target_dropped(target), 0);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, tear_down);
	UNIT_ROWS(tc, a_stopped_daemon_delays_nobody, locals);
	UNIT_ROWS(tc, a_daemon_that_comes_back_gets_what_waited, locals);
	tcase_add_test(tc, udp_waits_for_its_server);
	tcase_add_loop_test(tc,
	    a_broken_connection_is_followed_by_a_whole_one, 0, 4);
	tcase_add_test(tc, a_server_that_reads_nothing_delays_nobody);
	tcase_add_test(tc,
	    a_connection_that_takes_nothing_is_broken_in_time);
	tcase_add_test(tc, an_idle_end_is_noticed);
	tcase_add_test(tc, a_server_that_talks_is_not_listened_to);
	tcase_add_test(tc, a_slow_failure_is_not_tried_again_soon);
	tcase_add_test(tc, a_name_that_leads_nowhere_fails);
}

UNIT_MAIN("target_net", add)
