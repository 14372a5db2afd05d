/*
 * timer.h - deadlines in a binary heap, the earliest on top
 *
 * Pure: knows no clock and calls nobody.  loop.c keeps one heap; everybody
 * else sets timers with timer_set() of loop.h.
 */
#ifndef NET_TIMER_H
#define NET_TIMER_H

#include <stddef.h>

#include "lib/net/loop.h"

/* Zero it before use.  A timer's slot is its place, counted from 1. */
struct timer_heap {
	struct timer **at;
	size_t n;
	size_t cap;
};

void timer_heap_free(struct timer_heap *h);

/* Put t in, or move it when it is in.  -1: no memory, nothing changed. */
int timer_heap_put(struct timer_heap *h, struct timer *t, int64_t at);

/* Take t out; nothing happens when it is not in. */
void timer_heap_take(struct timer_heap *h, struct timer *t);

/* The earliest, or NULL. */
struct timer *timer_heap_first(const struct timer_heap *h);

#endif
