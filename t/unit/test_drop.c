/*
 * test_drop.c - the drop process over its channel, as front sees it
 */
#include <poll.h>
#include <unistd.h>

#include "lib/net/frame.h"

#include "pop3srvd/drop/serve.h"
#include "pop3srvd/ipc/memfd.h"
#include "pop3srvd/ipc/msg.h"
#include "pop3srvd/ipc/ticket.h"

#include "t/unit/mail_unit.h"

static const char text[] = "A: b\n\nc\n";	/* wire: 11 */
static const unsigned char key[TICKET_KEY] = "known to auth and drop";

/* What front got last, and how many. */
struct got {
	int n;
	int messages;		/* MSG_DROP_MSG among them */
	bool gone;
	uint16_t type;
	uint32_t id;
	uint64_t body[FRAME_MAX / 8];
	size_t len;
	int fd;
};

static struct loop *l;
static struct serve sv;
static struct log_out *out;
static struct channel *front;
static struct got got;
static int wanted;
static int stopped;
static struct timer limit;

static void
on_frame(struct channel *ch, struct frame *f, void *arg)
{
	(void)ch;
	(void)arg;
	got.n++;
	got.messages += f->type == MSG_DROP_MSG;
	got.type = f->type;
	got.id = f->id;
	got.len = f->body.len;
	if (f->body.len > 0)
		memcpy(got.body, f->body.ptr, f->body.len);
	if (got.fd >= 0)
		close(got.fd);
	got.fd = f->fd;
	f->fd = -1;
	if (got.n == wanted)
		loop_stop(l);
}

static void
on_gone(struct channel *ch, void *arg)
{
	(void)ch;
	(void)arg;
	got.gone = true;
	loop_stop(l);
}

static void
on_limit(struct loop *lp, struct timer *t)
{
	(void)t;
	loop_stop(lp);
}

static void
on_stopped(void *arg)
{
	(void)arg;
	stopped++;
}

static void
connect_front(void)
{
	static const struct channel_ops ops = { on_frame, on_gone };
	int fds[2];

	ck_assert_int_eq(channel_pair(fds, NULL), 0);
	front = channel_new(l, fds[0], &ops, NULL);
	ck_assert_ptr_nonnull(front);
	ck_assert_int_eq(serve_front(&sv, 0, fds[1]), 0);
}

static void
setup(void)
{
	mail_setup();
	got.fd = -1;
	l = loop_new(NULL);
	out = log_out_new();
	log_out_level(out, LOG_LEVEL_ERROR);
	sv.env.root = -1;
	sv.mail_root = strdup(top);
	sv.stopped = on_stopped;
	memcpy(sv.key, key, sizeof(key));
	sv.has_key = true;
	ck_assert_int_eq(serve_begin(&sv, l, out, "maildir", NULL), 0);
	limit.due = on_limit;
	connect_front();
}

static void
teardown(void)
{
	if (got.fd >= 0)
		close(got.fd);
	channel_free(&front);
	serve_end(&sv);
	timer_stop(l, &limit);
	log_out_free(&out);
	loop_free(&l);
	mail_teardown();
}

/* Let both ends run until n frames came, the channel ended or ms passed. */
static void
await(int n, int64_t ms)
{
	got.n = got.messages = 0;
	wanted = n;
	timer_after(l, &limit, ms);
	ck_assert_int_eq(loop_run(l, NULL), 0);
	timer_stop(l, &limit);
}

/* What comes, comes at once; on a busy machine this is later. */
#define SOON	30000

static void
no_more(void)
{
	await(1, 20);
	ck_assert_int_eq(got.n, 0);
}

static void
until_idle(void)
{
	int turn;

	for (turn = 0; sv.sessions > 0 && turn < 600; turn++)
		await(1, 50);
	ck_assert_uint_eq(sv.sessions, 0);
}

static void
say(uint16_t type, uint32_t sid, struct buf *b)
{
	ck_assert_int_eq(channel_send(front, type, sid,
	    b == NULL ? span_of("") : buf_span(b), -1), 0);
	if (b != NULL)
		buf_free(b);
}

static void
ask_open(uint32_t sid, const char *maildrop, uint32_t wait, int64_t life)
{
	struct ticket t = { .account = "u@d", .maildrop = maildrop };
	struct msg_drop_open m = { .wait_ms = wait };
	struct moment now;
	struct buf b, text_b;

	clock_read(&now);
	t.expires = now.wall + life;
	buf_init(&text_b, 4096);
	buf_init(&b, FRAME_MAX);
	ck_assert_int_eq(ticket_write(&t, key, &text_b), 0);
	m.ticket = buf_span(&text_b);
	ck_assert_int_eq(msg_drop_open_pack(&m, &b), 0);
	buf_free(&text_b);
	say(MSG_DROP_OPEN, sid, &b);
}

static void
ask_fetch(uint32_t sid, uint32_t number, uint32_t ahead)
{
	struct msg_fetch m = { number, ahead };
	struct buf b;

	buf_init(&b, 64);
	ck_assert_int_eq(msg_fetch_pack(&m, &b), 0);
	say(MSG_DROP_FETCH, sid, &b);
}

static void
ask_mark(uint32_t sid, uint32_t first, unsigned char bits)
{
	struct msg_mark m = { first, span_mem(&bits, 1) };
	struct buf b;

	buf_init(&b, 64);
	ck_assert_int_eq(msg_mark_pack(&m, &b), 0);
	say(MSG_DROP_MARK, sid, &b);
}

static struct msg_fault
fault(void)
{
	struct msg_fault m = { .class = ERR_NONE };

	ck_assert_uint_eq(got.type, MSG_DROP_FAULT);
	ck_assert_int_eq(msg_fault_unpack(&m, span_mem(got.body, got.len)),
	    0);
	return m;
}

static uint32_t
listed(void)
{
	struct droplist list;

	ck_assert_uint_eq(got.type, MSG_DROP_LIST);
	ck_assert_int_eq(got.fd, -1);
	ck_assert_int_eq(droplist_view(&list, got.body, got.len, NULL), 0);
	return list.count;
}

static void
fill(int n)
{
	char name[64];
	int i;

	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "new/%d.a,S=8,W=11", 10000 + i);
		put(name, text);
	}
}

static uint32_t
number_got(void)
{
	struct msg_message m;
	char octets[16];

	ck_assert_uint_eq(got.type, MSG_DROP_MSG);
	ck_assert_int_eq(msg_message_unpack(&m, span_mem(got.body, got.len)),
	    0);
	ck_assert_uint_eq(m.octets, 11);
	ck_assert_uint_eq(m.file_octets, 8);
	ck_assert(!m.pipe);
	ck_assert_int_eq((int)pread(got.fd, octets, sizeof(octets), 0), 8);
	return m.number;
}

START_TEST(open_fetch_delete_close)
{
	struct msg_committed c;

	fill(3);
	ask_open(7, BOX, 0, 60000);
	await(1, SOON);
	ck_assert_uint_eq(got.id, 7);
	ck_assert_uint_eq(listed(), 3);
	ask_fetch(7, 2, 0);
	await(1, SOON);
	ck_assert_uint_eq(number_got(), 2);
	ask_mark(7, 0, 0x5);
	say(MSG_DROP_COMMIT, 7, NULL);
	await(1, SOON);
	ck_assert_uint_eq(got.type, MSG_DROP_COMMITTED);
	ck_assert_int_eq(msg_committed_unpack(&c, span_mem(got.body,
	    got.len)), 0);
	ck_assert_int_eq(c.class, ERR_NONE);
	ck_assert_uint_eq(c.removed, 2);
	say(MSG_DROP_CLOSE, 7, NULL);
	until_idle();
	ck_assert_int_eq(entries("new"), 1);
	ck_assert(!got.gone);
}
END_TEST

START_TEST(ahead_sends_each_message_once)
{
	fill(6);
	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	ask_fetch(1, 1, 2);			/* 1, then 2 and 3 unasked */
	await(3, SOON);
	ck_assert_int_eq(got.messages, 3);
	ck_assert_uint_eq(number_got(), 3);
	no_more();
	ask_fetch(1, 2, 2);			/* 2 because asked, 4 */
	await(2, SOON);
	ck_assert_int_eq(got.messages, 2);
	ck_assert_uint_eq(number_got(), 4);
	no_more();
	ask_fetch(1, 4, 8);			/* 4, 5 and 6: the end */
	await(3, SOON);
	ck_assert_int_eq(got.messages, 3);
	ck_assert_uint_eq(number_got(), 6);
	no_more();
}
END_TEST

START_TEST(a_large_list_comes_in_a_memory_file)
{
	struct droplist list;
	const void *mem;
	size_t len;

	fill(1500);
	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	ck_assert_uint_eq(got.type, MSG_DROP_LIST);
	ck_assert_int_ge(got.fd, 0);
	mem = memfd_map(got.fd, 1 << 20, &len, NULL);
	got.fd = -1;
	ck_assert_ptr_nonnull(mem);
	ck_assert_int_eq(droplist_view(&list, mem, len, NULL), 0);
	ck_assert_uint_eq(list.count, 1500);
	memfd_unmap(mem, len);
}
END_TEST

START_TEST(a_locked_maildrop_is_busy_with_its_age)
{
	struct msg_fault m;

	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	ask_open(2, BOX, 1000, 60000);
	await(1, 20);
	ck_assert_int_eq(got.n, 0);		/* it waits */
	await(1, SOON);
	ck_assert_uint_eq(got.id, 2);
	m = fault();
	ck_assert_int_eq(m.class, ERR_BUSY);
	ck_assert_int_ge(m.age, 0);
	say(MSG_DROP_CLOSE, 2, NULL);
	await(1, 50);
	ck_assert(!got.gone);
}
END_TEST

START_TEST(who_waits_goes_on_at_once)
{
	int64_t begin;

	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	ask_open(2, BOX, 30000, 60000);
	await(1, 20);
	ck_assert_int_eq(got.n, 0);
	say(MSG_DROP_CLOSE, 1, NULL);
	begin = mono();
	await(1, SOON);
	ck_assert_uint_eq(got.id, 2);
	listed();
	ck_assert_int_lt(mono() - begin, 20000);
}
END_TEST

START_TEST(who_waits_longest_goes_on_first)
{
	uint32_t sid;

	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	for (sid = 2; sid <= 4; sid++)
		ask_open(sid, BOX, 50000, 60000);
	await(1, 20);
	ck_assert_int_eq(got.n, 0);
	for (sid = 2; sid <= 4; sid++) {
		say(MSG_DROP_CLOSE, sid - 1, NULL);
		await(1, SOON);
		ck_assert_uint_eq(got.type, MSG_DROP_LIST);
		ck_assert_uint_eq(got.id, sid);
		await(1, 70);		/* those who wait have tried again */
	}
}
END_TEST

START_TEST(a_bad_ticket_opens_nothing)
{
	struct msg_fault m;

	ask_open(1, BOX, 0, -1);		/* expired */
	await(1, SOON);
	m = fault();
	ck_assert_int_eq(m.class, ERR_PERM);
	sv.key[0] ^= 1;				/* of another auth */
	ask_open(2, BOX, 0, 60000);
	await(1, SOON);
	m = fault();
	ck_assert_int_eq(m.class, ERR_PERM);
	ck_assert_uint_eq(sv.sessions, 0);
	ck_assert(!got.gone);
}
END_TEST

START_TEST(moved_and_gone_messages)
{
	struct msg_fault m;

	fill(3);
	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	move("new/10000.a,S=8,W=11", "cur/10000.a,S=8,W=11:2,S");
	gone("new/10001.a,S=8,W=11");
	/* the second and third wait until the first has been found */
	ask_fetch(1, 1, 0);
	ask_fetch(1, 2, 0);
	ask_fetch(1, 3, 0);
	await(3, SOON);
	ck_assert_int_eq(got.messages, 2);
	ck_assert_uint_eq(number_got(), 3);
	no_more();
	ask_fetch(1, 2, 0);
	await(1, SOON);
	m = fault();
	ck_assert_int_eq(m.class, ERR_NOTFOUND);
	ck_assert_uint_eq(m.number, 2);
}
END_TEST

START_TEST(reading_ahead_is_answered)
{
	struct msg_ahead m = { .number = 1, .offset = 2, .octets = 4 };
	struct buf b;

	fill(1);
	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	buf_init(&b, 64);
	ck_assert_int_eq(msg_ahead_pack(&m, &b), 0);
	say(MSG_DROP_AHEAD, 1, &b);
	await(1, SOON);
	ck_assert_uint_eq(got.type, MSG_DROP_AHEAD_DONE);
	ck_assert_int_eq(msg_ahead_unpack(&m, span_mem(got.body, got.len)),
	    0);
	ck_assert_uint_eq(m.offset, 2);
	ck_assert_uint_eq(m.octets, 4);
}
END_TEST

START_TEST(verbatim_lines_are_answered)
{
	struct msg_verbatim m = { .number = 1, .offset = 8 };
	struct stat st;
	struct buf b;

	put("new/10000.a,S=19,W=19", "A: b\r\n\r\nc\r\n.\r\n\r\n\r\n");
	ck_assert_int_eq(fstatat(env.root, in_box("new/10000.a,S=19,W=19"),
	    &st, 0), 0);
	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	await(1, 1100);				/* until it has settled */
	buf_init(&b, 64);
	ck_assert_int_eq(msg_verbatim_pack(&m, &b), 0);
	say(MSG_DROP_VERBATIM, 1, &b);
	await(1, SOON);
	ck_assert_uint_eq(got.type, MSG_DROP_VERBATIM_IS);
	ck_assert_int_eq(msg_verbatim_unpack(&m, span_mem(got.body,
	    got.len)), 0);
	ck_assert_uint_eq(m.number, 1);
	ck_assert_uint_eq(m.offset, 8);
	ck_assert_uint_eq(m.octets, 3);
	ck_assert_uint_eq(m.ino, st.st_ino);
}
END_TEST

/* No more than that it is not known: whoever fetches it hears why. */
START_TEST(of_a_lost_message_none_is_verbatim)
{
	struct msg_verbatim m = { .number = 1, .offset = 6 };
	struct buf b;

	fill(1);
	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	gone("new/10000.a,S=8,W=11");
	buf_init(&b, 64);
	ck_assert_int_eq(msg_verbatim_pack(&m, &b), 0);
	say(MSG_DROP_VERBATIM, 1, &b);
	await(1, SOON);
	ck_assert_uint_eq(got.type, MSG_DROP_VERBATIM_IS);
	ck_assert_int_eq(msg_verbatim_unpack(&m, span_mem(got.body,
	    got.len)), 0);
	ck_assert_uint_eq(m.octets, 0);
}
END_TEST

static void
impossible(int which)
{
	switch (which) {
	case 0:
		ask_fetch(1, 0, 0);
		break;
	case 1:
		ask_fetch(1, 3, 0);
		break;
	case 2:
		ask_fetch(9, 1, 0);		/* no such session */
		break;
	case 3:
		ask_mark(1, 0, 0x4);		/* beyond the list */
		break;
	case 4:
		ask_mark(1, 8, 0x1);
		break;
	case 5:
		say(MSG_AUTH_PASS, 1, NULL);
		break;
	case 6:
		ask_open(1, BOX, 0, 60000);	/* twice */
		break;
	case 7:
		say(MSG_DROP_FETCH, 1, NULL);	/* no body */
		break;
	case 8:
		say(MSG_DROP_LIST, 1, NULL);	/* ours to say */
		break;
	case 9:					/* with a descriptor */
		ck_assert_int_eq(channel_send(front, MSG_DROP_CLOSE, 1,
		    span_of(""), STDIN_FILENO), 0);
		break;
	default:
		say(MSG_DROP_COMMIT, 1, NULL);
		say(MSG_DROP_COMMIT, 1, NULL);
		break;
	}
}

START_TEST(what_front_cannot_mean_ends_the_process)
{
	fill(2);
	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	impossible(_i);
	await(-1, SOON);
	ck_assert(sv.broken);
	ck_assert_ptr_null(sv.peers);
	ck_assert_uint_eq(sv.sessions, 0);
	ck_assert_int_eq(entries("new"), 2);
}
END_TEST

/* Answers that nobody takes any more are no breach. */
START_TEST(a_dead_front_ends_nothing)
{
	fill(2);
	ask_open(1, BOX, 0, 60000);
	ask_open(2, "d/v", 0, 60000);
	channel_free(&front);
	await(1, 200);
	ck_assert(!sv.broken);
	ck_assert_ptr_null(sv.peers);
	ck_assert_uint_eq(sv.sessions, 0);
	ck_assert(timer_is_set(&sv.lonely));
	connect_front();
	ck_assert(!timer_is_set(&sv.lonely));
	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	ck_assert_uint_eq(listed(), 2);
}
END_TEST

/* A channel that is lost while front lives is made anew with the process. */
START_TEST(without_a_front_it_ends)
{
	channel_free(&front);
	await(1, 200);
	ck_assert_int_eq(timer_after(sv.loop, &sv.lonely, 0), 0);
	await(1, 1000);
	ck_assert(sv.broken);
}
END_TEST

START_TEST(a_dead_front_deletes_nothing)
{
	fill(3);
	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	ask_mark(1, 0, 0x7);
	await(1, 50);
	channel_free(&front);
	until_idle();
	ck_assert_int_eq(entries("new"), 3);
	connect_front();			/* a new one, same user */
	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	ck_assert_uint_eq(listed(), 3);
}
END_TEST

START_TEST(stopping_closes_what_is_idle)
{
	fill(1);
	ask_open(1, BOX, 0, 60000);
	await(1, SOON);
	ck_assert_int_eq(stopped, 0);
	serve_stop(&sv);
	ck_assert_int_eq(stopped, 1);
	ck_assert_uint_eq(sv.sessions, 0);
	ck_assert_int_eq(entries("new"), 1);
}
END_TEST

START_TEST(many_sessions_at_once)
{
	char path[32];
	uint32_t i;

	for (i = 0; i < 300; i++) {
		snprintf(path, sizeof(path), "many/u%u", i);
		ask_open(i, path, 0, 60000);
	}
	await(300, SOON);
	ck_assert_int_eq(got.n, 300);
	ck_assert_uint_eq(sv.sessions, 300);
	for (i = 0; i < 300; i++)
		say(MSG_DROP_CLOSE, i, NULL);
	until_idle();
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, open_fetch_delete_close);
	tcase_add_test(tc, ahead_sends_each_message_once);
	tcase_add_test(tc, a_large_list_comes_in_a_memory_file);
	tcase_add_test(tc, a_locked_maildrop_is_busy_with_its_age);
	tcase_add_test(tc, who_waits_goes_on_at_once);
	tcase_add_test(tc, who_waits_longest_goes_on_first);
	tcase_add_test(tc, a_bad_ticket_opens_nothing);
	tcase_add_test(tc, moved_and_gone_messages);
	tcase_add_test(tc, reading_ahead_is_answered);
	tcase_add_test(tc, verbatim_lines_are_answered);
	tcase_add_test(tc, of_a_lost_message_none_is_verbatim);
	tcase_add_loop_test(tc, what_front_cannot_mean_ends_the_process, 0,
	    11);
	tcase_add_test(tc, a_dead_front_ends_nothing);
	tcase_add_test(tc, without_a_front_it_ends);
	tcase_add_test(tc, a_dead_front_deletes_nothing);
	tcase_add_test(tc, stopping_closes_what_is_idle);
	tcase_add_test(tc, many_sessions_at_once);
}

UNIT_MAIN("drop", add)
