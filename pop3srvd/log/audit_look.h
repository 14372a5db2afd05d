/*
 * audit_look.h - the verbs audit.verify and audit.show, in slices
 *
 * A file of any length is read a block a turn, so that records of other
 * processes never wait for it.
 */
#ifndef LOG_AUDIT_LOOK_H
#define LOG_AUDIT_LOOK_H

#include <stdint.h>

#include "lib/net/frame.h"
#include "lib/net/loop.h"
#include "pop3srvd/ipc/msg.h"

#include "pop3srvd/log/audit_file.h"

struct audit_look;

struct audit_look *audit_look_new(struct loop *l, struct audit_file *f);
void audit_look_free(struct audit_look **k_p);

/* Answers ch by MSG_CTL_REPLY, now or later. */
void audit_look_serve(struct audit_look *k, struct channel *ch, uint32_t id,
    const struct msg_ctl *m);
/* ch is about to be freed. */
void audit_look_forget(struct audit_look *k, const struct channel *ch);

#endif
