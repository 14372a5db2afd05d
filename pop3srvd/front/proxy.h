/*
 * proxy.h - the PROXY header of a connection from a listed proxy
 */
#ifndef FRONT_PROXY_H
#define FRONT_PROXY_H

#include <stdbool.h>

#include "lib/base/span.h"

struct session;

/* Octets are there and the phase is SESSION_PROXY. */
void proxy_readable(struct session *s);

/* Does a session's first input look like a PROXY header?  From a peer that is
 * no listed proxy it is an attempt to be somebody else. */
bool proxy_header_begins(struct span first);

#endif
