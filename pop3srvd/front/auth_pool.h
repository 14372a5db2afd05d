/*
 * auth_pool.h - front's end of the auth processes
 *
 * An exchange begins at the least busy one and stays there; answers are told
 * by the session's number.  A process that dies costs only its exchanges.
 *
 * What is sent is worked on, and a hash takes tens of milliseconds, whether or
 * not the peer is still there.  So each is sent a few questions only; the
 * others stand in line here, where a peer that leaves costs nothing.  Strangers
 * stand in a line of their own, of whom each process is sent one at a time:
 * however many guess, the others wait for one hash at most.
 */
#ifndef FRONT_AUTH_POOL_H
#define FRONT_AUTH_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/span.h"

#include "lib/net/loop.h"

#include "pop3srvd/ipc/msg.h"

struct auth_pool;

/* A place in the line for one process.  Zero it first. */
struct auth_turn {
	struct auth_turn *next, **at;	/* at: NULL when in no line */
	bool stranger;			/* set only when in no line */
};

struct auth_pool_ops {
	/* It has left the line and may ask now. */
	void (*turn)(struct auth_turn *t, void *arg);
	void (*result)(uint32_t sid, const struct msg_auth_result *r,
	    void *arg);
	/* Every exchange at this one has failed and is over. */
	void (*lost)(int helper, void *arg);
	void (*ctl_reply)(uint32_t id, const struct msg_ctl_reply *r,
	    void *arg);
};

struct auth_pool *auth_pool_new(struct loop *l,
    const struct auth_pool_ops *ops, void *arg);
void auth_pool_free(struct auth_pool **ap_p);
int auth_pool_attach(struct auth_pool *ap, uint32_t index, int fd);

/* Who will do the next exchange, or -1. */
int auth_pool_join(struct auth_pool *ap);
/* Before each question.  True: t is in line now, ops->turn() follows. */
bool auth_pool_wait(struct auth_pool *ap, int helper, struct auth_turn *t);
/* Ask.  type: MSG_AUTH_PASS or MSG_AUTH_BEGIN.  0 or -1. */
int auth_pool_begin(struct auth_pool *ap, int helper, uint16_t type,
    uint32_t sid, const struct msg_auth *m);
int auth_pool_change(struct auth_pool *ap, int helper, uint32_t sid,
    const struct msg_change *m);
int auth_pool_step(struct auth_pool *ap, int helper, uint32_t sid,
    struct span data);
/* The exchange is over; auth is told to forget one that it knows and has not
 * ended itself. */
void auth_pool_end(struct auth_pool *ap, int helper, struct auth_turn *t);
void auth_pool_abort(struct auth_pool *ap, int helper, uint32_t sid);

/* A control verb; who serves it, or -1. */
int auth_pool_ctl(struct auth_pool *ap, uint32_t id, const struct msg_ctl *m);

size_t auth_pool_count(const struct auth_pool *ap);
size_t auth_pool_busy(const struct auth_pool *ap);

#endif
