/*
 * sort.h - the order of a maildrop: oldest first, from file names alone
 *
 * By the number at the start of the base name (seconds of delivery), by that
 * behind 'M' (microseconds; others than us write them without leading zeros),
 * then by the base name's octets: it cannot change when the index is lost, when
 * flags change or when a clock jumps.
 */
#ifndef MAIL_SORT_H
#define MAIL_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/span.h"
#include "lib/mail/slice.h"

#define SORT_BITS	11	/* of one digit */

struct sort_item {
	uint64_t time;
	uint32_t micro;
	uint32_t row;		/* the caller's */
};

/* The numbers of a base name; row stays. */
void sort_key(struct span base, struct sort_item *item);

/* Below, at or above 0; x and y are the items' base names. */
int sort_compare(const struct sort_item *a, struct span x,
    const struct sort_item *b, struct span y);

/*
 * Numbers digit by digit, then names where numbers are the same; equal ones
 * stay in the order in which they were added.  It can pause.
 */
struct sort {
	struct sort_item *from, *to;
	size_t count, cap;
	struct span (*name)(const void *arg, uint32_t row);	/* or NULL */
	const void *arg;
	uint64_t times;			/* bits that differ */
	uint32_t micros;
	int phase;
	unsigned digit;
	size_t at;
	size_t width;			/* of merged runs */
	size_t begin;			/* of the pair of runs in hand */
	size_t left, right, out;	/* in it */
	uint32_t place[1 << SORT_BITS];
};

/* *s is all zero but for name and arg.  0, or -1 (ERR_TEMP). */
int sort_add(struct sort *s, const struct sort_item *item, struct err *e);

/* Until 0: then from[0] to from[count - 1] are in order; 1 more to do, -1
 * ERR_TEMP.  sort_end() always. */
int sort_step(struct sort *s, struct slice *sl, struct err *e);
void sort_end(struct sort *s);

#endif
