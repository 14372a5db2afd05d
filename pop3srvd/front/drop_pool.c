/*
 * drop_pool.c - front's end of the drop processes
 *
 * Runs in: front.
 * Trusts: drop for what it says about a maildrop, after lengths were checked.
 */
#include <stdlib.h>

#include "lib/base/mem.h"

#include "pop3srvd/front/drop_pool.h"
#include "pop3srvd/front/pool.h"

#define SLICE	((size_t)32768)		/* octets of the map in one MARK */

struct drop_pool {
	struct pool *pool;
	const struct drop_pool_ops *ops;
	void *arg;
};

static bool
on_message(struct drop_pool *dp, struct frame *f)
{
	struct msg_message m;

	if (msg_message_unpack(&m, f->body) < 0)
		return false;
	dp->ops->message(f->id, &m, &f->fd, dp->arg);
	return true;
}

static bool
on_answer(struct drop_pool *dp, struct frame *f)
{
	struct msg_committed c;
	struct msg_verbatim v;
	struct msg_fault x;
	struct msg_ahead a;

	switch (f->type) {
	case MSG_DROP_FAULT:
		if (msg_fault_unpack(&x, f->body) < 0)
			return false;
		dp->ops->fault(f->id, &x, dp->arg);
		return true;
	case MSG_DROP_AHEAD_DONE:
		if (msg_ahead_unpack(&a, f->body) < 0)
			return false;
		dp->ops->ahead_done(f->id, &a, dp->arg);
		return true;
	case MSG_DROP_VERBATIM_IS:
		if (msg_verbatim_unpack(&v, f->body) < 0)
			return false;
		dp->ops->verbatim(f->id, &v, dp->arg);
		return true;
	case MSG_DROP_COMMITTED:
		if (msg_committed_unpack(&c, f->body) < 0)
			return false;
		dp->ops->committed(f->id, &c, dp->arg);
		return true;
	default:
		return false;
	}
}

static bool
on_frame(int index, struct frame *f, void *arg)
{
	struct drop_pool *dp = arg;

	(void)index;
	if (f->type == MSG_DROP_LIST) {
		dp->ops->list(f->id, f, dp->arg);
		return true;
	}
	if (f->type == MSG_DROP_MSG)
		return on_message(dp, f);
	return on_answer(dp, f);
}

static void
on_lost(int index, void *arg)
{
	struct drop_pool *dp = arg;

	dp->ops->lost(index, dp->arg);
}

static const struct pool_ops pool_ops = {
	.frame = on_frame,
	.lost = on_lost
};

struct drop_pool *
drop_pool_new(struct loop *l, const struct drop_pool_ops *ops, void *arg)
{
	struct drop_pool *dp = mem_new(1, sizeof(*dp));

	if (dp == NULL)
		return NULL;
	dp->ops = ops;
	dp->arg = arg;
	dp->pool = pool_new(l, &pool_ops, dp);
	if (dp->pool == NULL)
		drop_pool_free(&dp);
	return dp;
}

void
drop_pool_free(struct drop_pool **dp_p)
{
	if (*dp_p == NULL)
		return;
	pool_free(&(*dp_p)->pool);
	free(*dp_p);
	*dp_p = NULL;
}

int
drop_pool_attach(struct drop_pool *dp, uint32_t index, int fd)
{
	return pool_attach(dp->pool, index, fd);
}

int
drop_pool_open(struct drop_pool *dp, uint32_t sid,
    const struct msg_drop_open *m)
{
	int helper = pool_pick(dp->pool);
	struct buf b;
	int r = -1;

	buf_init(&b, FRAME_MAX);
	if (helper >= 0 && msg_drop_open_pack(m, &b) == 0)
		r = pool_send(dp->pool, helper, MSG_DROP_OPEN, sid,
		    buf_span(&b));
	buf_wipe(&b);
	if (r < 0)
		return -1;
	pool_enter(dp->pool, helper);
	return helper;
}

void
drop_pool_close(struct drop_pool *dp, int helper, uint32_t sid)
{
	/* it cannot be told: it is dead, or so far behind that it must be */
	(void)pool_send(dp->pool, helper, MSG_DROP_CLOSE, sid, span_of(""));
	pool_leave(dp->pool, helper);
}

int
drop_pool_fetch(struct drop_pool *dp, int helper, uint32_t sid,
    const struct msg_fetch *m)
{
	struct buf b;
	int r = -1;

	buf_init(&b, FRAME_MAX);
	if (msg_fetch_pack(m, &b) == 0)
		r = pool_send(dp->pool, helper, MSG_DROP_FETCH, sid,
		    buf_span(&b));
	buf_free(&b);
	return r;
}

int
drop_pool_ahead(struct drop_pool *dp, int helper, uint32_t sid,
    const struct msg_ahead *m)
{
	struct buf b;
	int r = -1;

	buf_init(&b, FRAME_MAX);
	if (msg_ahead_pack(m, &b) == 0)
		r = pool_send(dp->pool, helper, MSG_DROP_AHEAD, sid,
		    buf_span(&b));
	buf_free(&b);
	return r;
}

int
drop_pool_verbatim(struct drop_pool *dp, int helper, uint32_t sid,
    const struct msg_verbatim *m)
{
	struct buf b;
	int r = -1;

	buf_init(&b, FRAME_MAX);
	if (msg_verbatim_pack(m, &b) == 0)
		r = pool_send(dp->pool, helper, MSG_DROP_VERBATIM, sid,
		    buf_span(&b));
	buf_free(&b);
	return r;
}

static int
mark(struct drop_pool *dp, int helper, uint32_t sid, const struct msg_mark *m)
{
	struct buf b;
	int r = -1;

	buf_init(&b, FRAME_MAX);
	if (msg_mark_pack(m, &b) == 0)
		r = pool_send(dp->pool, helper, MSG_DROP_MARK, sid,
		    buf_span(&b));
	buf_free(&b);
	return r;
}

int
drop_pool_commit(struct drop_pool *dp, int helper, uint32_t sid,
    struct span map)
{
	struct msg_mark m;
	size_t at, n;

	for (at = 0; at < map.len; at += n) {
		n = map.len - at < SLICE ? map.len - at : SLICE;
		m.first = (uint32_t)(at * 8);
		m.map = span_mem(map.ptr + at, n);
		if (mark(dp, helper, sid, &m) < 0)
			return -1;
	}
	return pool_send(dp->pool, helper, MSG_DROP_COMMIT, sid, span_of(""));
}

size_t
drop_pool_count(const struct drop_pool *dp)
{
	return pool_count(dp->pool);
}

size_t
drop_pool_busy(const struct drop_pool *dp)
{
	return pool_busy(dp->pool);
}
