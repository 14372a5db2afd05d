/*
 * children.h - the processes that keeper starts, connects and starts again
 *
 * The start list is: log, auth, drop, relay, front.  The stop list is its
 * reverse.  A child that ends is started again after 0.1 s, then after twice
 * as long each time: up to 1 s when it had been ready, else up to 60 s.  A
 * minute of health sets that back.
 */
#ifndef KEEPER_CHILDREN_H
#define KEEPER_CHILDREN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/net/frame.h"
#include "lib/net/loop.h"
#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/ipc/msg.h"

struct children;

struct children_ops {
	/* Send a new child what it needs before MSG_BEGIN. */
	void (*outfit)(enum role role, struct channel *ch, void *arg);
	/* keeper's own end of a channel to a new log; -1: log is gone. */
	void (*log_channel)(int fd, void *arg);
	/* A frame that a child sent, but READY and STOPPED. */
	void (*frame)(enum role role, struct channel *ch, struct frame *f,
	    void *arg);
	/* Each of them has been ready once. */
	void (*all_ready)(void *arg);
	/* One could not be started even once. */
	void (*hopeless)(const char *why, void *arg);
	/* The stop list is through. */
	void (*all_stopped)(void *arg);
};

struct children *children_new(struct loop *l, struct log_out *log,
    const struct children_ops *ops, void *arg);
void children_free(struct children **c_p);

/* Start all that c asks for.  c must outlive the next children_conf(). */
int children_start(struct children *cs, const struct conf *c, struct err *e);
void children_conf(struct children *cs, const struct conf *c);

/* SIGCHLD: somebody ended. */
void children_reap(struct children *cs);

/* Front first; each kind has some seconds.  Twice: at once. */
void children_stop(struct children *cs);

/* To every running child, or those of one role.  fd as in channel_send. */
void children_tell(struct children *cs, uint16_t type, uint32_t id,
    struct span body, int fd);
void children_tell_role(struct children *cs, enum role role, uint16_t type,
    uint32_t id, struct span body);
struct channel *children_front(struct children *cs);	/* NULL: not there */
struct channel *children_log(struct children *cs);
struct channel *children_relay(struct children *cs);

json_t *children_status(const struct children *cs);

#endif
