/*
 * session.h - one connection from the gate to its summary line
 *
 * The fields are shared by session.c, turn.c and what serves the engine's
 * wants; everybody else only reads them.
 */
#ifndef FRONT_SESSION_H
#define FRONT_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/addr.h"
#include "lib/base/buf.h"
#include "lib/base/droplist.h"

#include "lib/net/conn.h"
#include "lib/net/loop.h"
#include "lib/proto/pop3.h"

#include "pop3srvd/ipc/logrec.h"

#include "pop3srvd/front/auth_pool.h"
#include "pop3srvd/front/dialogue.h"

struct engine_ops;
struct message;
struct poppass;
struct server;
struct vserver;

/* What a session is waiting for. */
enum session_phase {
	SESSION_PROXY,		/* the PROXY header */
	SESSION_HELLO,		/* the first octet of TLS */
	SESSION_TLS,		/* the end of the handshake */
	SESSION_RUN,		/* the peer, in either direction */
	SESSION_AUTH,		/* auth's answer */
	SESSION_DELAY,		/* the time to tell that a login failed */
	SESSION_DROP,		/* drop's list */
	SESSION_MSG,		/* drop's message, or octets of it */
	SESSION_COMMIT,		/* drop's word that all is removed */
	SESSION_XMIT,		/* relay's word about a message to send */
	SESSION_DEAD		/* freed at the end of this turn */
};

/* Messages that drop has opened ahead of need. */
#define SESSION_AHEAD	4
struct session_ahead {
	struct message *at[SESSION_AHEAD];
};

/* The list of an opened maildrop: a copy, or a mapped memory file. */
struct session_list {
	struct droplist list;
	bool mapped;
	char mem[] __attribute__((aligned(8)));
};

struct session {
	struct session *prev, *next;		/* sessions.c's */
	struct session *next_account, *next_sid;
	struct server *srv;
	struct vserver *vs;
	struct conn *conn;			/* NULL: the peer has left */
	const struct engine_ops *engine;
	struct pop3 *pop;			/* the engine, when POP3 */
	struct poppass *pass;			/* when poppass */
	struct timer timer;
	struct task task;
	uint64_t number;
	uint64_t octets_in, octets_out, window_from;
	int64_t since, last;			/* mono ms */
	int64_t answer_at;			/* DELAY, XMIT: until then */
	int64_t window_at;			/* 0: the peer owes no reading */
	int64_t data_at;			/* 0: it owes no message */
	uint64_t data_from;
	int64_t close_at;			/* 0: not closing */
	struct buf in;				/* read, but not taken yet */
	struct dialogue dialogue;
	char *account;
	char *ticket;
	size_t ticket_len;
	char *sender;				/* ticket for relay, or NULL */
	size_t sender_len;
	struct session_list *list;
	struct message *msg;
	struct session_ahead *ahead;
	const char *mech;
	const char *reason;			/* why it ends, if not the engine's */
	uint32_t sid;
	uint32_t last_number;			/* message that was sent last */
	uint64_t pair;				/* guard's, of this login */
	uint64_t commands;			/* counted by metrics */
	int64_t command_at;			/* us; 0: none is served */
	struct auth_turn auth_turn;
	int16_t auth_helper, drop_helper;	/* -1: none */
	uint8_t phase;
	bool begun;				/* the engine is there */
	bool shut_out;				/* by a failure; to be told */
	bool logged_in, proxied, proxy_tls, counted, fetching;
	bool auth_knows;			/* has an exchange of ours open */
	bool xmit_open;				/* relay holds part of a message */
	struct addr peer;
};

#define SESSION_ID	20
const char *session_id(const struct session *s, char out[SESSION_ID]);

/*
 * Takes fd and the count that gate_enter() made.  proxied: a PROXY header must
 * come first.  On failure all is given back.
 */
void session_new(struct server *srv, struct vserver *vs, int fd,
    const struct addr *peer, bool proxied);

/* End now; reason is a constant.  s is freed at the end of the turn. */
void session_end(struct session *s, const char *reason);
/* Tell the peer why, if it is not in mid-reply, then end. */
void session_abort(struct session *s, const char *text, const char *reason);
/* The operator ends the server: soon (false) or now. */
void session_stop(struct session *s);

/* Read and written, and nobody waits: for takeover and lists. */
int64_t session_idle_ms(const struct session *s);
const char *session_state(const struct session *s);	/* "login", … */

/* The PROXY header was read: TLS, or the engine's greeting. */
void session_greet(struct session *s);
/* TLS is up, or not wanted: the engine begins, or goes on behind STLS. */
void session_begin(struct session *s);

/* One line about this session; fields end with a NULL key. */
void session_log(const struct session *s, enum log_level level,
    const char *what, const struct log_field *fields);

int64_t session_now(const struct session *s);

#endif
