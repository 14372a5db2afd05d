/*
 * ticket.h - why drop and relay may believe what a session may do
 *
 * auth writes it after a successful login, front carries it without being able
 * to make one, drop (or relay) checks it.  The MAC keys are made by keeper at
 * each start: one is known to auth and drop only, another to auth and relay
 * only, so a ticket of one kind is worth nothing to the other.
 */
#ifndef IPC_TICKET_H
#define IPC_TICKET_H

#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/span.h"

#define TICKET_KEY	32

struct ticket {
	const char *account;	/* canonical name@domain */
	const char *maildrop;	/* below the mail root: "DOMAIN/USER" */
	uint64_t quota;		/* octets, 0 none */
	int64_t expires;	/* wall milliseconds */
	const char *addresses;	/* for relay: those that mail may come from,
				 * separated by spaces; "" or NULL for drop */
};

/* Append to b; 0 or -1. */
int ticket_write(const struct ticket *t, const unsigned char key[TICKET_KEY],
    struct buf *b);

/*
 * 0, or -1 with *e (ERR_PERM) when the MAC is wrong, it has expired at now, or
 * the maildrop is not one or two plain path components.  mem keeps the strings.
 */
int ticket_read(struct ticket *t, struct span text,
    const unsigned char key[TICKET_KEY], int64_t now, struct err *e);

#endif
