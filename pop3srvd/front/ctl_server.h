/*
 * ctl_server.h - the control socket: who asks, may they, who answers
 *
 * Verbs that front serves itself are a row each in ctl_own.c; the others go
 * to keeper, auth, log or relay as MSG_CTL and come back as MSG_CTL_REPLY.
 */
#ifndef FRONT_CTL_SERVER_H
#define FRONT_CTL_SERVER_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"

#include "lib/conf/conf.h"

#include "pop3srvd/ipc/msg.h"

struct ctl_server;
struct server;

/* Before rights are given up: names of the configuration are looked up. */
struct ctl_server *ctl_server_new(struct server *srv);
void ctl_server_free(struct ctl_server **cs_p);
void ctl_server_conf(struct ctl_server *cs, const struct conf *c);

/* Takes the listening socket; owner: who started the daemon. */
void ctl_server_listen(struct ctl_server *cs, int fd, uint32_t owner);

void ctl_server_reply(struct ctl_server *cs, uint32_t id,
    const struct msg_ctl_reply *r);
/* A line for who follows the log. */
void ctl_server_line(struct ctl_server *cs, uint32_t id,
    const struct msg_line *m);
/* The record is on the disk, or will not be. */
void ctl_server_recorded(struct ctl_server *cs, uint32_t id,
    const struct msg_ctl_reply *r);
/* Somebody waits for a record: not yet the moment to end. */
bool ctl_server_recording(const struct ctl_server *cs);
/* This helper (ctl_forward.h) died: what it was asked gets "try again". */
void ctl_server_lost(struct ctl_server *cs, int helper);

/* What front knows, into keeper's reply to "status". */
void ctl_status_add(struct server *srv, json_t *status);

#endif
