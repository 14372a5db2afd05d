/*
 * pop3_session.h - serves the engine's wants
 */
#ifndef FRONT_POP3_SESSION_H
#define FRONT_POP3_SESSION_H

#include <stdbool.h>

#include "lib/base/span.h"

struct session;

/* Run the engine until it must wait; input is what has just been read. */
void pop3_session_go(struct session *s, struct span input);
void pop3_session_readable(struct session *s);
/* The peer may be told: write what waits; true when all is written. */
bool pop3_session_flush(struct session *s);

/* Start the handshake, or do so in the next turn (32 a turn in all). */
void pop3_session_start_tls(struct session *s);

#endif
