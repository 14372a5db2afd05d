/*
 * link.h - a channel from front, served
 *
 * Runs in: relay.  Trusts: nothing; front parses what peers send.
 */
#ifndef RELAY_LINK_H
#define RELAY_LINK_H

#include "lib/net/frame.h"

#include "pop3srvd/relay/receive.h"

struct link;

struct links {
	struct desk_env *desk;
	struct link *first;
	struct timer lonely;
	struct task count;	/* tell fronts how many wait */
	bool broken;		/* front broke the protocol: end */
};

void links_begin(struct links *all, struct desk_env *d);
/* The desk has a queue now. */
void links_queue(struct links *all);
/* Takes fd; one of the same index ends.  0 or -1. */
int links_add(struct links *all, uint32_t index, int fd);
void links_end(struct links *all);

#endif
