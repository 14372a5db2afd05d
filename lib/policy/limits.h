/*
 * limits.h - concurrent connections: in all and a source
 *
 * A source is an IPv4 address or an IPv6 /64.  Bounded by the connections it
 * counts.
 */
#ifndef POLICY_LIMITS_H
#define POLICY_LIMITS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/addr.h"

struct limits;

enum limits_verdict { LIMITS_OK, LIMITS_TOTAL, LIMITS_SOURCE,
	LIMITS_MEMORY };

struct limits *limits_new(void);
void limits_free(struct limits **l_p);

/* Count one more unless a ceiling (0: none) is reached. */
enum limits_verdict limits_enter(struct limits *l, const struct addr *a,
    size_t total, size_t per_source);
void limits_leave(struct limits *l, const struct addr *a);
size_t limits_total(const struct limits *l);
/* How many the source of a holds now; 0 for a Unix socket. */
size_t limits_of(const struct limits *l, const struct addr *a);

#endif
