/*
 * deadline.h - how long a session may take
 *
 * One timer a session, for the earliest of: the end of the login, silence
 * after it, a reader or a sender that is too slow, a failed login's answer,
 * relay's answer, last words.
 */
#ifndef FRONT_DEADLINE_H
#define FRONT_DEADLINE_H

#include <stdbool.h>

struct session;

/* An octet went one way or the other. */
void deadline_touch(struct session *s);
/* The peer must take limits.min_rate from now on, until it has all. */
void deadline_rate_begin(struct session *s);
void deadline_rate_end(struct session *s);
/* The peer must send a message at this rate, from now on or no more. */
void deadline_data(struct session *s, bool yes);
/* Set the timer to the next deadline. */
void deadline_set(struct session *s);
/* The timer is due: act on what is over. */
void deadline_check(struct session *s);

#endif
