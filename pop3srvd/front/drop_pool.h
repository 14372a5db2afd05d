/*
 * drop_pool.h - front's end of the drop processes
 *
 * A maildrop is opened at the least busy one and stays there until it is
 * closed; answers are told by the session's number.  A process that dies costs
 * only the sessions that it served.
 */
#ifndef FRONT_DROP_POOL_H
#define FRONT_DROP_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "lib/net/frame.h"
#include "lib/net/loop.h"

#include "pop3srvd/ipc/msg.h"

struct drop_pool;

struct drop_pool_ops {
	/* The list is in the body or the descriptor of f. */
	void (*list)(uint32_t sid, struct frame *f, void *arg);
	/* Takes *fd by setting it to -1. */
	void (*message)(uint32_t sid, const struct msg_message *m, int *fd,
	    void *arg);
	void (*ahead_done)(uint32_t sid, const struct msg_ahead *m,
	    void *arg);
	void (*verbatim)(uint32_t sid, const struct msg_verbatim *m,
	    void *arg);
	void (*committed)(uint32_t sid, const struct msg_committed *m,
	    void *arg);
	void (*fault)(uint32_t sid, const struct msg_fault *m, void *arg);
	/* Every maildrop at this one is closed without deletions. */
	void (*lost)(int helper, void *arg);
};

struct drop_pool *drop_pool_new(struct loop *l,
    const struct drop_pool_ops *ops, void *arg);
void drop_pool_free(struct drop_pool **dp_p);
int drop_pool_attach(struct drop_pool *dp, uint32_t index, int fd);

/* Who does it, or -1. */
int drop_pool_open(struct drop_pool *dp, uint32_t sid,
    const struct msg_drop_open *m);
void drop_pool_close(struct drop_pool *dp, int helper, uint32_t sid);

/* Each 0, or -1 when it cannot be asked. */
int drop_pool_fetch(struct drop_pool *dp, int helper, uint32_t sid,
    const struct msg_fetch *m);
int drop_pool_ahead(struct drop_pool *dp, int helper, uint32_t sid,
    const struct msg_ahead *m);
int drop_pool_verbatim(struct drop_pool *dp, int helper, uint32_t sid,
    const struct msg_verbatim *m);
/* map as of pop3_deleted(), for count messages in the list. */
int drop_pool_commit(struct drop_pool *dp, int helper, uint32_t sid,
    struct span map);

size_t drop_pool_count(const struct drop_pool *dp);
size_t drop_pool_busy(const struct drop_pool *dp);

#endif
