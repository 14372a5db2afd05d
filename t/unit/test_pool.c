/*
 * test_pool.c - processes of one kind: who has least to do, and one that says
 * what nobody awaits
 */
#include "pop3srvd/ipc/msg.h"

#include "pop3srvd/front/pool.h"

#include "t/unit/unit.h"

static struct loop *loop;
static struct pool *pool;
static int lost_index;
static uint16_t told;		/* the last frame the helper got */
static bool helper_gone;

static bool
none_is_right(int index, struct frame *f, void *arg)
{
	(void)index;
	(void)f;
	(void)arg;
	return false;
}

static void
lost(int index, void *arg)
{
	(void)arg;
	lost_index = index;
}

static void
helper_frame(struct channel *ch, struct frame *f, void *arg)
{
	(void)ch;
	(void)arg;
	told = f->type;
}

static void
on_helper_gone(struct channel *ch, void *arg)
{
	(void)ch;
	(void)arg;
	helper_gone = true;
	loop_stop(loop);
}

static const struct pool_ops pool_ops = {
	.frame = none_is_right,
	.lost = lost,
};

static const struct channel_ops helper_ops = {
	.frame = helper_frame,
	.gone = on_helper_gone,
};

/* The helper's end of a new member. */
static struct channel *
attach(uint32_t index)
{
	struct channel *ch;
	int fds[2];

	ck_assert_int_eq(channel_pair(fds, NULL), 0);
	ck_assert_int_eq(pool_attach(pool, index, fds[0]), 0);
	ch = channel_new(loop, fds[1], &helper_ops, NULL);
	ck_assert_ptr_nonnull(ch);
	return ch;
}

static void
begin(void)
{
	loop = loop_new(NULL);
	pool = pool_new(loop, &pool_ops, NULL);
	ck_assert_ptr_nonnull(pool);
	lost_index = -1;
	told = 0;
	helper_gone = false;
}

static void
end(void)
{
	pool_free(&pool);
	loop_free(&loop);
}

/* Without a word it would stay, with no channel, until the next restart. */
START_TEST(who_breaks_the_protocol_is_told)
{
	struct channel *helper = attach(3);

	ck_assert_int_eq(channel_send(helper, MSG_CONF, 0, span_of("?"), -1),
	    0);
	ck_assert_int_eq(loop_run(loop, NULL), 0);
	ck_assert(helper_gone);
	ck_assert_uint_eq(told, MSG_BREACH);
	ck_assert_int_eq(lost_index, 3);
	ck_assert_int_eq(pool_pick(pool), -1);
	channel_free(&helper);
}
END_TEST

START_TEST(least_busy_first)
{
	struct channel *a = attach(0), *b = attach(5);

	ck_assert_int_eq(pool_pick(pool), 0);
	pool_enter(pool, 0);
	ck_assert_int_eq(pool_pick(pool), 5);
	pool_enter(pool, 5);
	pool_leave(pool, 0);
	ck_assert_int_eq(pool_pick(pool), 0);
	ck_assert_uint_eq(pool_count(pool), 2);
	ck_assert_uint_eq(pool_busy(pool), 1);
	channel_free(&a);
	channel_free(&b);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_test(tc, who_breaks_the_protocol_is_told);
	tcase_add_test(tc, least_busy_first);
}

UNIT_MAIN("pool", add)
