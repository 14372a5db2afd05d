/*
 * audit_lines.h - an audit file in blocks, cut into lines
 *
 * A line longer than any record is handed out cut, and is no record then.
 */
#ifndef BASE_AUDIT_LINES_H
#define BASE_AUDIT_LINES_H

#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/span.h"

struct audit_lines {
	struct buf part;	/* of a line whose end has not come yet */
	uint64_t at;		/* in the file: behind the last line's LF */
	uint64_t pending;	/* octets behind it */
};

/* at: where in the file the first block begins. */
void audit_lines_begin(struct audit_lines *l, uint64_t at);
void audit_lines_end(struct audit_lines *l);

/* Each line that ends in block, without its LF; l->at is behind it already.
 * fn returns 0, or -1 to stop.  0, or -1: stopped, or no memory. */
int audit_lines_feed(struct audit_lines *l, struct span block,
    int (*fn)(struct span line, void *arg), void *arg);

/* What stands behind the last LF; cut as a line. */
struct span audit_lines_rest(const struct audit_lines *l);

#endif
