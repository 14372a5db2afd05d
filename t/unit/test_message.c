/*
 * test_message.c - a descriptor from drop as blocks for the engine
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/buf.h"

#include "lib/net/conn.h"

#include "pop3srvd/front/message.h"

#include "t/unit/unit.h"

static int
file_of(size_t n)
{
	int fd = memfd_create("message", MFD_CLOEXEC);
	char *mem = malloc(n + 1);
	size_t i;

	ck_assert_int_ge(fd, 0);
	for (i = 0; i < n; i++)
		mem[i] = (char)(i * 7 + i / 251);
	ck_assert_int_eq(write(fd, mem, n), (ssize_t)n);
	free(mem);
	return fd;
}

/* All blocks of m in order; how it ended.  Asks drop by saying it is done. */
static enum message_step
read_all(struct message *m, size_t *got_r)
{
	struct span block;
	enum message_step step;
	bool last = false;
	size_t i, at = 0;

	while (!last) {
		step = message_read(m, &block, &last);
		if (step == MESSAGE_AHEAD) {
			ck_assert_uint_eq(message_ahead(m).offset, at);
			message_ahead_done(m);
			continue;
		}
		if (step != MESSAGE_BLOCK)
			break;
		for (i = 0; i < block.len; i++, at++)
			ck_assert_int_eq(block.ptr[i],
			    (char)(at * 7 + at / 251));
	}
	*got_r = at;
	return step;
}

static const struct {
	const char *holds;
	size_t is, said;
	enum message_step end;
} files[] = {
	{ "an empty one", 0, 0, MESSAGE_BLOCK },
	{ "one octet", 1, 1, MESSAGE_BLOCK },
	{ "a whole block", 32768, 32768, MESSAGE_BLOCK },
	{ "and one octet", 32769, 32769, MESSAGE_BLOCK },
	{ "three MiB", 3 << 20, 3 << 20, MESSAGE_BLOCK },
	{ "longer than said: what was said", 70000, 50000, MESSAGE_BLOCK },
	{ "shorter than said: a fault", 50000, 70000, MESSAGE_FAULT },
	{ "gone: a fault", 0, 10, MESSAGE_FAULT },
};

START_TEST(file)
{
	struct msg_message from = { .number = 7,
	    .file_octets = files[_i].said };
	struct message *m = message_new(file_of(files[_i].is), &from);
	size_t got;

	ck_assert_uint_eq(message_number(m), 7);
	ck_assert_msg(read_all(m, &got) == files[_i].end, "%s",
	    files[_i].holds);
	ck_assert_uint_eq(got, files[_i].is < files[_i].said ?
	    files[_i].is : files[_i].said);
	message_free(&m);
	ck_assert_ptr_null(m);
}
END_TEST

START_TEST(a_folder_is_a_fault)
{
	struct msg_message from = { .number = 1, .file_octets = 10 };
	struct message *m = message_new(open("/", O_RDONLY), &from);
	struct span block;
	enum message_step step;
	bool last;

	do {
		step = message_read(m, &block, &last);
		if (step == MESSAGE_AHEAD)
			message_ahead_done(m);
	} while (step == MESSAGE_AHEAD);
	ck_assert_int_eq(step, MESSAGE_FAULT);
	message_free(&m);
}
END_TEST

static void
stop(void *arg)
{
	loop_stop(arg);
}

START_TEST(pipe_is_waited_for)
{
	struct msg_message from = { .number = 1, .file_octets = 5,
	    .pipe = true };
	struct loop *l = loop_new(NULL);
	struct message *m;
	struct span block;
	bool last;
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	m = message_new(p[0], &from);
	ck_assert_int_eq(message_read(m, &block, &last), MESSAGE_POLL);
	ck_assert_int_eq(message_wait(m, l, stop, l), 0);
	ck_assert_int_eq(write(p[1], "abc", 3), 3);
	ck_assert_int_eq(loop_run(l, NULL), 0);
	ck_assert_int_eq(message_read(m, &block, &last), MESSAGE_BLOCK);
	ck_assert(span_eq(block, "abc") && !last);
	ck_assert_int_eq(message_read(m, &block, &last), MESSAGE_POLL);
	ck_assert_int_eq(message_wait(m, l, stop, l), 0);
	close(p[1]);
	ck_assert_int_eq(loop_run(l, NULL), 0);
	ck_assert_int_eq(message_read(m, &block, &last), MESSAGE_FAULT);
	message_free(&m);
	ck_assert_uint_eq(loop_watches(l), 0);
	loop_free(&l);
}
END_TEST

/*
 * A message of n octets in lines on a disk, with a connection to send it by.
 * Its first block is a header, so to speak.
 */
static struct wired {
	int fd, peer;
	size_t n;
	char *mem;
	struct stat st;
	struct loop *l;
	struct conn *c;
	struct message *m;
	struct buf got;
} w;

static void
on_conn(struct conn *c, enum conn_event ev, void *arg)
{
	(void)c;
	(void)ev;
	(void)arg;
}

static void
wired(size_t n)
{
	struct msg_message from = { .number = 3, .octets = n,
	    .file_octets = n };
	char path[] = "/tmp/message.XXXXXX";
	int fds[2];
	size_t i;

	w.n = n;
	w.mem = malloc(n);
	for (i = 0; i < n; i++)
		w.mem[i] = (char)('a' + i % 23);
	for (i = 98; i < n; i += 100)
		memcpy(w.mem + i, "\r\n", 2);
	w.fd = mkstemp(path);
	ck_assert_int_ge(w.fd, 0);
	ck_assert_int_eq(write(w.fd, w.mem, n), (ssize_t)n);
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(fstat(w.fd, &w.st), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    fds), 0);
	w.peer = fds[1];
	w.l = loop_new(NULL);
	w.c = conn_new(w.l, fds[0], on_conn, NULL);
	w.m = message_new(dup(w.fd), &from);
	buf_init(&w.got, n + 1);
}

static void
unwired(void)
{
	message_free(&w.m);
	conn_free(&w.c);
	loop_free(&w.l);
	close(w.fd);
	close(w.peer);
	buf_free(&w.got);
	free(w.mem);
}

static void
hear(void)
{
	char some[65536];
	ssize_t r;

	while ((r = read(w.peer, some, sizeof(some))) > 0)
		ck_assert_int_eq(buf_add(&w.got, some, (size_t)r), 0);
}

static enum message_step
give_block(bool *last_r)
{
	enum message_step step;
	struct span b;

	while ((step = message_read(w.m, &b, last_r)) == MESSAGE_AHEAD)
		message_ahead_done(w.m);
	if (step == MESSAGE_BLOCK)
		ck_assert_int_eq(buf_add(&w.got, b.ptr, b.len), 0);
	return step;
}

static int64_t
stamp(void)
{
	return (int64_t)w.st.st_mtim.tv_sec * 1000000000 +
	    w.st.st_mtim.tv_nsec;
}

static struct msg_verbatim
answer(uint64_t octets)
{
	struct msg_verbatim a;

	ck_assert(message_ask(w.m, &a));
	ck_assert_uint_eq(a.number, 3);
	ck_assert_uint_eq(a.offset % 100, 0);
	ck_assert(message_asked(w.m));
	a.octets = octets;
	a.ino = w.st.st_ino;
	a.mtime = stamp();
	return a;
}

static void
tell(uint64_t octets)
{
	struct msg_verbatim a = answer(octets);

	ck_assert(message_told(w.m, &a));
	ck_assert(!message_asked(w.m));
}

/* All of the stretch, read by the peer. */
static enum message_step
send_stretch(bool *last_r)
{
	enum message_step step = MESSAGE_BLOCK;
	struct span rest;
	size_t sent;

	while (message_stretch(w.m) > 0) {
		step = message_send(w.m, w.c, &sent, &rest, last_r);
		if (step == MESSAGE_AHEAD)
			message_ahead_done(w.m);
		else if (step == MESSAGE_BLOCK)
			hear();
		else if (step != MESSAGE_POLL)
			break;
		if (step == MESSAGE_BLOCK && rest.len > 0)
			ck_assert_int_eq(buf_add(&w.got, rest.ptr, rest.len),
			    0);
	}
	return step;
}

START_TEST(a_stretch_is_sent)
{
	bool last = false;

	wired(3000000);
	ck_assert_int_eq(give_block(&last), MESSAGE_BLOCK);
	ck_assert_uint_eq(buf_len(&w.got), 32700);	/* whole lines */
	tell(1000000);
	ck_assert_uint_eq(message_stretch(w.m), 1000000);
	ck_assert_int_eq(send_stretch(&last), MESSAGE_BLOCK);
	tell(500000);
	ck_assert_int_eq(send_stretch(&last), MESSAGE_BLOCK);
	ck_assert_int_eq(give_block(&last), MESSAGE_BLOCK);
	tell(3000000 - 1500000 - 2 * 32700);
	ck_assert(!last);
	ck_assert_int_eq(send_stretch(&last), MESSAGE_BLOCK);
	ck_assert(last);
	ck_assert_uint_eq(buf_len(&w.got), w.n);
	ck_assert_mem_eq(buf_data(&w.got), w.mem, w.n);
	unwired();
}
END_TEST

START_TEST(a_full_peer_is_waited_for)
{
	enum message_step step;
	struct span rest;
	size_t sent;
	bool last = false;

	wired(3000000);
	ck_assert_int_eq(give_block(&last), MESSAGE_BLOCK);
	tell(3000000 - 32700);
	do {
		step = message_send(w.m, w.c, &sent, &rest, &last);
		if (step == MESSAGE_AHEAD)
			message_ahead_done(w.m);
	} while (step == MESSAGE_BLOCK || step == MESSAGE_AHEAD);
	ck_assert_int_eq(step, MESSAGE_POLL);
	ck_assert(!last);
	hear();
	ck_assert_int_eq(send_stretch(&last), MESSAGE_BLOCK);
	ck_assert(last);
	ck_assert_mem_eq(buf_data(&w.got), w.mem, w.n);
	unwired();
}
END_TEST

START_TEST(a_peer_that_left_is_told)
{
	bool last = false;

	wired(300000);
	ck_assert_int_eq(give_block(&last), MESSAGE_BLOCK);
	tell(300000 - 32700);
	close(w.peer);
	w.peer = -1;
	ck_assert_int_eq(send_stretch(&last), MESSAGE_GONE);
	unwired();
}
END_TEST

static void
harm(int how)
{
	struct timespec t[2] = { { 1, 0 }, { 1, 0 } };

	switch (how) {
	case 0:
		ck_assert_int_eq(futimens(w.fd, t), 0);
		break;
	case 1:
		ck_assert_int_eq(ftruncate(w.fd, 100000), 0);
		break;
	default:
		ck_assert_int_eq(pwrite(w.fd, "x", 1, (off_t)w.n), 1);
		break;
	}
}

START_TEST(a_file_that_changes_is_a_fault)
{
	bool last = false;

	wired(3000000);
	ck_assert_int_eq(give_block(&last), MESSAGE_BLOCK);
	tell(1000000);
	harm(_i);
	ck_assert_int_eq(send_stretch(&last), MESSAGE_FAULT);
	unwired();
}
END_TEST

/* Between two stretches as well: what was sent is not what is there. */
START_TEST(a_changed_file_is_not_converted_either)
{
	struct msg_verbatim a;
	bool last = false;

	wired(3000000);
	ck_assert_int_eq(give_block(&last), MESSAGE_BLOCK);
	tell(1000000);
	ck_assert_int_eq(send_stretch(&last), MESSAGE_BLOCK);
	a = answer(1000000);
	harm(_i);
	/* also when drop has read it since */
	ck_assert_int_eq(fstat(w.fd, &w.st), 0);
	a.mtime = stamp();
	ck_assert(message_told(w.m, &a));
	ck_assert_uint_eq(message_stretch(w.m), 0);
	ck_assert_int_eq(give_block(&last), MESSAGE_FAULT);
	unwired();
}
END_TEST

/* Another file has the name now; ours is as it was. */
START_TEST(another_file_says_nothing_of_ours)
{
	struct msg_verbatim a;
	bool last = false;
	int i;

	wired(400000);
	ck_assert_int_eq(give_block(&last), MESSAGE_BLOCK);
	for (i = 0; i < (_i & 1); i++)
		tell(100000);
	if (_i < 2)
		ck_assert_int_eq(send_stretch(&last), MESSAGE_BLOCK);
	a = answer(100000);
	a.ino++;
	ck_assert(message_told(w.m, &a));
	ck_assert_uint_eq(message_stretch(w.m), _i == 3 ? 100000 : 0);
	ck_assert(!message_ask(w.m, &a));
	ck_assert_int_eq(send_stretch(&last), MESSAGE_BLOCK);
	while (!last)
		ck_assert_int_eq(give_block(&last), MESSAGE_BLOCK);
	ck_assert_mem_eq(buf_data(&w.got), w.mem, w.n);
	unwired();
}
END_TEST

START_TEST(answers_are_to_what_was_asked)
{
	struct msg_verbatim a, other;
	bool last = false;

	wired(400000);
	ck_assert_int_eq(give_block(&last), MESSAGE_BLOCK);
	other = a = answer(100000);
	other.number++;
	ck_assert(!message_told(w.m, &other));
	other = a;
	other.offset += 100;
	ck_assert(!message_told(w.m, &other));
	ck_assert(!message_ask(w.m, &other));
	ck_assert_uint_eq(message_stretch(w.m), 0);
	ck_assert(message_told(w.m, &a));
	ck_assert(!message_told(w.m, &a));
	ck_assert_uint_eq(message_stretch(w.m), 100000);
	a = answer(400000 - 32700 - 100000 + 1);	/* there are no more */
	ck_assert(message_told(w.m, &a));
	ck_assert_uint_eq(message_stretch(w.m), 100000);
	unwired();
}
END_TEST

static const struct {
	const char *holds;
	uint64_t octets, file_octets;
	bool pipe, asks;
} kinds[] = {
	{ "large, and stored as sent", 200000, 200000, false, true },
	{ "with LF line ends", 200001, 200000, false, false },
	{ "small", 100000, 100000, false, false },
	{ "a pipe", 200000, 200000, true, false },
};

START_TEST(who_is_asked_about)
{
	struct msg_message from = { .number = 1, .octets = kinds[_i].octets,
	    .file_octets = kinds[_i].file_octets, .pipe = kinds[_i].pipe };
	struct message *m = message_new(file_of(200000), &from);
	struct msg_verbatim q;
	struct span b;
	bool last;

	while (message_read(m, &b, &last) == MESSAGE_AHEAD)
		message_ahead_done(m);
	ck_assert_msg(message_ask(m, &q) == kinds[_i].asks, "%s",
	    kinds[_i].holds);
	message_free(&m);
}
END_TEST

/* Less than the question costs, and more of it: no more questions. */
START_TEST(a_short_stretch_is_the_last)
{
	struct msg_verbatim a;
	bool last = false;

	wired(400000);
	ck_assert_int_eq(give_block(&last), MESSAGE_BLOCK);
	tell(_i == 0 ? 0 : 30000);
	ck_assert_uint_eq(message_stretch(w.m), 0);
	ck_assert(!message_ask(w.m, &a));
	unwired();
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, file, files);
	tcase_add_test(tc, a_folder_is_a_fault);
	tcase_add_test(tc, pipe_is_waited_for);
	tcase_add_test(tc, a_stretch_is_sent);
	tcase_add_test(tc, a_full_peer_is_waited_for);
	tcase_add_test(tc, a_peer_that_left_is_told);
	tcase_add_loop_test(tc, a_file_that_changes_is_a_fault, 0, 3);
	tcase_add_loop_test(tc, a_changed_file_is_not_converted_either, 0, 3);
	tcase_add_loop_test(tc, another_file_says_nothing_of_ours, 0, 4);
	tcase_add_test(tc, answers_are_to_what_was_asked);
	UNIT_ROWS(tc, who_is_asked_about, kinds);
	tcase_add_loop_test(tc, a_short_stretch_is_the_last, 0, 2);
}

UNIT_MAIN("message", add)
