/*
 * test_frame.c - channels: whole frames, queues, descriptors, ends
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/net/frame.h"

#include "t/unit/unit.h"

/* What one end has seen. */
struct seen {
	struct loop *l;
	struct channel *ch;
	int frames;
	int gone;
	uint16_t type;
	uint32_t id;
	uint64_t turn;
	int in_turn;		/* frames of the last turn */
	char body[FRAME_MAX];
	size_t len;
	int fd;
	bool keep_fd;
	bool suicide;		/* free the channel in its callback */
	bool echo;
	int stop_at;		/* stop the loop after so many frames */
};

static void
on_frame(struct channel *ch, struct frame *f, void *arg)
{
	struct seen *s = arg;

	s->frames++;
	s->in_turn = s->turn == loop_turn(s->l) ? s->in_turn + 1 : 1;
	s->turn = loop_turn(s->l);
	s->type = f->type;
	s->id = f->id;
	ck_assert_uint_eq((uintptr_t)f->body.ptr % 8, 0);
	memcpy(s->body, f->body.ptr, f->body.len);
	s->len = f->body.len;
	s->fd = f->fd;
	if (s->keep_fd)
		f->fd = -1;
	if (s->echo)
		ck_assert_int_eq(channel_send(ch, 9, f->id, f->body, -1), 0);
	if (s->suicide)
		channel_free(&s->ch);
	if (s->suicide || s->frames == s->stop_at)
		loop_stop(s->l);
}

static void
on_gone(struct channel *ch, void *arg)
{
	struct seen *s = arg;

	ck_assert_ptr_eq(ch, s->ch);
	s->gone++;
	channel_free(&s->ch);
	loop_stop(s->l);
}

static const struct channel_ops ops = { on_frame, on_gone };

static struct seen a, b;

/* A channel with a at its end; the other end is a bare descriptor. */
static int
half(void)
{
	struct err e;
	int fds[2];

	a.l = loop_new(&e);
	ck_assert_ptr_nonnull(a.l);
	ck_assert_int_eq(channel_pair(fds, &e), 0);
	a.ch = channel_new(a.l, fds[0], &ops, &a);
	ck_assert_ptr_nonnull(a.ch);
	return fds[1];
}

static void
both(void)
{
	int fd = half();

	b.l = a.l;
	b.ch = channel_new(b.l, fd, &ops, &b);
	ck_assert_ptr_nonnull(b.ch);
}

static void
run(void)
{
	struct err e;

	ck_assert_int_eq(loop_run(a.l, &e), 0);
}

static void
finish(void)
{
	channel_free(&a.ch);
	channel_free(&b.ch);
	ck_assert_uint_eq(loop_watches(a.l), 0);
	loop_free(&a.l);
}

START_TEST(a_frame_arrives_as_it_was)
{
	static char big[FRAME_MAX];
	size_t len = _i == 0 ? 0 : _i == 1 ? 5 : FRAME_MAX;

	memset(big, 'B', sizeof(big));
	both();
	b.stop_at = 1;
	ck_assert_int_eq(channel_send(a.ch, 7, 0xdeadbeef,
	    span_mem(big, len), -1), 0);
	run();
	ck_assert_uint_eq(b.type, 7);
	ck_assert_uint_eq(b.id, 0xdeadbeef);
	ck_assert_uint_eq(b.len, len);
	ck_assert_int_eq(memcmp(b.body, big, len), 0);
	ck_assert_int_eq(b.fd, -1);
	ck_assert_int_eq(channel_send(a.ch, 7, 1,
	    span_mem(big, FRAME_MAX + 1), -1), -1);
	finish();
}
END_TEST

START_TEST(answers_go_both_ways)
{
	both();
	b.echo = true;
	a.stop_at = 3;
	channel_send(a.ch, 1, 10, span_of("x"), -1);
	channel_send(a.ch, 1, 11, span_of("yy"), -1);
	channel_send(a.ch, 1, 12, span_of("zzz"), -1);
	run();
	ck_assert_uint_eq(a.id, 12);
	ck_assert_uint_eq(a.type, 9);
	ck_assert_uint_eq(a.len, 3);
	finish();
}
END_TEST

static int
open_fds(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

START_TEST(a_descriptor_is_taken_or_closed)
{
	int pipe_fds[2], n;
	char c;

	both();
	ck_assert_int_eq(pipe(pipe_fds), 0);
	n = open_fds();
	b.stop_at = 1;
	b.keep_fd = _i == 1;
	channel_send(a.ch, 1, 1, span_of("fd"), pipe_fds[0]);
	run();
	ck_assert_int_ge(b.fd, 0);
	ck_assert_int_eq(open_fds(), n + (_i == 1));
	if (_i == 1) {
		ck_assert_int_eq(fcntl(b.fd, F_GETFD), FD_CLOEXEC);
		ck_assert_int_eq(write(pipe_fds[1], "!", 1), 1);
		ck_assert_int_eq(read(b.fd, &c, 1), 1);
		close(b.fd);
	}
	finish();
}
END_TEST

/* The socket is full: frames and their descriptors wait, in order. */
START_TEST(a_full_socket_queues)
{
	static char block[30000];
	int pipe_fds[2], n, i;

	both();
	ck_assert_int_eq(pipe(pipe_fds), 0);
	n = open_fds();
	for (i = 0; i < 100; i++)
		ck_assert_int_eq(channel_send(a.ch, 1, (uint32_t)i,
		    span_mem(block, sizeof(block)), pipe_fds[0]), 0);
	ck_assert_uint_gt(channel_waiting(a.ch), 50);
	close(pipe_fds[0]);		/* the queue has its own copies */
	b.stop_at = 100;
	run();
	ck_assert_uint_eq(channel_waiting(a.ch), 0);
	ck_assert_uint_eq(b.id, 99);
	ck_assert_int_ge(b.fd, 0);
	ck_assert_int_eq(open_fds(), n - 1);
	finish();
}
END_TEST

START_TEST(the_queue_has_a_ceiling)
{
	static char block[1000];
	int sent = 0, i;

	both();
	channel_limit(a.ch, 5000);
	while (channel_send(a.ch, 1, 1, span_mem(block, 1000), -1) == 0)
		ck_assert_int_lt(sent++, 10000);
	ck_assert_uint_eq(channel_waiting(a.ch), 5);
	b.stop_at = sent;
	run();
	for (i = 0; i < 5; i++)
		ck_assert_int_eq(channel_send(a.ch, 1, 1,
		    span_mem(block, 1000), -1), 0);
	finish();
}
END_TEST

START_TEST(at_most_64_frames_a_turn)
{
	int i;

	both();
	for (i = 0; i < 100; i++)
		channel_send(a.ch, 1, 1, span_of("x"), -1);
	b.stop_at = 64;
	run();
	ck_assert_int_eq(b.frames, 64);
	b.stop_at = 100;
	run();
	ck_assert_int_eq(b.in_turn, 36);
	finish();
}
END_TEST

START_TEST(the_dead_are_reported_once_after_their_last_words)
{
	both();
	channel_send(b.ch, 1, 5, span_of("last words"), -1);
	/* a's frame stays unread: the kernel adds ECONNRESET. */
	channel_send(a.ch, 1, 6, span_of("never read"), -1);
	channel_free(&b.ch);
	if (_i == 1)			/* found out by sending */
		ck_assert_int_eq(channel_send(a.ch, 1, 7, span_of("?"), -1),
		    -1);
	run();
	ck_assert_int_eq(a.frames, 1);
	ck_assert_int_eq(a.gone, 1);
	ck_assert_ptr_null(a.ch);
	finish();
}
END_TEST

START_TEST(freed_by_its_own_callback)
{
	int n;

	both();
	n = open_fds();
	b.suicide = true;
	channel_send(a.ch, 1, 5, span_of("one"), -1);
	channel_send(a.ch, 1, 6, span_of("two"), 0);
	run();
	ck_assert_int_eq(b.frames, 1);
	ck_assert_int_eq(b.gone, 0);
	ck_assert_int_eq(open_fds(), n - 1);	/* the channel's own */
	finish();
}
END_TEST

static const struct {
	const char *holds;
	size_t len;
	unsigned char packet[24];
} broken[] = {
	{ "one octet", 1, { 1 } },
	{ "half a header", 15, { 1, 0, 0, 0, 1, 0, 0, 0, 0 } },
	{ "length too small", 17, { 1, 0, 0, 0, 1, 0, 0, 0, 0 } },
	{ "length too large", 16, { 1, 0, 0, 0, 1, 0, 0, 0, 1 } },
	{ "length beyond any buffer", 16,
	    { 1, 0, 0, 0, 1, 0, 0, 0, 255, 255, 255, 255 } },
	{ "first reserved octets", 16, { 1, 0, 0, 1, 1, 0, 0, 0, 0 } },
	{ "last reserved octets", 16,
	    { 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9 } },
};

START_TEST(what_is_no_frame_ends_the_channel)
{
	int fd = half();

	ck_assert_int_eq(send(fd, broken[_i].packet, broken[_i].len, 0),
	    (int)broken[_i].len);
	run();
	ck_assert_msg(a.frames == 0 && a.gone == 1, "%s", broken[_i].holds);
	finish();
	close(fd);
}
END_TEST

START_TEST(a_packet_beyond_the_maximum_ends_the_channel)
{
	static char big[16 + FRAME_MAX + 1] = { 1 };
	uint32_t len = FRAME_MAX + 1;
	int fd = half();

	memcpy(big + 8, &len, 4);
	ck_assert_int_eq(send(fd, big, sizeof(big), 0), (int)sizeof(big));
	run();
	ck_assert_int_eq(a.frames, 0);
	ck_assert_int_eq(a.gone, 1);
	finish();
	close(fd);
}
END_TEST

/* A frame with n descriptors. */
static void
send_fds(int sock, int fd, size_t n)
{
	unsigned char head[16] = { 1 };
	union {
		struct cmsghdr align;
		char mem[CMSG_SPACE(20 * sizeof(int))];
	} u = { 0 };
	struct iovec iov = { head, sizeof(head) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = u.mem,
	    .msg_controllen = CMSG_SPACE(n * sizeof(int)) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	size_t i;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	for (i = 0; i < n; i++)
		memcpy(CMSG_DATA(c) + i * sizeof(int), &fd, sizeof(int));
	ck_assert_int_eq(sendmsg(sock, &msg, 0), (int)sizeof(head));
}

START_TEST(several_descriptors_are_closed_and_end_the_channel)
{
	static const size_t count[] = { 2, 3, 8, 20 };
	int fd = half(), n = open_fds();

	send_fds(fd, 0, count[_i]);
	send_fds(fd, 0, 1);		/* is read together with it */
	run();
	ck_assert_int_eq(a.frames, 0);
	ck_assert_int_eq(a.gone, 1);
	ck_assert_int_eq(open_fds(), n - 1);	/* the channel's own */
	finish();
	close(fd);
}
END_TEST

START_TEST(no_room_for_a_descriptor_keeps_the_channel)
{
	int fd = half();
	struct rlimit old, none;

	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	none.rlim_cur = (rlim_t)fd + 1;
	none.rlim_max = old.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	a.stop_at = 1;
	send_fds(fd, 0, 1);
	run();
	ck_assert_int_eq(a.frames, 1);
	ck_assert_int_eq(a.fd, -1);
	setrlimit(RLIMIT_NOFILE, &old);
	finish();
	close(fd);
}
END_TEST

START_TEST(flush_writes_the_last_words)
{
	static char block[60000];
	int fd = half(), i, got = 0;
	pid_t pid;

	for (i = 0; i < 30; i++)
		ck_assert_int_eq(channel_send(a.ch, 1, 1,
		    span_mem(block, sizeof(block)), -1), 0);
	ck_assert_uint_gt(channel_waiting(a.ch), 0);
	channel_flush(a.ch, 50);		/* nobody reads: it returns */
	ck_assert_uint_gt(channel_waiting(a.ch), 0);
	if ((pid = fork()) == 0) {
		channel_flush(a.ch, 10000);
		_exit(channel_waiting(a.ch) == 0 ? 0 : 1);
	}
	channel_free(&a.ch);
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		ssize_t n;

		ck_assert_int_eq(poll(&p, 1, 10000), 1);
		if ((n = recv(fd, block, sizeof(block), 0)) <= 0)
			break;
		got++;
	}
	ck_assert_int_eq(got, 30);
	finish();
	close(fd);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_loop_test(tc, a_frame_arrives_as_it_was, 0, 3);
	tcase_add_test(tc, answers_go_both_ways);
	tcase_add_loop_test(tc, a_descriptor_is_taken_or_closed, 0, 2);
	tcase_add_test(tc, a_full_socket_queues);
	tcase_add_test(tc, the_queue_has_a_ceiling);
	tcase_add_test(tc, at_most_64_frames_a_turn);
	tcase_add_loop_test(tc,
	    the_dead_are_reported_once_after_their_last_words, 0, 2);
	tcase_add_test(tc, freed_by_its_own_callback);
	UNIT_ROWS(tc, what_is_no_frame_ends_the_channel, broken);
	tcase_add_test(tc, a_packet_beyond_the_maximum_ends_the_channel);
	tcase_add_loop_test(tc,
	    several_descriptors_are_closed_and_end_the_channel, 0, 4);
	tcase_add_test(tc, no_room_for_a_descriptor_keeps_the_channel);
	tcase_add_test(tc, flush_writes_the_last_words);
}

UNIT_MAIN("frame", add)
