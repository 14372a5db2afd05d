/*
 * wire.h - how many octets RETR sends for a stored message
 *
 * The one definition of the wire form, used for counting (lib/mail) and
 * checked against the sender (lib/proto/dot.c):
 *   - LF not preceded by CR becomes CRLF; a bare CR is left alone;
 *   - a message that does not end in LF gets a final CRLF;
 *   - a message without an empty line gets one at its end, since old clients
 *     hang without the header's end (features.md 4.3);
 *   - dots that stuffing adds and the final "." are not counted (RFC 1939
 *     section 11 counts the message's octets).
 */
#ifndef BASE_WIRE_H
#define BASE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire {
	uint64_t octets;	/* so far, without what the end adds */
	bool separated;		/* an empty line was seen */
	bool bol;		/* at the beginning of a line */
	bool cr;		/* the last octet was CR */
	bool line_empty;	/* nothing but perhaps one CR in this line */
};

void wire_init(struct wire *w);
void wire_count(struct wire *w, const void *p, size_t n);	/* any slices */
uint64_t wire_total(const struct wire *w);	/* with what the end adds */

/*
 * How many of n octets, which begin with a line, are whole lines that RETR
 * sends as they are stored: they end in CRLF, begin with no dot and hold no
 * NUL.
 */
size_t wire_verbatim(const char *p, size_t n);

#endif
