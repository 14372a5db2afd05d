/*
 * dot.h - a stored message in its wire form (RFC 1939 section 3)
 *
 * CRLF line ends, dots stuffed, "." at the end.  What is sent without the
 * stuffing and the final "." is what lib/base/wire.h counts.  Stored octets
 * come in blocks of any size.
 */
#ifndef PROTO_DOT_H
#define PROTO_DOT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"

struct dot {
	uint64_t octets;	/* put out, without stuffing and final "." */
	uint64_t lines;		/* TOP: body lines still wanted */
	bool bol;		/* at the beginning of a line */
	bool cr;		/* the last octet was CR */
	bool line_empty;	/* nothing but perhaps CR since it began */
	bool separated;		/* the header's end was seen */
	bool top;
	bool full;		/* TOP has all it wanted */
	bool no_nuls;
};

/* no_nuls: 0x80 goes out for NUL (features.md 4.3); the count is the same. */
void dot_init(struct dot *d, bool no_nuls);

/* Only the header, the empty line and so many lines of the body. */
void dot_top(struct dot *d, uint64_t lines);

/* Append n stored octets; 0, or -1 when out has no room or memory. */
int dot_write(struct dot *d, const void *p, size_t n, struct buf *out);

/*
 * Lines that are their own wire form may pass by: at the beginning of a line
 * of the body, unless TOP counts them.
 */
bool dot_may_pass(const struct dot *d);
void dot_pass(struct dot *d, uint64_t octets);

/* TOP needs no more octets. */
bool dot_full(const struct dot *d);

/* What a message's end adds, and "." CRLF. */
int dot_end(struct dot *d, struct buf *out);

#endif
