/*
 * autodeny.h - addresses shut out until restart or a deadline (I-30…I-35)
 *
 * Bounded: when full, the entry that would end first goes (those until restart
 * count as last).  Time is an argument.
 */
#ifndef POLICY_AUTODENY_H
#define POLICY_AUTODENY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/addr.h"

#define AUTODENY_FOREVER	INT64_MAX

struct autodeny;

struct autodeny *autodeny_new(size_t max);
void autodeny_free(struct autodeny **ad_p);

/* reason is a constant ("overlong").  until: mono milliseconds. */
int autodeny_add(struct autodeny *ad, const struct addr *a,
    const char *reason, int64_t until, int64_t now);
/* True when a is shut out now; counts the hit. */
bool autodeny_test(struct autodeny *ad, const struct addr *a, int64_t now);
bool autodeny_remove(struct autodeny *ad, const struct addr *a);
size_t autodeny_count(const struct autodeny *ad);

struct autodeny_entry {
	struct addr addr;
	const char *reason;
	int64_t since, until;
	uint64_t hits;
};
/* The i-th entry in no order; false behind the last. */
bool autodeny_at(const struct autodeny *ad, size_t i,
    struct autodeny_entry *e_r);

#endif
