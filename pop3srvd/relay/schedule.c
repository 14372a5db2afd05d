/*
 * schedule.c - when a message is tried again, and when no more
 *
 * Runs in: relay.  Trusts: its configuration.
 */
#include "pop3srvd/relay/schedule.h"

int64_t
schedule_wait(const struct schedule *s, uint32_t attempts)
{
	size_t step = attempts == 0 ? 0 : (size_t)attempts - 1;

	if (s->n == 0)
		return 0;
	return s->waits[step < s->n ? step : s->n - 1];
}

bool
schedule_expired(const struct schedule *s, int64_t age)
{
	return age >= s->expire;
}

bool
schedule_notice(const struct schedule *s, int64_t age, bool noticed)
{
	return !noticed && s->notice > 0 && age >= s->notice;
}

int64_t
schedule_resume(int64_t wait, int64_t saved, int64_t now, int64_t *age_r)
{
	int64_t passed = now > saved ? now - saved : 0;

	if (passed > wait)
		passed = wait;
	*age_r += passed;
	return wait - passed;
}
