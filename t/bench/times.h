/*
 * times.h - how long each dialogue took, and percentiles of that
 */
#ifndef BENCH_TIMES_H
#define BENCH_TIMES_H

#include <stddef.h>

struct times {
	double *t;		/* seconds */
	size_t n, cap;
};

double times_now(void);
/* Ends the program when memory runs out. */
void times_add(struct times *ts, double t);
/* Milliseconds; sorts, 0 for none.  p from 0 to 1. */
double times_percentile(struct times *ts, double p);

#endif
