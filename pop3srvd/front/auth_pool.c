/*
 * auth_pool.c - front's end of the auth processes
 *
 * Runs in: front.
 * Trusts: auth for what it says about an account, after its length was checked.
 */
#include <stdlib.h>

#include "lib/base/mem.h"

#include "pop3srvd/front/auth_pool.h"
#include "pop3srvd/front/pool.h"

struct auth_pool {
	struct pool *pool;
	const struct auth_pool_ops *ops;
	void *arg;
};

static bool
on_frame(int index, struct frame *f, void *arg)
{
	struct auth_pool *ap = arg;
	struct msg_auth_result r;
	struct msg_ctl_reply c;

	(void)index;
	switch (f->type) {
	case MSG_AUTH_RESULT:
		if (msg_auth_result_unpack(&r, f->body) < 0)
			return false;
		ap->ops->result(f->id, &r, ap->arg);
		return true;
	case MSG_CTL_REPLY:
		if (msg_ctl_reply_unpack(&c, f->body) < 0)
			return false;
		ap->ops->ctl_reply(f->id, &c, ap->arg);
		return true;
	default:
		return false;
	}
}

static void
on_lost(int index, void *arg)
{
	struct auth_pool *ap = arg;

	ap->ops->lost(index, ap->arg);
}

static const struct pool_ops pool_ops = {
	.frame = on_frame,
	.lost = on_lost
};

struct auth_pool *
auth_pool_new(struct loop *l, const struct auth_pool_ops *ops, void *arg)
{
	struct auth_pool *ap = mem_new(1, sizeof(*ap));

	if (ap == NULL)
		return NULL;
	ap->ops = ops;
	ap->arg = arg;
	ap->pool = pool_new(l, &pool_ops, ap);
	if (ap->pool == NULL)
		auth_pool_free(&ap);
	return ap;
}

void
auth_pool_free(struct auth_pool **ap_p)
{
	if (*ap_p == NULL)
		return;
	pool_free(&(*ap_p)->pool);
	free(*ap_p);
	*ap_p = NULL;
}

int
auth_pool_attach(struct auth_pool *ap, uint32_t index, int fd)
{
	return pool_attach(ap->pool, index, fd);
}

int
auth_pool_begin(struct auth_pool *ap, uint16_t type, uint32_t sid,
    const struct msg_auth *m)
{
	int helper = pool_pick(ap->pool);
	struct buf b;
	int r = -1;

	buf_init(&b, FRAME_MAX);
	if (helper >= 0 && msg_auth_pack(m, &b) == 0)
		r = pool_send(ap->pool, helper, type, sid, buf_span(&b));
	buf_wipe(&b);
	if (r < 0)
		return -1;
	pool_enter(ap->pool, helper);
	return helper;
}

int
auth_pool_step(struct auth_pool *ap, int helper, uint32_t sid,
    struct span data)
{
	return pool_send(ap->pool, helper, MSG_AUTH_STEP, sid, data);
}

void
auth_pool_end(struct auth_pool *ap, int helper, uint32_t sid,
    bool unanswered)
{
	/* a lost abort costs auth an entry until its own deadline */
	if (unanswered)
		(void)pool_send(ap->pool, helper, MSG_AUTH_ABORT, sid,
		    span_of(""));
	pool_leave(ap->pool, helper);
}

int
auth_pool_ctl(struct auth_pool *ap, uint32_t id, const struct msg_ctl *m)
{
	int helper = pool_pick(ap->pool);
	struct buf b;
	int r = -1;

	buf_init(&b, FRAME_MAX);
	if (helper >= 0 && msg_ctl_pack(m, &b) == 0)
		r = pool_send(ap->pool, helper, MSG_CTL, id, buf_span(&b));
	buf_wipe(&b);
	return r < 0 ? -1 : helper;
}

size_t
auth_pool_count(const struct auth_pool *ap)
{
	return pool_count(ap->pool);
}

size_t
auth_pool_busy(const struct auth_pool *ap)
{
	return pool_busy(ap->pool);
}
