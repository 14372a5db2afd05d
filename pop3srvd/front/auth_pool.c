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

#define AT_ONCE	4	/* questions: enough to keep a process busy */

enum { KNOWN, STRANGERS, LINES };

struct line {
	struct auth_turn *first[LINES], **end[LINES];
	size_t unanswered;
	bool admitted;		/* a stranger may ask now */
	bool stranger;		/* a stranger's question is unanswered: */
	uint32_t sid;
};

struct auth_pool {
	struct pool *pool;
	const struct auth_pool_ops *ops;
	void *arg;
	struct line lines[POOL_MAX];
};

static void
leave(struct line *l, struct auth_turn *t)
{
	if (t->at == NULL)
		return;
	*t->at = t->next;
	if (t->next != NULL)
		t->next->at = t->at;
	else
		l->end[t->stranger] = t->at;
	t->at = NULL;
}

static bool
may_ask(const struct line *l, bool stranger)
{
	return l->unanswered < AT_ONCE && !(stranger && l->stranger);
}

static void
serve_line(struct auth_pool *ap, struct line *l)
{
	struct auth_turn *t;
	int i;

	for (i = 0; i < LINES; i++)
		while (may_ask(l, i) && (t = l->first[i]) != NULL) {
			leave(l, t);
			l->admitted = t->stranger;
			ap->ops->turn(t, ap->arg);
		}
}

static void
answered(struct auth_pool *ap, int index, uint32_t sid,
    const struct msg_auth_result *r)
{
	struct line *l = &ap->lines[index];

	if (l->unanswered > 0)
		l->unanswered--;
	if (l->stranger && l->sid == sid)
		l->stranger = false;
	ap->ops->result(sid, r, ap->arg);
	serve_line(ap, l);
}

static bool
on_frame(int index, struct frame *f, void *arg)
{
	struct auth_pool *ap = arg;
	struct msg_auth_result r;
	struct msg_ctl_reply c;

	switch (f->type) {
	case MSG_AUTH_RESULT:
		if (msg_auth_result_unpack(&r, f->body) < 0)
			return false;
		answered(ap, index, f->id, &r);
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
	struct line *l = &ap->lines[index];

	int i;

	for (i = 0; i < LINES; i++)
		while (l->first[i] != NULL)
			leave(l, l->first[i]);
	l->unanswered = 0;
	l->stranger = false;
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
	size_t i, k;

	if (ap == NULL)
		return NULL;
	ap->ops = ops;
	ap->arg = arg;
	for (i = 0; i < POOL_MAX; i++)
		for (k = 0; k < LINES; k++)
			ap->lines[i].end[k] = &ap->lines[i].first[k];
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
auth_pool_join(struct auth_pool *ap)
{
	int helper = pool_pick(ap->pool);

	if (helper >= 0)
		pool_enter(ap->pool, helper);
	return helper;
}

bool
auth_pool_wait(struct auth_pool *ap, int helper, struct auth_turn *t)
{
	struct line *l = &ap->lines[helper];

	if (may_ask(l, t->stranger)) {
		l->admitted = t->stranger;
		return false;
	}
	t->next = NULL;
	t->at = l->end[t->stranger];
	*t->at = t;
	l->end[t->stranger] = &t->next;
	return true;
}

static int
ask(struct auth_pool *ap, int helper, uint16_t type, uint32_t sid,
    struct span body)
{
	struct line *l = &ap->lines[helper];

	if (pool_send(ap->pool, helper, type, sid, body) < 0)
		return -1;
	l->unanswered++;
	if (l->admitted) {
		l->stranger = true;
		l->sid = sid;
	}
	return 0;
}

int
auth_pool_begin(struct auth_pool *ap, int helper, uint16_t type, uint32_t sid,
    const struct msg_auth *m)
{
	struct buf b;
	int r = -1;

	buf_init(&b, FRAME_MAX);
	if (msg_auth_pack(m, &b) == 0)
		r = ask(ap, helper, type, sid, buf_span(&b));
	buf_wipe(&b);
	return r;
}

int
auth_pool_change(struct auth_pool *ap, int helper, uint32_t sid,
    const struct msg_change *m)
{
	struct buf b;
	int r = -1;

	buf_init(&b, FRAME_MAX);
	if (msg_change_pack(m, &b) == 0)
		r = ask(ap, helper, MSG_AUTH_CHANGE, sid, buf_span(&b));
	buf_wipe(&b);
	return r;
}

int
auth_pool_step(struct auth_pool *ap, int helper, uint32_t sid,
    struct span data)
{
	return ask(ap, helper, MSG_AUTH_STEP, sid, data);
}

void
auth_pool_end(struct auth_pool *ap, int helper, struct auth_turn *t)
{
	leave(&ap->lines[helper], t);
	pool_leave(ap->pool, helper);
}

/* A lost one costs auth an entry until its own deadline. */
void
auth_pool_abort(struct auth_pool *ap, int helper, uint32_t sid)
{
	(void)pool_send(ap->pool, helper, MSG_AUTH_ABORT, sid, span_of(""));
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
