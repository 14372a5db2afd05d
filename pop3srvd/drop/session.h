/*
 * session.h - one opened maildrop on behalf of front
 */
#ifndef DROP_SESSION_H
#define DROP_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/span.h"

#include "lib/mail/store.h"

#include "pop3srvd/drop/serve.h"
#include "pop3srvd/ipc/msg.h"

enum session_phase {
	SESSION_OPENING,
	SESSION_OPEN,
	SESSION_FINDING,	/* a message's present name */
	SESSION_COMMITTING,
	SESSION_COMMITTED,
	SESSION_FAILED		/* did not open: front will close it */
};

/* A request that came while a message was being found. */
struct request {
	struct request *next;
	uint16_t type;
	uint32_t number;
	uint32_t ahead;
	uint64_t offset;
	uint32_t octets;
};

struct session {
	struct peer *peer;
	struct session *next;		/* in its bucket */
	struct session *queue;		/* behind it in first or later */
	bool queued;
	bool waits;
	enum session_phase phase;
	uint32_t sid;
	uint32_t count;
	int64_t since;			/* mono: when opening began */
	struct store *store;
	char *account;
	uint32_t finding;		/* number asked for, 0 none */
	uint32_t finding_ahead;
	uint32_t ahead_from, ahead_to;	/* sent unasked: from … to - 1 */
	struct request *first, *last;
	uint32_t n_requests;
};

struct session *session_find(const struct peer *p, uint32_t sid);

/* Check the ticket and begin; the answer comes by itself. */
void session_open(struct peer *p, uint32_t sid,
    const struct msg_drop_open *m);

/* The other frames.  False: front broke the protocol. */
bool session_fetch(struct session *s, const struct msg_fetch *m);
bool session_ahead(struct session *s, const struct msg_ahead *m);
bool session_verbatim(struct session *s, const struct msg_verbatim *m);
bool session_mark(struct session *s, const struct msg_mark *m);
bool session_commit(struct session *s);

/* A turn of the job in hand. */
void session_step(struct session *s);

/* Release: no message is removed that was not being removed. */
void session_close(struct session *s);

#endif
