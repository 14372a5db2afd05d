/*
 * autodeny.h - addresses shut out until restart or a deadline (I-30…I-35)
 *
 * An entry stands for a source as prefix_of_peer() cuts it: an IPv4 address or
 * an IPv6 /64, of which every holder has all.  Bounded: when full, the entry
 * that would end first goes (those until restart count as last, and of them
 * the operator's, which only the operator pushes out).  Time is an argument,
 * mono milliseconds.
 */
#ifndef POLICY_AUTODENY_H
#define POLICY_AUTODENY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/addr.h"

#define AUTODENY_FOREVER	INT64_MAX
#define AUTODENY_LONGEST	((int64_t)365 * 24 * 3600 * 1000)	/* else */

enum autodeny_reason {
	AUTODENY_OVERLONG,	/* more than 512 octets in a command: I-30 */
	AUTODENY_FAILURES,	/* too many failed logins */
	AUTODENY_HARVEST,	/* too many unknown user names: I-11 */
	AUTODENY_OPERATOR,
	AUTODENY_REASONS
};
const char *autodeny_reason_name(enum autodeny_reason r);

struct autodeny_entry {
	struct prefix source;
	enum autodeny_reason reason;
	int64_t since, until;
	uint64_t hits;
};

struct autodeny;

struct autodeny *autodeny_new(size_t max);
void autodeny_free(struct autodeny **ad_p);

/*
 * These are never entered nor refused; what is in the table already stays
 * there.  Copies.  -1 without memory: then the old ones hold.
 */
int autodeny_never(struct autodeny *ad, const struct prefix *at, size_t n);
bool autodeny_is_never(const struct autodeny *ad, const struct addr *a);

/* Only the operator's word makes an entry end earlier.  0, or -1 without
 * memory. */
int autodeny_add(struct autodeny *ad, const struct addr *a,
    enum autodeny_reason reason, int64_t until, int64_t now);
/* True when a is shut out now; the second counts the hit. */
bool autodeny_holds(struct autodeny *ad, const struct addr *a, int64_t now);
bool autodeny_test(struct autodeny *ad, const struct addr *a, int64_t now);
bool autodeny_remove(struct autodeny *ad, const struct addr *a);
void autodeny_clear(struct autodeny *ad);
size_t autodeny_count(const struct autodeny *ad);

/* The i-th entry in no order; false behind the last. */
bool autodeny_at(const struct autodeny *ad, size_t i,
    struct autodeny_entry *e_r);

/*
 * A page of them for a list, each once, in an order that stays while entries
 * come and go: begin with *at 0, ask again with what is in it until that is 0.
 * max: 64 at least, so that a whole chain has room.
 */
size_t autodeny_page(struct autodeny *ad, size_t *at, int64_t now,
    struct autodeny_entry *e_r, size_t max);

/* How much memory autodeny_keep() fills for max entries. */
size_t autodeny_kept_octets(size_t max);
/*
 * Mirror the table in mem from now on, which outlives this process, after
 * taking over what a predecessor left there: only what could be an entry at
 * this time, since nobody knows who wrote it.  Returns how many.
 */
size_t autodeny_keep(struct autodeny *ad, void *mem, size_t octets,
    int64_t now);

#endif
