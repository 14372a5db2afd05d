/*
 * report.h - what relay writes to the sender of a message (RFC 3464)
 *
 * Pure.  Runs in: relay.  Trusts: nothing of what a smart host said.
 */
#ifndef RELAY_REPORT_H
#define RELAY_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/span.h"

#include "pop3srvd/relay/envelope.h"

#define REPORT_HEADER	65536	/* octets of the original's header */
/* Each recipient stands in it twice, with the words that were said. */
#define REPORT_MAX	(2u * ENVELOPE_RCPTS * 1024 + \
    REPORT_HEADER + 4096)

struct report {
	const char *id;			/* of the report */
	const struct envelope *about;
	struct span header;		/* the original's */
	const char *hostname;
	int64_t now;			/* wall */
	bool delay;			/* it waits; else it failed */
	int64_t expire;			/* ms; of a delay: how long tries go on */
};

/*
 * The whole message, LF lines: about the recipients that failed, or (delay)
 * those that wait.  0, or -1 when out has no room.
 */
int report_write(const struct report *r, struct buf *out);

#endif
