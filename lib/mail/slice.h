/*
 * slice.h - how long one turn of a long job may last
 *
 * A drop process serves many sessions; a job that sees its slice over returns
 * and is called again, so that a huge maildrop delays nobody else.
 */
#ifndef MAIL_SLICE_H
#define MAIL_SLICE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/clock.h"

#define SLICE_MS	4	/* plus the last piece of work: about 5 */

struct slice {
	int64_t end;		/* mono milliseconds */
	unsigned n;
};

static inline void
slice_begin(struct slice *s)
{
	struct moment m;

	clock_read(&m);
	s->end = m.mono + SLICE_MS;
	s->n = 0;
}

/* For work that may wait for a disk: looks at the clock each time. */
static inline bool
slice_over(struct slice *s)
{
	struct moment m;

	clock_read(&m);
	return m.mono >= s->end;
}

/* For work below a microsecond: looks at the clock now and then. */
static inline bool
slice_over_small(struct slice *s)
{
	return (++s->n & 127) == 0 && slice_over(s);
}

#endif
