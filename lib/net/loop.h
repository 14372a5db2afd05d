/*
 * loop.h - poll(), deadlines in one heap, deferred work, signals
 *
 * Single-threaded.  The clock is read once a turn (loop_time).  A turn is:
 * poll, signals, timers that are due, ready descriptors, deferred tasks.
 * Objects are embedded in their owner's struct; LOOP_OWNER finds it again.
 *
 * poll() watches the descriptors that were busy lately; the quiet ones wait
 * behind one epoll descriptor that it watches for them (park.h), so that 10,000
 * idle sessions cost a wake-up nothing.  Unwatch before closing.
 */
#ifndef NET_LOOP_H
#define NET_LOOP_H

#include <poll.h>	/* POLLIN, POLLOUT for every watch */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"

struct loop;

#define LOOP_OWNER(ptr, type, member) \
	((type *)(void *)((char *)(ptr) - offsetof(type, member)))

/* A descriptor.  Zero it, then set fd, events (POLLIN, POLLOUT, 0) and ready. */
struct watch {
	int fd;
	short events;
	void (*ready)(struct loop *, struct watch *, short revents);
	uint32_t slot;		/* loop.c's */
};

/* A deadline.  Zero it, then set due. */
struct timer {
	int64_t at;		/* loop.c's: mono milliseconds */
	void (*due)(struct loop *, struct timer *);
	uint32_t slot;		/* loop.c's; 0 is not set */
};

/* Work for the end of this turn, each once however often it is asked for. */
struct task {
	void (*run)(struct loop *, struct task *);
	struct task *next;	/* loop.c's */
	bool queued;
};

/* From here on the process ignores SIGPIPE and what else would end it for no
 * reason (SIGUSR2, SIGALRM and the like). */
struct loop *loop_new(struct err *e);
void loop_free(struct loop **l_p);

const struct moment *loop_time(const struct loop *l);
/* Which turn this is: what may be done so often a turn counts by it. */
uint64_t loop_turn(const struct loop *l);

/* 0, or -1 (out of memory).  Changing events is loop_events(); removing is
 * safe from any callback, also for objects that are ready in this turn. */
int loop_watch(struct loop *l, struct watch *w);
/* The same for reading, where poll()'s own names are not known. */
int loop_watch_read(struct loop *l, struct watch *w);
void loop_events(struct loop *l, struct watch *w, short events);
void loop_unwatch(struct loop *l, struct watch *w);

/* Whether fd takes octets now (or fails at once): for descriptors that must not
 * be made non-blocking because others share them. */
bool loop_writable(int fd);

/*
 * Set, or move one that is set, which cannot fail.  -1: out of memory.  A timer
 * set by a timer that is due waits for the next millisecond at least, so one
 * that sets itself for "now" for ever neither spins nor starves anybody.
 */
int timer_set(struct loop *l, struct timer *t, int64_t at);
int timer_after(struct loop *l, struct timer *t, int64_t ms);
void timer_stop(struct loop *l, struct timer *t);
bool timer_is_set(const struct timer *t);

/* A task asked for while tasks run waits for the next turn. */
void loop_defer(struct loop *l, struct task *t);
void loop_undefer(struct loop *l, struct task *t);

/* The handler runs in the loop, not in signal context; several signals of a
 * number may be told as one.  0, or -1. */
int loop_signal(struct loop *l, int signo,
    void (*handler)(struct loop *, int signo, void *arg), void *arg);

/* Until loop_stop().  Returns 0, or -1 when poll() itself cannot work. */
int loop_run(struct loop *l, struct err *e);
void loop_stop(struct loop *l);

/* How many watches there are, for status and tests. */
size_t loop_watches(const struct loop *l);
/* How many of them wait behind epoll, and whether any may (default: yes). */
size_t loop_parked(const struct loop *l);
void loop_allow_parking(struct loop *l, bool allow);

#endif
