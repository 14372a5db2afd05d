/*
 * header.h - the fields of a message's header (RFC 5322 section 2.2)
 *
 * Pure: views into text that somebody else owns.  Lines end in LF.
 */
#ifndef MAIL_HEADER_H
#define MAIL_HEADER_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"
#include "lib/base/span.h"

struct header_field {
	struct span name;
	struct span value;	/* behind the colon, folds in it */
	struct span whole;	/* all its lines with their LF */
};

/*
 * Take the next field; rest moves behind it.  1, or 0 at the empty line or the
 * end, or -1 (ERR_PROTO) when the next line is no field.
 */
int header_next(struct span *rest, struct header_field *f, struct err *e);

/* Octets up to and with the empty line; 0 while there is none. */
size_t header_end(struct span text);

/* The first field of that name; false: there is none. */
bool header_find(struct span text, const char *name, struct header_field *f);

#endif
