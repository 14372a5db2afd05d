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

#include "lib/net/loop.h"

#include "pop3srvd/auth/auth.h"

struct link;

/* All that are open. */
struct links {
	struct auth *auth;
	struct link *first;
	bool broken;		/* front broke the protocol: end */
	struct timer lonely;
};

/*
 * Takes fd in any case.  A link ends by itself when front goes away.  After a
 * breach, and when no new front has come 5 s after the last one went, broken
 * is set and the loop stops: keeper gives channels to new processes only, so
 * this one must begin anew.
 */
int link_add(struct links *all, int fd, struct err *e);
void links_end(struct links *all);

#endif
