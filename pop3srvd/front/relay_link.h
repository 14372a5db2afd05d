/*
 * relay_link.h - front's end of the relay process
 *
 * A message of XTND XMIT goes as OPEN, DATA and END, each answered before the
 * next (msg.h).  There is one relay; while it is not there every question
 * fails at once, and whatever was open at one that died is lost.
 */
#ifndef FRONT_RELAY_LINK_H
#define FRONT_RELAY_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/span.h"

#include "lib/net/loop.h"

#include "pop3srvd/ipc/msg.h"

/* As ctl_server_lost() is told: no index of an auth process. */
#define RELAY_LINK_HELPER	(-2)

struct relay_link;

struct relay_link_ops {
	void (*answer)(uint32_t sid, const struct msg_xmit_answer *m,
	    void *arg);
	void (*ctl_reply)(uint32_t id, const struct msg_ctl_reply *m,
	    void *arg);
	/* It died: every message that was open there is forgotten. */
	void (*lost)(void *arg);
};

struct relay_link *relay_link_new(struct loop *l,
    const struct relay_link_ops *ops, void *arg);
void relay_link_free(struct relay_link **rl_p);

/* Takes fd; one that stands there already counts as lost.  0 or -1. */
int relay_link_attach(struct relay_link *rl, int fd);
bool relay_link_there(const struct relay_link *rl);
/* How much waits there, for status; never NULL. */
const struct msg_queue *relay_link_queue(const struct relay_link *rl);

/*
 * The steps of a message.  0, or -1 when relay is not there or far behind:
 * then the message is over, and an abort is all that may follow.
 */
int relay_link_open(struct relay_link *rl, uint32_t sid,
    const struct msg_xmit_open *m);
int relay_link_data(struct relay_link *rl, uint32_t sid, struct span data);
int relay_link_end(struct relay_link *rl, uint32_t sid);
void relay_link_abort(struct relay_link *rl, uint32_t sid);

/* A control verb; 0 or -1. */
int relay_link_ctl(struct relay_link *rl, uint32_t id,
    const struct msg_ctl *m);

#endif
