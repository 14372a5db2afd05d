/*
 * compose.h - a client's header made fit to be sent (X-30, X-31, X-41, X-42,
 * X-47, W-29)
 *
 * Recipients are read from To, Cc and Bcc, or from their Resent- forms alone
 * when there are some; both kinds of Bcc and a Return-Path are taken out.
 * From, Sender and their Resent- forms must name the account's own addresses.
 * Received is added on top, Date, Message-ID, From and, for several authors,
 * Sender where they lack.
 *
 * Pure.  Runs in: relay.  Trusts: nothing of a header; auth for the addresses.
 */
#ifndef RELAY_COMPOSE_H
#define RELAY_COMPOSE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/addr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/span.h"

#include "pop3srvd/relay/envelope.h"

#define COMPOSE_HOPS	15	/* Received fields that make a loop */

struct compose {
	const char *account;	/* canonical: name@domain */
	const char *addresses;	/* its own, separated by spaces */
	const char *hostname;
	struct addr peer;
	bool tls;
	int64_t now;		/* wall ms */
	size_t max_rcpts;
};

/*
 * Read header (LF lines, its empty line may lack), append the new one with its
 * empty line to out and the recipients to v, which has id and nobody yet.
 * -1: ERR_PROTO and ERR_LIMIT are the client's faults in words for it.
 */
int compose_header(const struct compose *c, struct span header,
    struct envelope *v, struct buf *out, struct err *e);

/* "Sat, 21 Nov 2026 22:10:00 +0000"; returns out. */
#define COMPOSE_DATE	40
const char *compose_date(int64_t wall, char out[COMPOSE_DATE]);

#endif
