/*
 * auth.h - what the parts of the auth process share
 *
 * Runs in: auth.
 */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include <stdbool.h>

#include "lib/conf/conf.h"
#include "lib/acct/sasl.h"
#include "lib/acct/verify.h"
#include "lib/net/loop.h"
#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/ipc/ticket.h"

struct auth {
	struct loop *loop;
	struct log_out *log;
	const struct conf *conf;
	struct verify verify;		/* accounts, hashes, cache */
	struct sasl *sasl;
	unsigned char key[TICKET_KEY];
	bool has_key;			/* without it nobody gets a ticket */
	unsigned char sender_key[TICKET_KEY];
	bool has_sender_key;		/* nobody one for relay */
};

/*
 * The services as conf wants them, in place of those that are there; on
 * failure those stay.  0 or -1.
 */
int auth_set_up(struct auth *a, const struct conf *conf, struct err *e);
void auth_clear(struct auth *a);

/* Where the account database is: a folder of the state directory that keeper
 * makes and only auth may write, so that auth cannot replace what keeper
 * reads. */
int auth_folder(const struct conf *conf, char *out, size_t n, struct err *e);

#endif
