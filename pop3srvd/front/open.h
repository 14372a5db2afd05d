/*
 * open.h - from a login to an opened maildrop
 *
 * Serves the want DROP, also when another session of ours holds the maildrop.
 */
#ifndef FRONT_OPEN_H
#define FRONT_OPEN_H

#include <stdbool.h>

#include "lib/net/frame.h"

#include "pop3srvd/ipc/msg.h"

struct session;

/* Serve the want.  True: it was answered at once, run the engine again. */
bool open_drop(struct session *s);

/* Answers of drop; each runs the engine again. */
void open_list(struct session *s, struct frame *f);
void open_fault(struct session *s, const struct msg_fault *m);

/* The list is no longer needed. */
void open_list_free(struct session *s);

#endif
