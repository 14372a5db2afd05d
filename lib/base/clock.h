/*
 * clock.h - the time as one reading
 *
 * Deadlines use mono (never steps); names and logs use wall.  A program reads
 * once a turn and hands the reading on; policy takes it as an argument.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

struct moment {
	int64_t mono;		/* milliseconds, CLOCK_MONOTONIC */
	int64_t wall;		/* milliseconds since 1970, UTC */
};

void clock_read(struct moment *m);

/* "2026-11-21T16:31:02.123Z"; returns out. */
#define CLOCK_TEXT	32
const char *clock_text(int64_t wall_ms, char out[CLOCK_TEXT]);

#endif
