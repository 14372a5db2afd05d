/*
 * pollset.h - the watches of a loop: busy ones in poll()'s array, quiet ones
 * parked
 *
 * Ready ones are looked for from the end of the array downwards.  So the one
 * that swap-remove moves into a gap has been looked at already, and callbacks
 * may add and remove what they like.
 */
#ifndef NET_POLLSET_H
#define NET_POLLSET_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"

#include "lib/net/loop.h"
#include "lib/net/park.h"

struct seat {
	struct watch *w;
	bool busy;		/* was ready or changed since the last sweep */
};

struct pollset {
	struct pollfd *pfd;	/* two of our own first, then the watches */
	size_t pfd_cap;
	struct seat *seat;	/* runs along with pfd */
	size_t seat_cap;
	size_t n;
	int left;		/* ready ones not looked at in this turn */
	bool park_ready;
	bool no_parking;
	struct park park;
};

int pollset_init(struct pollset *ps);
void pollset_free(struct pollset *ps);

int pollset_add(struct pollset *ps, struct watch *w);
void pollset_change(struct pollset *ps, struct watch *w, short events);
void pollset_remove(struct pollset *ps, struct watch *w);
size_t pollset_count(const struct pollset *ps);
void pollset_allow_parking(struct pollset *ps, bool allow);

/* The descriptor that pollset_wait() tells of itself (signals), or -1. */
int pollset_special(const struct pollset *ps);
void pollset_set_special(struct pollset *ps, int fd);

/* Wait up to ms (-1: for ever).  *special_r: that one is ready.  -1 only for
 * what waiting cannot heal. */
int pollset_wait(struct pollset *ps, int ms, bool *special_r, struct err *e);

/* Call those that are ready. */
void pollset_run(struct pollset *ps, struct loop *l);

/* Park who had nothing to do since the last call. */
void pollset_sweep(struct pollset *ps);

#endif
