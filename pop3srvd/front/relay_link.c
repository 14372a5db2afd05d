/*
 * relay_link.c - front's end of the relay process
 *
 * Runs in: front.
 * Trusts: relay for what it says about a message, after lengths were checked.
 */
#include <stdlib.h>

#include "lib/base/mem.h"

#include "lib/proto/pop3.h"

#include "pop3srvd/front/pool.h"
#include "pop3srvd/front/relay_link.h"

#define THE_ONE		0

/* Of what relay has let begin a block each may wait, so that a disk that takes
 * its time loses none of it.  Behind so many frames no message begins: that is
 * the moment to say "later" (seeds.md X-19). */
#define FRAMES_MOST	512
#define QUEUE		(MSG_XMIT_LETTERS * POP3_XMIT_BLOCK + (4u << 20))

struct relay_link {
	struct pool *pool;		/* of one */
	const struct relay_link_ops *ops;
	void *arg;
	struct msg_queue queue;		/* as it said last */
};

static bool
on_frame(int index, struct frame *f, void *arg)
{
	struct relay_link *rl = arg;
	struct msg_xmit_answer a;
	struct msg_ctl_reply c;

	(void)index;
	switch (f->type) {
	case MSG_XMIT_ANSWER:
		if (msg_xmit_answer_unpack(&a, f->body) < 0)
			return false;
		rl->ops->answer(f->id, &a, rl->arg);
		return true;
	case MSG_CTL_REPLY:
		if (msg_ctl_reply_unpack(&c, f->body) < 0)
			return false;
		rl->ops->ctl_reply(f->id, &c, rl->arg);
		return true;
	case MSG_XMIT_QUEUE:
		return msg_queue_unpack(&rl->queue, f->body) == 0;
	default:
		return false;
	}
}

static void
on_lost(int index, void *arg)
{
	struct relay_link *rl = arg;

	(void)index;
	rl->ops->lost(rl->arg);
}

static const struct pool_ops pool_ops = {
	.frame = on_frame,
	.lost = on_lost
};

struct relay_link *
relay_link_new(struct loop *l, const struct relay_link_ops *ops, void *arg)
{
	struct relay_link *rl = mem_new(1, sizeof(*rl));

	if (rl == NULL)
		return NULL;
	rl->ops = ops;
	rl->arg = arg;
	rl->pool = pool_new(l, &pool_ops, rl);
	if (rl->pool == NULL)
		relay_link_free(&rl);
	return rl;
}

void
relay_link_free(struct relay_link **rl_p)
{
	if (*rl_p == NULL)
		return;
	pool_free(&(*rl_p)->pool);
	free(*rl_p);
	*rl_p = NULL;
}

int
relay_link_attach(struct relay_link *rl, int fd)
{
	if (pool_attach(rl->pool, THE_ONE, fd) < 0)
		return -1;
	pool_limit(rl->pool, THE_ONE, QUEUE);
	return 0;
}

bool
relay_link_there(const struct relay_link *rl)
{
	return pool_count(rl->pool) > 0;
}

const struct msg_queue *
relay_link_queue(const struct relay_link *rl)
{
	return &rl->queue;
}

int
relay_link_open(struct relay_link *rl, uint32_t sid,
    const struct msg_xmit_open *m)
{
	struct buf b;
	int r = -1;

	if (pool_waiting(rl->pool, THE_ONE) >= FRAMES_MOST)
		return -1;
	buf_init(&b, FRAME_MAX);
	if (msg_xmit_open_pack(m, &b) == 0)
		r = pool_send(rl->pool, THE_ONE, MSG_XMIT_OPEN, sid,
		    buf_span(&b));
	buf_wipe(&b);
	return r;
}

int
relay_link_data(struct relay_link *rl, uint32_t sid, struct span data)
{
	return pool_send(rl->pool, THE_ONE, MSG_XMIT_DATA, sid, data);
}

int
relay_link_end(struct relay_link *rl, uint32_t sid)
{
	return pool_send(rl->pool, THE_ONE, MSG_XMIT_END, sid, span_of(""));
}

void
relay_link_abort(struct relay_link *rl, uint32_t sid)
{
	/* a relay that cannot be told is dead and has forgotten it */
	(void)pool_send(rl->pool, THE_ONE, MSG_XMIT_ABORT, sid, span_of(""));
}

int
relay_link_ctl(struct relay_link *rl, uint32_t id, const struct msg_ctl *m)
{
	struct buf b;
	int r = -1;

	buf_init(&b, FRAME_MAX);
	if (msg_ctl_pack(m, &b) == 0)
		r = pool_send(rl->pool, THE_ONE, MSG_CTL, id, buf_span(&b));
	buf_wipe(&b);
	return r;
}
