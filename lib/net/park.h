/*
 * park.h - where descriptors wait that have had nothing to do for a while
 *
 * poll() pays for every descriptor at every wake-up.  The quiet ones are moved
 * behind one epoll descriptor, which poll() watches in their place.  loop.c
 * decides who is quiet; whatever goes wrong here, it can take all of them back.
 */
#ifndef NET_PARK_H
#define NET_PARK_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/net/loop.h"

#define PARK_SLOT	UINT32_MAX	/* watch.slot of a parked one */
#define PARK_BATCH	64

struct park {
	int fd;			/* the epoll descriptor, or -1 */
	struct watch **by_fd;	/* NULL: not parked */
	size_t cap;
	size_t n;
};

struct park_event {
	int fd;
	short revents;
};

void park_init(struct park *p);
void park_free(struct park *p);

/* Take w in, or -1: the kernel or memory refuses, nothing changed. */
int park_add(struct park *p, struct watch *w);
void park_remove(struct park *p, struct watch *w);

/* Up to PARK_BATCH descriptors that are ready; -1: the set is of no use. */
int park_ready(struct park *p, struct park_event out[PARK_BATCH]);

/* Who is parked under fd, or NULL. */
struct watch *park_find(const struct park *p, int fd);

/* Remove one from *from on and return it; NULL when all are gone. */
struct watch *park_pop(struct park *p, size_t *from);

#endif
