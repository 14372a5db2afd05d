/*
 * auth_pool.h - front's end of the auth processes
 *
 * An exchange begins at the least busy one and stays there; answers are told
 * by the session's number.  A process that dies costs only its exchanges.
 */
#ifndef FRONT_AUTH_POOL_H
#define FRONT_AUTH_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/span.h"

#include "lib/net/loop.h"

#include "pop3srvd/ipc/msg.h"

struct auth_pool;

struct auth_pool_ops {
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

/* type: MSG_AUTH_PASS or MSG_AUTH_BEGIN.  Who does it, or -1. */
int auth_pool_begin(struct auth_pool *ap, uint16_t type, uint32_t sid,
    const struct msg_auth *m);
int auth_pool_step(struct auth_pool *ap, int helper, uint32_t sid,
    struct span data);
/* The exchange is over; unanswered: auth is told to forget it. */
void auth_pool_end(struct auth_pool *ap, int helper, uint32_t sid,
    bool unanswered);

/* A control verb; who serves it, or -1. */
int auth_pool_ctl(struct auth_pool *ap, uint32_t id, const struct msg_ctl *m);

size_t auth_pool_count(const struct auth_pool *ap);
size_t auth_pool_busy(const struct auth_pool *ap);

#endif
