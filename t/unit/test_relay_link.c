/*
 * test_relay_link.c - front's end of relay: what is sent, who is told, and what
 * a relay that is away or strange costs
 */
#include <stdio.h>
#include <string.h>

#include "lib/net/frame.h"
#include "lib/proto/pop3.h"

#include "pop3srvd/front/relay_link.h"

#include "t/unit/unit.h"

static struct loop *loop;
static struct relay_link *rl;
static struct channel *relay;
static int n_frames, n_answers, n_replies, n_lost, n_breach;
static uint16_t types[8];
static uint32_t last_sid;
static char last_text[64];

static void
relay_frame(struct channel *ch, struct frame *f, void *arg)
{
	(void)ch;
	(void)arg;
	n_breach += f->type == MSG_BREACH;
	if (n_frames < 8)
		types[n_frames++] = f->type;
}

static void
relay_gone(struct channel *ch, void *arg)
{
	(void)ch;
	(void)arg;
}

static void
on_answer(uint32_t sid, const struct msg_xmit_answer *m, void *arg)
{
	(void)arg;
	n_answers++;
	last_sid = sid;
	snprintf(last_text, sizeof(last_text), "%s", m->text);
}

static void
on_ctl_reply(uint32_t id, const struct msg_ctl_reply *m, void *arg)
{
	(void)arg;
	n_replies += m->ok && id == 5;
}

static void
on_lost(void *arg)
{
	(void)arg;
	n_lost++;
}

static const struct channel_ops relay_ops = {
	.frame = relay_frame,
	.gone = relay_gone,
};

static const struct relay_link_ops ops = {
	.answer = on_answer,
	.ctl_reply = on_ctl_reply,
	.lost = on_lost,
};

static void
due(struct loop *l, struct timer *t)
{
	(void)t;
	loop_stop(l);
}

static void
turn(void)
{
	struct timer t = { .due = due };

	ck_assert_int_eq(timer_after(loop, &t, 20), 0);
	ck_assert_int_eq(loop_run(loop, NULL), 0);
}

static void
attach(void)
{
	int fds[2];

	ck_assert_int_eq(channel_pair(fds, NULL), 0);
	ck_assert_int_eq(relay_link_attach(rl, fds[0]), 0);
	relay = channel_new(loop, fds[1], &relay_ops, NULL);
	ck_assert_ptr_nonnull(relay);
}

static void
setup(void)
{
	loop = loop_new(NULL);
	rl = relay_link_new(loop, &ops, NULL);
	ck_assert_ptr_nonnull(rl);
	n_frames = n_answers = n_replies = n_lost = n_breach = 0;
}

static void
teardown(void)
{
	channel_free(&relay);
	relay_link_free(&rl);
	loop_free(&loop);
}

static const struct msg_xmit_open wish = { .session = "1", .listener = "a",
	.hostname = "h" };

START_TEST(without_relay_every_step_fails)
{
	const struct msg_ctl m = { .verb = "queue.list" };

	ck_assert(!relay_link_there(rl));
	ck_assert_int_lt(relay_link_open(rl, 1, &wish), 0);
	ck_assert_int_lt(relay_link_data(rl, 1, span_of("x")), 0);
	ck_assert_int_lt(relay_link_end(rl, 1), 0);
	relay_link_abort(rl, 1);
	ck_assert_int_lt(relay_link_ctl(rl, 5, &m), 0);
	ck_assert_uint_eq(relay_link_queue(rl)->messages, 0);
}
END_TEST

START_TEST(steps_arrive_in_order)
{
	static const uint16_t want[] = { MSG_XMIT_OPEN, MSG_XMIT_DATA,
		MSG_XMIT_END, MSG_XMIT_ABORT, MSG_CTL };
	const struct msg_ctl m = { .verb = "queue.list" };

	attach();
	ck_assert(relay_link_there(rl));
	ck_assert_int_eq(relay_link_open(rl, 1, &wish), 0);
	ck_assert_int_eq(relay_link_data(rl, 1, span_of("x")), 0);
	ck_assert_int_eq(relay_link_end(rl, 1), 0);
	relay_link_abort(rl, 1);
	ck_assert_int_eq(relay_link_ctl(rl, 5, &m), 0);
	turn();
	ck_assert_int_eq(n_frames, 5);
	ck_assert_int_eq(memcmp(types, want, sizeof(want)), 0);
}
END_TEST

static void
relay_says(uint16_t type, uint32_t id, struct buf *b)
{
	ck_assert_int_eq(channel_send(relay, type, id, buf_span(b), -1), 0);
	buf_free(b);
	turn();
}

START_TEST(answers_are_told)
{
	const struct msg_xmit_answer a = { MSG_XMIT_PERM, "no" };
	const struct msg_ctl_reply c = { .ok = true, .json = { "{}", 2 } };
	const struct msg_queue q = { 7, 2 };
	struct buf b;

	attach();
	buf_init(&b, FRAME_MAX);
	ck_assert_int_eq(msg_xmit_answer_pack(&a, &b), 0);
	relay_says(MSG_XMIT_ANSWER, 9, &b);
	ck_assert(n_answers == 1 && last_sid == 9);
	ck_assert_str_eq(last_text, "no");
	ck_assert_int_eq(msg_ctl_reply_pack(&c, &b), 0);
	relay_says(MSG_CTL_REPLY, 5, &b);
	ck_assert_int_eq(n_replies, 1);
	ck_assert_int_eq(msg_queue_pack(&q, &b), 0);
	relay_says(MSG_XMIT_QUEUE, 0, &b);
	ck_assert_uint_eq(relay_link_queue(rl)->messages, 7);
	ck_assert_uint_eq(relay_link_queue(rl)->badmail, 2);
	ck_assert_int_eq(n_lost, 0);
}
END_TEST

static const struct {
	uint16_t type;
	const char *body;
} strange[] = {
	{ MSG_DROP_LIST, "" }, { MSG_XMIT_OPEN, "" },
	{ MSG_XMIT_ANSWER, "" }, { MSG_XMIT_ANSWER, "\x07" },
	{ MSG_CTL_REPLY, "x" }, { MSG_XMIT_QUEUE, "xy" },
};

START_TEST(a_strange_relay_is_lost_and_told)
{
	struct buf b;

	attach();
	buf_init(&b, FRAME_MAX);
	ck_assert_int_eq(buf_adds(&b, strange[_i].body), 0);
	relay_says(strange[_i].type, 1, &b);
	ck_assert_int_eq(n_lost, 1);
	ck_assert_int_eq(n_breach, 1);
	ck_assert(!relay_link_there(rl));
	ck_assert_int_lt(relay_link_data(rl, 1, span_of("x")), 0);
}
END_TEST

START_TEST(one_that_dies_is_lost_once_and_another_serves)
{
	attach();
	channel_free(&relay);
	turn();
	ck_assert_int_eq(n_lost, 1);
	attach();
	ck_assert_int_eq(relay_link_open(rl, 1, &wish), 0);
	turn();
	ck_assert_int_eq(n_frames, 1);
	/* replaced while it stands: what it held is lost too */
	channel_free(&relay);
	attach();
	ck_assert_int_eq(n_lost, 2);
}
END_TEST

/* seeds.md X-19: "later" is said before the message, not behind it. */
START_TEST(what_has_begun_may_wait_and_nothing_else_begins)
{
	static char block[POP3_XMIT_BLOCK];
	uint32_t sid;
	int begun = 0;

	attach();
	for (sid = 1; sid <= MSG_XMIT_LETTERS; sid++)
		ck_assert_int_eq(relay_link_open(rl, sid, &wish), 0);
	for (sid = 1; sid <= MSG_XMIT_LETTERS; sid++)
		ck_assert_int_eq(relay_link_data(rl, sid,
		    span_mem(block, sizeof(block))), 0);
	while (relay_link_open(rl, sid, &wish) == 0 && begun < 2000)
		begun++;
	ck_assert_int_lt(begun, 1000);
	ck_assert_int_eq(relay_link_end(rl, 1), 0);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, without_relay_every_step_fails);
	tcase_add_test(tc, steps_arrive_in_order);
	tcase_add_test(tc, answers_are_told);
	UNIT_ROWS(tc, a_strange_relay_is_lost_and_told, strange);
	tcase_add_test(tc, what_has_begun_may_wait_and_nothing_else_begins);
	tcase_add_test(tc, one_that_dies_is_lost_once_and_another_serves);
}

UNIT_MAIN("relay_link", add)
