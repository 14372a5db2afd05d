/*
 * timer.c - the heap behind every deadline
 *
 * Setting, moving and stopping cost O(log n), so a deadline per session that
 * moves with each command is cheap with 10,000 of them.
 */
#include <stdlib.h>

#include "lib/base/mem.h"

#include "lib/net/timer.h"

static void
place(struct timer_heap *h, size_t i, struct timer *t)
{
	h->at[i] = t;
	t->slot = (uint32_t)i + 1;
}

static void
rise(struct timer_heap *h, size_t i, struct timer *t)
{
	while (i > 0) {
		size_t up = (i - 1) / 2;

		if (h->at[up]->at <= t->at)
			break;
		place(h, i, h->at[up]);
		i = up;
	}
	place(h, i, t);
}

static void
sink(struct timer_heap *h, size_t i, struct timer *t)
{
	size_t down;

	while ((down = 2 * i + 1) < h->n) {
		if (down + 1 < h->n && h->at[down + 1]->at < h->at[down]->at)
			down++;
		if (h->at[down]->at >= t->at)
			break;
		place(h, i, h->at[down]);
		i = down;
	}
	place(h, i, t);
}

/* t belongs at i or somewhere above or below it. */
static void
settle(struct timer_heap *h, size_t i, struct timer *t)
{
	if (i > 0 && t->at < h->at[(i - 1) / 2]->at)
		rise(h, i, t);
	else
		sink(h, i, t);
}

void
timer_heap_free(struct timer_heap *h)
{
	free(h->at);
	h->at = NULL;
	h->n = h->cap = 0;
}

int
timer_heap_put(struct timer_heap *h, struct timer *t, int64_t at)
{
	struct timer **grown;

	if (t->slot != 0) {
		t->at = at;
		settle(h, t->slot - 1, t);
		return 0;
	}
	if (h->n >= UINT32_MAX - 1)
		return -1;
	grown = mem_grow(h->at, &h->cap, h->n + 1, sizeof(*grown));
	if (grown == NULL)
		return -1;
	h->at = grown;
	t->at = at;
	rise(h, h->n++, t);
	return 0;
}

void
timer_heap_take(struct timer_heap *h, struct timer *t)
{
	size_t i = t->slot;
	struct timer *last;

	if (i == 0)
		return;
	i--;
	t->slot = 0;
	last = h->at[--h->n];
	if (last != t)
		settle(h, i, last);
}

struct timer *
timer_heap_first(const struct timer_heap *h)
{
	return h->n > 0 ? h->at[0] : NULL;
}
