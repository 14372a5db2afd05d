#include "t/bench/times.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

double
times_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

void
times_add(struct times *ts, double t)
{
	if (ts->n == ts->cap) {
		ts->cap = ts->cap * 2 + 1024;
		ts->t = realloc(ts->t, ts->cap * sizeof *ts->t);
		if (ts->t == NULL) {
			perror("load: memory");
			exit(1);
		}
	}
	ts->t[ts->n++] = t;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
times_percentile(struct times *ts, double p)
{
	if (ts->n == 0)
		return 0;
	qsort(ts->t, ts->n, sizeof *ts->t, by_size);
	return ts->t[(size_t)(p * (double)(ts->n - 1) + 0.5)] * 1e3;
}
