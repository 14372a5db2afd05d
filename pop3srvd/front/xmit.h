/*
 * xmit.h - a message of XTND XMIT on its way to relay
 *
 * Serves the want XMIT.  Nothing is read from the client while relay's answer
 * is awaited; without relay a message is refused before the client sends it.
 */
#ifndef FRONT_XMIT_H
#define FRONT_XMIT_H

#include <stdbool.h>

#include "pop3srvd/ipc/msg.h"

struct session;

/* True: it was answered at once, run the engine again. */
bool xmit_serve(struct session *s);

/* relay's word; runs the engine again. */
void xmit_answer(struct session *s, const struct msg_xmit_answer *a);
/* relay has ended, and what it held of this session's is forgotten. */
void xmit_lost(struct session *s);
/* relay did not answer in time. */
void xmit_overdue(struct session *s);

/* The session ends: what is not whole is not sent. */
void xmit_forget(struct session *s);

#endif
