/*
 * schedule.h - when a message is tried again, and when no more
 *
 * Pure; times come in.  A message's age is what has passed for certain: the
 * monotonic clock while relay runs, and of the time it did not run no more than
 * the wait that was due.  So no step of the wall clock expires a queue, and
 * none holds a message longer than one wait (W-27).
 *
 * Runs in: relay.  Trusts: its configuration.
 */
#ifndef RELAY_SCHEDULE_H
#define RELAY_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SCHEDULE_STEPS	64

struct schedule {
	int64_t waits[SCHEDULE_STEPS];	/* ms; the last one repeats */
	size_t n;
	int64_t notice;			/* ms of age, 0 never */
	int64_t expire;			/* ms of age */
};

/* The wait after so many failed attempts (1 or more). */
int64_t schedule_wait(const struct schedule *s, uint32_t attempts);

/* Asked after an attempt that left somebody waiting. */
bool schedule_expired(const struct schedule *s, int64_t age);
bool schedule_notice(const struct schedule *s, int64_t age, bool noticed);

/*
 * What is left, at the start of relay, of a wait that was saved at saved, with
 * the wall clock at now; *age_r grows by what passed of it.
 */
int64_t schedule_resume(int64_t wait, int64_t saved, int64_t now,
    int64_t *age_r);

#endif
