/*
 * address.h - the addresses in a header field (RFC 5322 section 3.4)
 *
 * Read are groups, comments, quoted strings, folding and the blanks that
 * section 4.4 still allows.  What comes out is meant for an envelope and for a
 * command line, so it is held to less than the RFC allows:
 *
 *	local part	letters, digits and . _ + - = ~ ' # & * ? ^ { } $ /
 *			(never first: - . /; quotes only where not needed)
 *	domain		letters, digits, hyphens and dots
 *
 * Refused with a reason are routes ("@a,@b:c@d"), the characters that once
 * routed (% ! |), address literals and octets beyond ASCII (RFC 6532 asks for a
 * smart host that knows SMTPUTF8; none is presumed).  A local part alone gets
 * the domain that the caller names.
 */
#ifndef MAIL_ADDRESS_H
#define MAIL_ADDRESS_H

#include <stdbool.h>

#include "lib/base/err.h"
#include "lib/base/span.h"

#define ADDRESS_MAX	320	/* 64 + "@" + 255, RFC 5321 section 4.5.3.1 */

/* One address, domain in lower case; -1 with *e ends the reading. */
typedef int address_fn(void *arg, const char *address, struct err *e);

/*
 * Tell each address of a field's value; an empty list is fine.  0, or -1
 * (ERR_PROTO) naming what could not be read, or fn's own.
 */
int address_list(struct span value, const char *domain, address_fn *fn,
    void *arg, struct err *e);

/* One bare "local@domain" of that kind, as in an envelope. */
bool address_ok(struct span text);

#endif
