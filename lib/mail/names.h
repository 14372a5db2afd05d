/*
 * names.h - finding rows by a key octet string: a hash table of row numbers
 */
#ifndef MAIL_NAMES_H
#define MAIL_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/span.h"
#include "lib/mail/msgs.h"
#include "lib/mail/slice.h"

struct names_slot {
	uint32_t row;		/* + 1; 0 is empty */
	uint32_t hash;
};

struct names {
	struct names_slot *table;
	size_t mask;
	size_t used;
};

#define NAMES_NONE	((size_t)-1)

/* Without a seed: whoever could choose names that collide does it to himself. */
uint64_t names_hash(struct span s);

/* Room for n rows.  0, or -1 (ERR_TEMP).  It grows when more are put in. */
int names_begin(struct names *t, size_t n, struct err *e);
void names_end(struct names *t);

/* The row whose base name this is, or NAMES_NONE. */
size_t names_find(const struct names *t, const struct msgs *m,
    struct span base);

/* Put row i in; its base name must not be there yet.  0, or -1 (ERR_TEMP). */
int names_put(struct names *t, const struct msgs *m, size_t i,
    struct err *e);

/* All rows of m from *at on, which is 0 at first: 1 more to do, 0, or -1
 * (ERR_TEMP).  t may be all zero. */
int names_learn(struct names *t, const struct msgs *m, size_t *at,
    struct slice *s, struct err *e);

#endif
