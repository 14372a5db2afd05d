/*
 * receive.h - a message while a client sends it
 *
 * Whether it may be sent at all is asked before the go-ahead; its header is
 * judged and rewritten as soon as it is whole, and the rest goes to the disk as
 * it comes.  "OK" is said when it would survive a power cut.
 *
 * Runs in: relay.  Trusts: a ticket that auth made; front for whose octets
 * these are, nothing of them.
 */
#ifndef RELAY_RECEIVE_H
#define RELAY_RECEIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/ipc/msg.h"
#include "pop3srvd/ipc/ticket.h"
#include "pop3srvd/relay/queue.h"
#include "pop3srvd/relay/rate.h"

struct letter;		/* one message */

struct desk_env {
	struct loop *loop;
	struct log_out *log;
	struct spool *spool;
	struct queue *queue;
	struct rate *rate;
	const struct conf *conf;
	const unsigned char *key;	/* TICKET_KEY octets; NULL: none yet */
};

/*
 * Begin: NULL with *a_r for the client when it is refused (its text is valid
 * until the next call of any of these).
 */
struct letter *letter_open(struct desk_env *d, const struct msg_xmit_open *m,
    struct msg_xmit_answer *a_r);

/* More octets; a letter that is not told GO must be freed. */
void letter_data(struct letter *t, struct span data,
    struct msg_xmit_answer *a_r);
/* It is whole; free it whatever the answer is. */
void letter_end(struct letter *t, struct msg_xmit_answer *a_r);

/* Nothing of one that was not accepted is left. */
void letter_free(struct letter **t_p);

#endif
