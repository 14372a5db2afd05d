/*
 * test_auth_pool.c - the line for auth: a few questions at once, the others
 * wait where leaving costs nothing
 */
#include "lib/net/frame.h"

#include "pop3srvd/front/auth_pool.h"

#include "t/unit/unit.h"

#define AT_ONCE	4

static struct loop *loop;
static struct auth_pool *pool;
static struct channel *helper;
static int asked, lost_index, n_turns, n_results;
static struct auth_turn *turns[8];

static void
helper_frame(struct channel *ch, struct frame *f, void *arg)
{
	(void)ch;
	(void)arg;
	asked += f->type == MSG_AUTH_PASS;
}

static void
helper_gone(struct channel *ch, void *arg)
{
	(void)ch;
	(void)arg;
}

static void
on_turn(struct auth_turn *t, void *arg)
{
	(void)arg;
	turns[n_turns++] = t;
}

static void
on_result(uint32_t sid, const struct msg_auth_result *r, void *arg)
{
	(void)sid;
	(void)r;
	(void)arg;
	n_results++;
}

static void
on_lost(int index, void *arg)
{
	(void)arg;
	lost_index = index;
}

static const struct channel_ops helper_ops = {
	.frame = helper_frame,
	.gone = helper_gone,
};

static const struct auth_pool_ops pool_ops = {
	.turn = on_turn,
	.result = on_result,
	.lost = on_lost,
};

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

	ck_assert_int_eq(timer_after(loop, &t, ms), 0);
	ck_assert_int_eq(loop_run(loop, NULL), 0);
}

static void
begin(void)
{
	int fds[2];

	loop = loop_new(NULL);
	pool = auth_pool_new(loop, &pool_ops, NULL);
	ck_assert_int_eq(channel_pair(fds, NULL), 0);
	ck_assert_int_eq(auth_pool_attach(pool, 2, fds[0]), 0);
	helper = channel_new(loop, fds[1], &helper_ops, NULL);
	ck_assert_ptr_nonnull(helper);
	asked = n_turns = n_results = 0;
	lost_index = -1;
}

static void
end(void)
{
	channel_free(&helper);
	auth_pool_free(&pool);
	loop_free(&loop);
}

/* As a session does it; true when it was sent. */
static bool
question(uint32_t sid, struct auth_turn *t)
{
	struct msg_auth m = { .mech = "USER", .listener = "pop3",
		.default_domain = "", .binding_type = "" };

	ck_assert_int_eq(auth_pool_join(pool), 2);
	if (auth_pool_wait(pool, 2, t))
		return false;
	ck_assert_int_eq(auth_pool_begin(pool, 2, MSG_AUTH_PASS, sid, &m), 0);
	return true;
}

static void
answer(uint32_t sid)
{
	struct msg_auth_result r = { .outcome = MSG_AUTH_FAIL, .user = "",
		.reason = "" };
	struct buf b;

	buf_init(&b, FRAME_MAX);
	ck_assert_int_eq(msg_auth_result_pack(&r, &b), 0);
	ck_assert_int_eq(channel_send(helper, MSG_AUTH_RESULT, sid,
	    buf_span(&b), -1), 0);
	buf_free(&b);
	turn_for(50);
}

START_TEST(who_leaves_the_line_costs_nothing)
{
	struct auth_turn t[8] = { { NULL, NULL } };
	uint32_t i;

	for (i = 0; i < 8; i++)
		ck_assert_int_eq(question(i, &t[i]), i < AT_ONCE);
	turn_for(50);
	ck_assert_int_eq(asked, AT_ONCE);
	auth_pool_end(pool, 2, &t[4]);		/* the first in line, */
	auth_pool_end(pool, 2, &t[7]);		/* and the last */
	answer(0);
	ck_assert_int_eq(n_turns, AT_ONCE - 2);	/* nobody asked: all may */
	ck_assert_ptr_eq(turns[0], &t[5]);
	ck_assert_ptr_eq(turns[1], &t[6]);
	ck_assert_uint_eq(auth_pool_busy(pool), 6);
}
END_TEST

/* Who was asked for a session that has ended is busy all the same. */
START_TEST(an_end_does_not_make_room_before_the_answer)
{
	struct auth_turn t[6] = { { NULL, NULL } };
	uint32_t i;

	for (i = 0; i < AT_ONCE; i++)
		ck_assert(question(i, &t[i]));
	auth_pool_end(pool, 2, &t[0]);
	ck_assert(!question(4, &t[4]));
	answer(0);
	ck_assert_int_eq(n_turns, 1);
	ck_assert_ptr_eq(turns[0], &t[4]);
	ck_assert(question(5, &t[5]));
}
END_TEST

START_TEST(a_death_empties_the_line)
{
	struct auth_turn t[6] = { { NULL, NULL } };
	uint32_t i;

	for (i = 0; i < 6; i++)
		(void)question(i, &t[i]);
	channel_free(&helper);
	turn_for(50);
	ck_assert_int_eq(lost_index, 2);
	ck_assert_int_eq(n_turns, 0);
	for (i = 0; i < 6; i++)
		ck_assert_ptr_null(t[i].at);
	ck_assert_int_eq(auth_pool_join(pool), -1);
}
END_TEST

/* Of strangers one is asked for at a time, the others pass them. */
START_TEST(strangers_wait_for_each_other_only)
{
	struct auth_turn t[8] = { { NULL, NULL } };
	uint32_t i;

	for (i = 0; i < 4; i++) {
		t[i].stranger = true;
		ck_assert_int_eq(question(i, &t[i]), i == 0);
	}
	for (i = 4; i < 7; i++)
		ck_assert(question(i, &t[i]));
	ck_assert(!question(7, &t[7]));
	answer(5);
	ck_assert_int_eq(n_turns, 1);
	ck_assert_ptr_eq(turns[0], &t[7]);
	answer(0);
	ck_assert_int_eq(n_turns, 2 + 2);	/* nobody asked: all may */
	ck_assert_ptr_eq(turns[1], &t[1]);
	for (i = 0; i < 8; i++)
		ck_assert_ptr_null(t[i].at);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, who_leaves_the_line_costs_nothing);
	tcase_add_test(tc, an_end_does_not_make_room_before_the_answer);
	tcase_add_test(tc, a_death_empties_the_line);
	tcase_add_test(tc, strangers_wait_for_each_other_only);
}

UNIT_MAIN("auth_pool", add)
