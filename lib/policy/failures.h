/*
 * failures.h - failed logins counted by source: who guesses, who harvests
 *
 * A source is an IPv4 address or an IPv6 /64.  Counted are failures in a
 * window that slides, and among them the unknown user names that differ
 * (I-11: harvesting).  The same user with the same wrong password counts once:
 * that is a forgotten phone, and teaches nobody anything.  Accounts are never
 * counted, so many sources cannot lock one.
 *
 * Each time a source goes too far the next stay outside is twice as long, at
 * most a day, and half as many failures lead there.  A week without a failure
 * is forgiveness.  Bounded: when full, the source that failed longest ago goes.
 * Time is an argument, all times are mono milliseconds.
 */
#ifndef POLICY_FAILURES_H
#define POLICY_FAILURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/addr.h"

#define FAILURES_FOREVER	INT64_MAX

struct failures_rules {
	int64_t failures;	/* in a window: too many; 0: never */
	int64_t unknown_users;	/* the same of different unknown names */
	int64_t window;
	int64_t duration;	/* of the first stay outside; 0: forever */
};

/* user and pair are keyed hashes: the module keeps no name and no password.
 * pair 0: nobody can tell whether it is a repetition. */
struct failures_try {
	const struct addr *peer;
	uint64_t user, pair;
	bool unknown;		/* there is no such user */
};

enum failures_verdict {
	FAILURES_BEARABLE,
	FAILURES_TOO_MANY,
	FAILURES_HARVEST
};

struct failures;

struct failures *failures_new(size_t max);
void failures_free(struct failures **f_p);

/*
 * A login failed.  Unless bearable, *until_r is when the source may come back.
 * A Unix socket's is bearable; so is what there is no memory to count.
 */
enum failures_verdict failures_add(struct failures *f,
    const struct failures_rules *r, const struct failures_try *t,
    int64_t now, int64_t *until_r);
/* A login succeeded: what this user mistyped before from there is forgiven. */
void failures_forgive(struct failures *f, const struct addr *peer,
    uint64_t user);
/* The operator lets the source in again: nothing is held against it. */
void failures_forget(struct failures *f, const struct addr *peer);
void failures_clear(struct failures *f);		/* the same of all */
size_t failures_count(const struct failures *f);	/* sources */

#endif
