/*
 * line.h - the peer's octets, cut into lines
 *
 * A line ends in LF; one CR before it belongs to the end (features.md 4.1).
 * How long a line may be is said anew each time, since only the engine knows
 * whether a SASL response is awaited.  Octets are wiped as they are dropped:
 * any line can be a password.
 */
#ifndef PROTO_LINE_H
#define PROTO_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/base/span.h"

struct line_in {
	struct buf buf;
	size_t seen;		/* octets known to hold no LF */
	size_t whole;		/* the line handed out, with its end */
};

struct line_limit {
	size_t total;		/* with the line end: LINE_LONG above it */
	size_t text;		/* without it: LINE_OVER above it, at once */
};

enum line_fit {
	LINE_PART,		/* its end has not come yet */
	LINE_GOOD,
	LINE_LONG,
	LINE_OVER		/* the end may or may not be there */
};

void line_init(struct line_in *l, size_t max);
void line_free(struct line_in *l);		/* wipes */

/* Take octets until `room` are held; -1 when out of memory, else how many. */
long line_feed(struct line_in *l, const void *bytes, size_t n, size_t room);

/* GOOD and LONG: *text_r is the line, without its end, until line_done(). */
enum line_fit line_next(struct line_in *l, struct line_limit limit,
    struct span *text_r);
void line_done(struct line_in *l);

/* Drop n octets that are no line. */
void line_skip(struct line_in *l, size_t n);

struct span line_held(const struct line_in *l);
/* Octets before the first line's end, or as many as have come of it. */
size_t line_length(const struct line_in *l);

/* The first octets of a peer: do they belong to a browser, or to TLS, sent
 * here by mistake or by guile (reliability.md S-33)? */
bool line_foreign(struct span first);

#endif
