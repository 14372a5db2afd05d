/*
 * test_conn.c - plain streams: what the owner is told, and when
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/net/conn.h"

#include "t/unit/unit.h"

static struct loop *l;
static struct conn *c;
static int peer;
static struct task stop;

/* What the owner was told, and what it does then. */
static int told[8], n_told;
static bool free_it;
static int want_then = -1;

static void
on_event(struct conn *conn, enum conn_event ev, void *arg)
{
	ck_assert_ptr_eq(conn, c);
	ck_assert_ptr_eq(arg, &peer);
	if (n_told < COUNT(told))
		told[n_told++] = (int)ev;
	if (want_then >= 0)
		conn_want(c, want_then);
	if (free_it)
		conn_free(&c);
}

static void
stop_run(struct loop *loop, struct task *t)
{
	(void)t;
	loop_stop(loop);
}

static void
turns(int n)
{
	struct err e;

	while (n-- > 0) {
		loop_defer(l, &stop);
		ck_assert_int_eq(loop_run(l, &e), 0);
	}
}

static void
start(int fds[2])
{
	struct err e;

	stop.run = stop_run;
	l = loop_new(&e);
	ck_assert_ptr_nonnull(l);
	peer = fds[1];
	c = conn_new(l, fds[0], on_event, &peer);
	ck_assert_ptr_nonnull(c);
}

static void
start_unix(void)
{
	int fds[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    fds), 0);
	ck_assert_int_eq(fcntl(fds[1], F_SETFL, 0), 0);
	start(fds);
}

static void
start_tcp(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	int fds[2], ls = socket(AF_INET, SOCK_STREAM, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(ls, (struct sockaddr *)&sin, len), 0);
	ck_assert_int_eq(listen(ls, 1), 0);
	getsockname(ls, (struct sockaddr *)&sin, &len);
	fds[1] = socket(AF_INET, SOCK_STREAM, 0);
	ck_assert_int_eq(connect(fds[1], (struct sockaddr *)&sin, len), 0);
	fds[0] = accept4(ls, NULL, NULL, SOCK_NONBLOCK);
	ck_assert_int_ge(fds[0], 0);
	close(ls);
	start(fds);
}

static void
finish(void)
{
	conn_free(&c);
	ck_assert_uint_eq(loop_watches(l), 0);
	loop_free(&l);
	close(peer);
}

static void
reset_peer(void)
{
	struct linger now = { 1, 0 };

	setsockopt(peer, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	close(peer);
	peer = -1;
}

START_TEST(octets_go_both_ways)
{
	char text[16];

	start_unix();
	conn_want(c, CONN_READ);
	turns(2);
	ck_assert_int_eq(n_told, 0);
	ck_assert_int_eq(conn_read(c, text, sizeof(text)), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_str_eq(conn_fault(c), "");
	ck_assert_int_eq(write(peer, "STAT\r\n", 6), 6);
	turns(1);
	ck_assert_int_eq(n_told, 1);
	ck_assert_int_eq(told[0], CONN_READABLE);
	ck_assert_int_eq(conn_read(c, text, sizeof(text)), 6);
	ck_assert_int_eq(conn_write(c, "+OK\r\n", 5), 5);
	ck_assert_int_eq(read(peer, text, sizeof(text)), 5);
	ck_assert(!conn_tls(c));
	ck_assert_ptr_null(conn_tls_version(c));
	ck_assert_ptr_null(conn_tls_cipher(c));
	finish();
}
END_TEST

START_TEST(the_owner_is_told_what_it_wants)
{
	start_unix();
	ck_assert_int_eq(write(peer, "x", 1), 1);
	turns(2);
	ck_assert_int_eq(n_told, 0);
	conn_want(c, CONN_WRITE);
	turns(1);
	ck_assert_int_eq(n_told, 1);
	ck_assert_int_eq(told[0], CONN_WRITABLE);
	conn_want(c, CONN_READ | CONN_WRITE);
	turns(1);
	ck_assert_int_eq(n_told, 3);
	ck_assert_int_eq(told[1], CONN_READABLE);
	ck_assert_int_eq(told[2], CONN_WRITABLE);
	want_then = 0;			/* no WRITABLE after that */
	turns(3);
	ck_assert_int_eq(n_told, 4);
	finish();
}
END_TEST

START_TEST(a_full_socket_says_later)
{
	static char block[65536];
	ssize_t n, all = 0;

	start_unix();
	while ((n = conn_write(c, block, sizeof(block))) > 0)
		all += n;
	ck_assert_int_eq(errno, EAGAIN);
	conn_want(c, CONN_WRITE);
	turns(2);
	ck_assert_int_eq(n_told, 0);
	while (all > 0 && (n = read(peer, block, sizeof(block))) > 0)
		all -= n;
	turns(1);
	ck_assert_int_eq(n_told, 1);
	finish();
}
END_TEST

/* A client may send all its commands, close its side and wait for answers. */
START_TEST(a_half_closed_peer_is_still_served)
{
	char text[16];

	start_tcp();
	ck_assert_int_eq(write(peer, "QUIT\r\n", 6), 6);
	shutdown(peer, SHUT_WR);
	turns(3);
	ck_assert_int_eq(n_told, 0);
	ck_assert(conn_peer_gone(c));
	conn_want(c, CONN_READ);
	turns(1);
	ck_assert_int_eq(told[0], CONN_READABLE);
	ck_assert_int_eq(conn_read(c, text, sizeof(text)), 6);
	turns(1);
	ck_assert_int_eq(conn_read(c, text, sizeof(text)), 0);
	ck_assert_int_eq(conn_write(c, "+OK\r\n", 5), 5);
	ck_assert_int_eq(read(peer, text, sizeof(text)), 5);
	finish();
}
END_TEST

/* Whatever is waited for, a reset ends it. */
START_TEST(a_reset_is_noticed)
{
	char text[16];

	start_tcp();
	conn_want(c, _i == 0 ? 0 : _i == 1 ? CONN_WRITE : CONN_READ);
	turns(1);
	n_told = 0;
	ck_assert(!conn_peer_gone(c));
	reset_peer();
	ck_assert(conn_peer_gone(c));
	turns(2);
	if (_i < 2) {
		ck_assert_int_eq(n_told, 1);
		ck_assert_int_eq(told[0], CONN_GONE);
	} else {
		ck_assert_int_eq(told[0], CONN_READABLE);
		ck_assert_int_eq(conn_read(c, text, sizeof(text)), -1);
		ck_assert_int_eq(errno, ECONNRESET);
		ck_assert_str_eq(conn_fault(c), "Connection reset by peer");
	}
	finish();
}
END_TEST

START_TEST(freed_by_its_own_callback)
{
	start_tcp();
	free_it = true;
	conn_want(c, CONN_READ | CONN_WRITE);
	if (_i == 0)
		ck_assert_int_eq(write(peer, "x", 1), 1);
	if (_i == 2) {
		conn_want(c, 0);
		reset_peer();
	}
	turns(2);
	ck_assert_int_eq(n_told, 1);
	ck_assert_int_eq(told[0], _i == 0 ? CONN_READABLE :
	    _i == 1 ? CONN_WRITABLE : CONN_GONE);
	ck_assert_ptr_null(c);
	finish();
}
END_TEST

/* Input that nobody read must not turn the end into a reset. */
START_TEST(last_words_arrive)
{
	static char much[20000];
	char text[64];

	start_tcp();
	ck_assert_int_eq(write(peer, much, sizeof(much)), sizeof(much));
	ck_assert_int_eq(conn_write(c, "-ERR bye\r\n", 10), 10);
	conn_shutdown(c);
	conn_free(&c);
	ck_assert_int_eq(read(peer, text, sizeof(text)), 10);
	ck_assert_int_eq(read(peer, text, sizeof(text)), 0);
	finish();
}
END_TEST

START_TEST(an_idle_one_is_small)
{
	start_unix();
	ck_assert_uint_le(conn_memory(c), 200);
	finish();
}
END_TEST

START_TEST(no_descriptor_no_connection)
{
	start_unix();
	ck_assert_ptr_null(conn_new(l, -1, on_event, NULL));
	finish();
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, octets_go_both_ways);
	tcase_add_test(tc, the_owner_is_told_what_it_wants);
	tcase_add_test(tc, a_full_socket_says_later);
	tcase_add_test(tc, a_half_closed_peer_is_still_served);
	tcase_add_loop_test(tc, a_reset_is_noticed, 0, 3);
	tcase_add_loop_test(tc, freed_by_its_own_callback, 0, 3);
	tcase_add_test(tc, last_words_arrive);
	tcase_add_test(tc, an_idle_one_is_small);
	tcase_add_test(tc, no_descriptor_no_connection);
}

UNIT_MAIN("conn", add)
