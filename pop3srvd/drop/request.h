/*
 * request.h - what front asks of an open maildrop, one after the other
 */
#ifndef DROP_REQUEST_H
#define DROP_REQUEST_H

#include <stdbool.h>

#include "lib/base/err.h"

#include "pop3srvd/drop/session.h"

/* Serve it now, or after what is going on.  False: front broke the protocol. */
bool request_take(struct session *s, const struct request *r);

/* The store has looked for a message's name; e: and failed. */
void request_found(struct session *s, const struct err *e);

void request_forget(struct session *s);

#endif
