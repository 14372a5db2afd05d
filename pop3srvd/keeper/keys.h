/*
 * keys.h - the secrets that keeper gives to its children
 *
 * Two are made anew at each start and known to nobody else: the ticket's (auth,
 * drop) and the sender's (auth, relay).  The third encrypts the APOP secrets of
 * the account database; it is a file, auth.apop_key_file or state_dir/apop.key,
 * which keeper makes when APOP is first switched on.  The passwords of smart
 * hosts are files that only keeper needs to be able to read.
 */
#ifndef KEEPER_KEYS_H
#define KEEPER_KEYS_H

#include <stdbool.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/net/frame.h"
#include "pop3srvd/ipc/msg.h"
#include "pop3srvd/ipc/ticket.h"

struct keys_apop {
	unsigned char key[TICKET_KEY];
	bool there;
	struct err fault;	/* class ERR_NONE: nothing is wrong */
};

struct keys {
	unsigned char ticket[TICKET_KEY];
	unsigned char sender[TICKET_KEY];
	struct keys_apop apop;
	int passwords;		/* sealed memory file, passwords.h */
};

/* The first two.  -1 with *e: no random octets. */
int keys_make(struct keys *k, struct err *e);
void keys_clear(struct keys *k);

/*
 * The third, from its file; a missing state_dir/apop.key is made when some
 * listener of c offers APOP and make is set.  Without the key c offers APOP
 * nowhere, and *a says why.
 */
void keys_apop_read(struct keys_apop *a, struct conf *c, bool make);

/* The memory file of what c names, or -1 with *e. */
int keys_passwords(const struct conf *c, struct err *e);

/* What a process of this role may know. */
void keys_send(const struct keys *k, enum role role, struct channel *ch);
/* To relay; before a new configuration they belong to. */
void keys_send_passwords(const struct keys *k, struct channel *relay);

#endif
