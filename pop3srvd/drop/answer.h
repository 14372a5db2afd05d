/*
 * answer.h - what drop says to front
 */
#ifndef DROP_ANSWER_H
#define DROP_ANSWER_H

#include <stdint.h>

#include "lib/base/err.h"

#include "pop3srvd/drop/session.h"
#include "pop3srvd/ipc/msg.h"

/* An answer that cannot be queued ends the channel by itself. */
void answer_fault(struct session *s, const struct err *e, int64_t age,
    uint32_t number);
/* Without a session. */
void answer_refused(struct peer *p, uint32_t sid, const struct err *e);
/* 0, or -1 with *e: nothing was said. */
int answer_list(struct session *s, struct err *e);
void answer_message(struct session *s, uint32_t number,
    const struct store_message *m);
void answer_ahead(struct session *s, const struct msg_ahead *m);
void answer_verbatim(struct session *s, const struct msg_verbatim *m);
void answer_committed(struct session *s, const struct store_result *r);

#endif
