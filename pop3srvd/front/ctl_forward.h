/*
 * ctl_forward.h - control verbs that another process serves
 */
#ifndef FRONT_CTL_FORWARD_H
#define FRONT_CTL_FORWARD_H

#include <stdint.h>

#include "lib/ctl/ctl.h"

#include "pop3srvd/ipc/msg.h"

#include "pop3srvd/front/relay_link.h"

struct server;

/* Who was asked: 0 and above is that auth process. */
enum { CTL_AT_NOBODY = -1, CTL_AT_RELAY = RELAY_LINK_HELPER,
	CTL_AT_KEEPER = -3, CTL_AT_LOG = -4 };

/* Send m to who serves such verbs; CTL_AT_NOBODY: it is not there. */
int ctl_forward(struct server *srv, enum ctl_where where, uint32_t id,
    const struct msg_ctl *m);

/* The follower of the log with this id has gone. */
void ctl_forward_end_follow(struct server *srv, uint32_t id);

#endif
