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

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/mail/msgs.h"
#include "lib/mail/slice.h"

struct sort_item {
	uint64_t time;
	uint32_t micro;
	uint32_t row;
};

/* A merge sort from the bottom up that can pause. */
struct sort {
	struct sort_item *from, *to;
	size_t width;
	size_t begin;			/* of the pair of runs in hand */
	size_t left, right, out;	/* in it */
};

/* Zero *s, call until 0; 1 more to do, -1 ERR_TEMP.  sort_end() always. */
int sort_step(struct sort *s, struct msgs *m, struct slice *sl,
    struct err *e);
void sort_end(struct sort *s);

#endif
