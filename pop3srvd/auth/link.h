/*
 * link.h - a channel from front, served
 *
 * What front may say is a table here; anything else, and anything that is not
 * whole, ends the channel and what was open on it.
 *
 * Runs in: auth.  Trusts: nothing; front parses what peers send.
 */
#ifndef AUTH_LINK_H
#define AUTH_LINK_H

#include "pop3srvd/auth/auth.h"

struct link;

/* All that are open. */
struct links {
	struct auth *auth;
	struct link *first;
};

/* Takes fd in any case.  A link ends by itself when front goes away. */
int link_add(struct links *all, int fd, struct err *e);
void links_end(struct links *all);

#endif
