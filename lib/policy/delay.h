/*
 * delay.h - when each account logged in last (RFC 2449 section 6.5)
 *
 * Counted from login to login, per account: a session's length changes
 * nothing.  A login that was refused for coming early does not count, so a
 * client that keeps asking still gets in.  Bounded: when full, the account
 * whose login is longest ago goes, which is the one that had least to wait.
 * Time is an argument, all times are mono milliseconds.
 */
#ifndef POLICY_DELAY_H
#define POLICY_DELAY_H

#include <stddef.h>
#include <stdint.h>

struct delay;

struct delay *delay_new(size_t max);
void delay_free(struct delay **d_p);

/*
 * account logged in.  What is older than wait is forgotten; with wait 0 that
 * is everything.  0, or -1 without memory: then this login is not remembered.
 */
int delay_login(struct delay *d, const char *account, int64_t wait,
    int64_t now);
/* Milliseconds until account may log in; 0: now. */
int64_t delay_left(const struct delay *d, const char *account, int64_t wait,
    int64_t now);
size_t delay_count(const struct delay *d);

#endif
