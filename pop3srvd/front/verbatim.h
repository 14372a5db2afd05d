/*
 * verbatim.h - lines of a message that go out as they are stored
 *
 * A large message stored in wire form needs no conversion: drop looks through
 * it, a stretch ahead of what is sent, and the kernel sends what was found
 * good.  Whatever is not is converted, as all else.
 */
#ifndef FRONT_VERBATIM_H
#define FRONT_VERBATIM_H

#include <stdbool.h>

#include "pop3srvd/ipc/msg.h"

struct session;
struct turn;

/* Ask drop what follows, if it may be verbatim and is not known. */
void verbatim_ask(struct session *s);
/* drop's answer. */
void verbatim_said(struct session *s, const struct msg_verbatim *a);

/* The next octets are verbatim, or are going to be known to be so or not. */
bool verbatim_due(const struct session *s);
/* Send some of them, or wait; as fetch_block(). */
bool verbatim_block(struct session *s, struct turn *t);

#endif
