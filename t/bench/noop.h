/*
 * noop.h - one session that says NOOP again and again
 */
#ifndef BENCH_NOOP_H
#define BENCH_NOOP_H

#include "t/bench/client.h"
#include "t/bench/times.h"

/*
 * Log in, then NOOP for so many seconds (or until SIGTERM) with pauses, each
 * NOOP timed, and with it those that could not be asked because it took so
 * long; QUIT.  0, or -1, perhaps with plan->why set.
 */
int noop_run(struct plan *plan, double seconds, double pause,
    struct times *ts);

#endif
