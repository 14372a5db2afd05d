/*
 * known.h - sources whose last login succeeded
 *
 * They need not stand in line behind a thousand strangers who guess (5b of
 * reliability.md).  A source is an IPv4 address or an IPv6 /64.  Bounded: of a
 * few places that its keyed hash allows, a newcomer takes the oldest.  Two
 * sources of one hash pass for each other, which gains nothing that a single
 * good login would not.
 */
#ifndef POLICY_KNOWN_H
#define POLICY_KNOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/addr.h"

struct known;

/* max: a power of 2, 4 or more.  NULL: no memory. */
struct known *known_new(size_t max);
void known_free(struct known **k_p);

void known_add(struct known *k, const struct addr *a);
void known_drop(struct known *k, const struct addr *a);
bool known_has(const struct known *k, const struct addr *a);

#endif
