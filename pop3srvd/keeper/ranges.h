/*
 * ranges.h - a list of ranges with some put in or taken out
 */
#ifndef KEEPER_RANGES_H
#define KEEPER_RANGES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/base/addr.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"

struct ranges {			/* what is asked for, as it came */
	struct prefix *at;
	size_t n, cap;
};

int ranges_add(struct ranges *r, const struct prefix *p, struct err *e);
void ranges_clear(struct ranges *r);

/* What came of it. */
struct ranges_done {
	json_t *list;		/* strings in canonical form */
	bool *there;		/* for each asked for: the list had it, or it
				 * was asked for before */
	size_t n_there;
};

/* base with r at its end; only r when replace.  0 or -1 with *e. */
int ranges_put(const struct conf_strings *base, const struct ranges *r,
    bool replace, struct ranges_done *d, struct err *e);
/* base without r. */
int ranges_take(const struct conf_strings *base, const struct ranges *r,
    struct ranges_done *d, struct err *e);
void ranges_done_clear(struct ranges_done *d);

#endif
