/*
 * rate.h - how many messages an account may send in an hour
 *
 * Pure; time comes in.  An hour's allowance fills up evenly: who sent nothing
 * for an hour may send all of it at once.  A table of fixed size; when it is
 * full the one whose allowance is fullest gives way.
 *
 * Runs in: relay.  Trusts: auth for the account's name.
 */
#ifndef RELAY_RATE_H
#define RELAY_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate;

struct rate *rate_new(void);
void rate_free(struct rate **r_p);

/* Whether one more is allowed at now (monotonic ms); per_hour 0: always. */
bool rate_allows(struct rate *r, const char *account, int64_t per_hour,
    int64_t now);
/* One has begun. */
void rate_count(struct rate *r, const char *account, int64_t per_hour,
    int64_t now);
/* It was not accepted. */
void rate_return(struct rate *r, const char *account, int64_t per_hour,
    int64_t now);

#endif
