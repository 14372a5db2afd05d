/*
 * pool.c - processes of one kind, each at the other end of a channel
 *
 * Runs in: front.
 * Trusts: nothing a frame says; a frame that is not awaited ends its channel.
 */
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "pop3srvd/ipc/msg.h"

#include "pop3srvd/front/pool.h"

struct member {
	struct pool *pool;
	struct channel *ch;
	int index;
	size_t busy;
};

struct pool {
	struct loop *loop;
	const struct pool_ops *ops;
	void *arg;
	struct member members[POOL_MAX];
};

struct pool *
pool_new(struct loop *l, const struct pool_ops *ops, void *arg)
{
	struct pool *p = mem_new(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->loop = l;
	p->ops = ops;
	p->arg = arg;
	return p;
}

void
pool_free(struct pool **p_p)
{
	struct pool *p = *p_p;
	int i;

	if (p == NULL)
		return;
	for (i = 0; i < POOL_MAX; i++)
		if (p->members[i].ch != NULL)
			channel_free(&p->members[i].ch);
	free(p);
	*p_p = NULL;
}

static void
lose(struct member *m)
{
	channel_free(&m->ch);
	m->busy = 0;
	m->pool->ops->lost(m->index, m->pool->arg);
}

/* Keeper gives channels to new processes only, so one that must lose its own
 * has to begin anew. */
static void
on_frame(struct channel *ch, struct frame *f, void *arg)
{
	struct member *m = arg;

	if (m->pool->ops->frame(m->index, f, m->pool->arg) || m->ch == NULL)
		return;
	(void)channel_send(ch, MSG_BREACH, 0, span_of(""), -1);
	lose(m);
}

static void
on_gone(struct channel *ch, void *arg)
{
	(void)ch;
	lose(arg);
}

static const struct channel_ops channel_ops = {
	.frame = on_frame,
	.gone = on_gone
};

int
pool_attach(struct pool *p, uint32_t index, int fd)
{
	struct member *m;

	if (index >= POOL_MAX) {
		close(fd);
		return -1;
	}
	m = &p->members[index];
	if (m->ch != NULL)
		lose(m);
	m->pool = p;
	m->index = (int)index;
	m->busy = 0;
	m->ch = channel_new(p->loop, fd, &channel_ops, m);
	return m->ch == NULL ? -1 : 0;
}

int
pool_pick(const struct pool *p)
{
	int i, best = -1;

	for (i = 0; i < POOL_MAX; i++) {
		if (p->members[i].ch == NULL)
			continue;
		if (best < 0 || p->members[i].busy < p->members[best].busy)
			best = i;
	}
	return best;
}

void
pool_enter(struct pool *p, int index)
{
	p->members[index].busy++;
}

void
pool_leave(struct pool *p, int index)
{
	if (p->members[index].busy > 0)
		p->members[index].busy--;
}

int
pool_send(struct pool *p, int index, uint16_t type, uint32_t id,
    struct span body)
{
	if (index < 0 || p->members[index].ch == NULL)
		return -1;
	return channel_send(p->members[index].ch, type, id, body, -1);
}

void
pool_limit(struct pool *p, int index, size_t octets)
{
	channel_limit(p->members[index].ch, octets);
}

size_t
pool_waiting(const struct pool *p, int index)
{
	const struct channel *ch = p->members[index].ch;

	return ch == NULL ? 0 : channel_waiting(ch);
}

size_t
pool_count(const struct pool *p)
{
	size_t n = 0;
	int i;

	for (i = 0; i < POOL_MAX; i++)
		n += p->members[i].ch != NULL;
	return n;
}

size_t
pool_busy(const struct pool *p)
{
	size_t n = 0;
	int i;

	for (i = 0; i < POOL_MAX; i++)
		n += p->members[i].busy;
	return n;
}
