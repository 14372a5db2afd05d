/*
 * listing.h - the block of droplist.h, made in slices
 */
#ifndef MAIL_LISTING_H
#define MAIL_LISTING_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/mail/msgs.h"

struct listing;

/* NULL: ERR_TEMP. */
struct listing *listing_new(const struct msgs *m, struct err *e);
void listing_free(struct listing **li_p);

/* For a slice: 1 more to do, 0 done. */
int listing_step(struct listing *li);

/* After 0: the block; the caller frees it. */
void listing_take(struct listing *li, struct buf *block_r);

/* The same at once, into memory of the caller. */
size_t listing_octets(const struct msgs *m);
void listing_fill(const struct msgs *m, char *mem);

#endif
