/*
 * when.c - times as people type them
 */
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

#include "pop3ctl/when.h"

int
when_read(const char *text, int64_t *seconds_r)
{
	static const char *const forms[] = { "%Y-%m-%d", "%Y-%m-%dT%H:%M",
		"%Y-%m-%dT%H:%M:%S" };
	struct moment now;
	const char *end;
	struct tm tm;
	int64_t ms;
	size_t i;

	clock_read(&now);
	if (num_duration(text, &ms) == 0) {
		*seconds_r = (now.wall - ms) / 1000;
		return *seconds_r < 0 ? -1 : 0;
	}
	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		memset(&tm, 0, sizeof(tm));
		tm.tm_isdst = -1;
		end = strptime(text, forms[i], &tm);
		if (end != NULL && *end == '\0') {
			*seconds_r = (int64_t)mktime(&tm);
			return *seconds_r < 0 ? -1 : 0;
		}
	}
	return -1;
}
