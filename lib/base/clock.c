/*
 * clock.c - the time as one reading
 */
#include <stdio.h>
#include <time.h>

#include "lib/base/clock.h"

static int64_t
read_ms(clockid_t id)
{
	struct timespec ts = { 0, 0 };

	/* cannot fail: both clocks exist on every kernel we run on */
	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

void
clock_read(struct moment *m)
{
	m->mono = read_ms(CLOCK_MONOTONIC);
	m->wall = read_ms(CLOCK_REALTIME);
}

const char *
clock_text(int64_t wall_ms, char out[CLOCK_TEXT])
{
	int64_t ms = wall_ms % 1000;
	time_t sec = (time_t)(wall_ms / 1000);
	struct tm tm;
	size_t n;

	if (ms < 0) {
		ms += 1000;
		sec--;
	}
	if (gmtime_r(&sec, &tm) == NULL || tm.tm_year > 9999 - 1900 ||
	    (n = strftime(out, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &tm)) == 0)
		snprintf(out, CLOCK_TEXT, "-");
	else
		snprintf(out + n, CLOCK_TEXT - n, ".%03dZ", (int)ms);
	return out;
}
