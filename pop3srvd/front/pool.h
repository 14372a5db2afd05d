/*
 * pool.h - processes of one kind, each at the other end of a channel
 *
 * Knows who is there and who has least to do; what is said is the business of
 * auth_pool.c and drop_pool.c.
 */
#ifndef FRONT_POOL_H
#define FRONT_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/span.h"

#include "lib/net/frame.h"
#include "lib/net/loop.h"

#define POOL_MAX	64

struct pool;

struct pool_ops {
	/* False: not a frame that may come here, the channel is broken. */
	bool (*frame)(int index, struct frame *f, void *arg);
	/* It died: whatever it held is lost.  Not called by pool_free(). */
	void (*lost)(int index, void *arg);
};

struct pool *pool_new(struct loop *l, const struct pool_ops *ops, void *arg);
void pool_free(struct pool **p_p);

/* Takes fd; one that stands at index already counts as lost.  0 or -1. */
int pool_attach(struct pool *p, uint32_t index, int fd);

/* Who has least to do, or -1 when nobody is there. */
int pool_pick(const struct pool *p);
/* Count what it has to do. */
void pool_enter(struct pool *p, int index);
void pool_leave(struct pool *p, int index);

/* 0, or -1 when it is not there or its queue is full. */
int pool_send(struct pool *p, int index, uint16_t type, uint32_t id,
    struct span body);

/* How much may wait for the one at index, and how many frames do. */
void pool_limit(struct pool *p, int index, size_t octets);
size_t pool_waiting(const struct pool *p, int index);

/* For status. */
size_t pool_count(const struct pool *p);	/* who is there */
size_t pool_busy(const struct pool *p);		/* what all have to do */

#endif
