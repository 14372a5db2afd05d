/*
 * pop3.h - the POP3 engine: RFC 1939, 2449, 2595, 3206, 5034
 *
 * No I/O, no clock, no file.  The session feeds octets from the peer, runs the
 * engine until it wants something, serves that one want, gives the answer and
 * runs again; octets for the peer wait in pop3_out().
 *
 *	pop3_feed(p, bytes) … want = pop3_run(p) … serve … pop3_give_X(p) … run
 *
 * The engine is the only place that words replies.  It decodes and encodes
 * base64 itself: what it hands out and takes in are raw octets.
 */
#ifndef PROTO_POP3_H
#define PROTO_POP3_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/droplist.h"
#include "lib/base/span.h"

#include "lib/proto/trace.h"

struct pop3;

/* One mechanism offered by AUTH.  plaintext: the password crosses the wire. */
struct pop3_mech {
	const char *name;
	bool plaintext;
};

/*
 * Settings, shared by all sessions of a listener; must outlive them.  Zero is
 * a sensible value everywhere but in limits.
 */
#define POP3_GREETING_MAX	400	/* seeds.md I-21 */
#define POP3_STAMP_MAX		300	/* I-22: room for some text too */
struct pop3_conf {
	const char *greeting;		/* NULL, or longer: built-in */
	const char *hostname;		/* in the built-in one; NULL: none */
	const struct pop3_mech *mechs;	/* in order of preference */
	size_t n_mechs;
	bool starttls;			/* STLS is possible on this listener */
	bool last;			/* LAST of RFC 1460 */
	bool no_nuls;			/* send 0x80 for NUL (features.md 4.3) */
	bool auto_deny;			/* the 513th octet ends without a reply */
	const char *implementation;	/* CAPA IMPLEMENTATION, or NULL */
	bool xmit;			/* XTND XMIT, for whom it is permitted */
	uint64_t xmit_max;		/* octets of a message sent by it */
	int expire_days;		/* CAPA EXPIRE; -1 NEVER; -2 not at all */
	unsigned login_delay;		/* CAPA LOGIN-DELAY seconds, 0 none */
	unsigned max_bad_before;	/* bad commands before login, then close */
	unsigned max_bad_after;		/* and after it */
	unsigned max_auth;		/* failed logins of one connection */
	size_t out_high;		/* pause above this many octets waiting */
};

/* What the session knows about the peer when it begins. */
struct pop3_peer {
	bool tls;			/* implicit TLS is up already */
	bool plaintext_ok;		/* passwords allowed without TLS */
	const char *stamp;		/* for the greeting: APOP is offered;
					 * "<random@host>", or NULL */
};

enum pop3_want {
	POP3_INPUT,	/* pop3_feed() more octets */
	POP3_DRAIN,	/* too much waits in pop3_out(); run again when drained */
	POP3_TLS,	/* flush, handshake, pop3_give_tls() */
	POP3_AUTH,	/* pop3_auth() says what; pop3_give_auth() */
	POP3_DROP,	/* open the maildrop; pop3_give_drop…() */
	POP3_MSG,	/* pop3_msg() says which; pop3_give_msg…() */
	POP3_COMMIT,	/* remove what pop3_deleted() marks; pop3_give_commit() */
	POP3_XMIT,	/* pop3_xmit() says what; pop3_give_xmit() */
	POP3_CLOSE	/* flush, shut down; pop3_end() says why */
};

enum pop3_state { POP3_AUTHORIZATION, POP3_TRANSACTION, POP3_UPDATE };

/* Why a session ended, for the one summary line. */
enum pop3_end {
	POP3_END_NONE,		/* still going (the session was cut) */
	POP3_END_QUIT,
	POP3_END_BAD_COMMANDS,
	POP3_END_AUTH_FAILED,	/* max_auth reached */
	POP3_END_OVERLONG,	/* more than 512 octets in one command: I-30 */
	POP3_END_INJECTION,	/* octets behind STLS (S-20) */
	POP3_END_NOT_POP3,	/* an HTTP request and the like (S-33) */
	POP3_END_TLS,		/* handshake failed */
	POP3_END_READ_ERROR,	/* a message broke off: cut without the dot (I3) */
	POP3_END_FLOOD,		/* a message of XTND XMIT without an end */
	POP3_END_MEMORY
};

struct pop3 *pop3_new(const struct pop3_conf *conf,
    const struct pop3_peer *peer);		/* NULL: out of memory */
void pop3_free(struct pop3 **p_p);		/* wipes what was secret */

/* The greeting waits in pop3_out() after the first pop3_run(). */
enum pop3_want pop3_run(struct pop3 *p);

/*
 * Octets from the peer.  How many were taken is returned; less than n means
 * stop reading until the engine wants INPUT again.
 */
size_t pop3_feed(struct pop3 *p, const void *bytes, size_t n);

/* Octets for the peer; pop3_sent() drops n of them. */
struct span pop3_out(const struct pop3 *p);
void pop3_sent(struct pop3 *p, size_t n);

/* TLS: octets fed before the answer and behind STLS end the session. */
void pop3_give_tls(struct pop3 *p, bool ok);

enum pop3_auth_kind {
	POP3_AUTH_PASS,		/* user and secret (USER/PASS) */
	POP3_AUTH_APOP,		/* user, and the digest as data; pop3_stamp() is
				 * what the peer was greeted with */
	POP3_AUTH_BEGIN,	/* mech; data is the initial response if has_data */
	POP3_AUTH_STEP,		/* data is the client's response */
	POP3_AUTH_ABORT		/* the client sent "*"; no answer is awaited,
				 * give FAIL at once */
};

struct pop3_auth {
	enum pop3_auth_kind kind;
	const char *mech;	/* "USER", "APOP", or the name as in pop3_conf */
	struct span user;
	struct span data;	/* password or SASL octets */
	bool has_data;
};

/* Valid while the want is AUTH. */
const struct pop3_auth *pop3_auth(const struct pop3 *p);
struct span pop3_stamp(const struct pop3 *p);	/* empty: no APOP */

enum pop3_auth_result {
	POP3_AUTH_OK,		/* now wants DROP */
	POP3_AUTH_MORE,		/* text: the server's challenge, raw */
	POP3_AUTH_FAIL,		/* [AUTH] */
	POP3_AUTH_TEMP,		/* [SYS/TEMP] */
	POP3_AUTH_PERM,		/* [SYS/PERM] */
	POP3_AUTH_DELAY		/* [LOGIN-DELAY]; text: seconds to wait */
};

void pop3_give_auth(struct pop3 *p, enum pop3_auth_result r,
    struct span text);

/* The list must live until the session ends or pop3_free(). */
void pop3_give_drop(struct pop3 *p, const struct droplist *list);

enum pop3_drop_fault {
	POP3_DROP_IN_USE,	/* [IN-USE]; age: seconds it is held, -1 unknown */
	POP3_DROP_TEMP,
	POP3_DROP_PERM
};
void pop3_give_drop_fault(struct pop3 *p, enum pop3_drop_fault f, long age);

struct pop3_msg {
	uint32_t number;	/* 1… */
	uint64_t octets;	/* as listed */
	bool top;		/* TOP: may stop early */
	uint32_t turn;		/* another one with each RETR and TOP */
};

/*
 * Valid while the want is MSG.  Give blocks of the stored message (LF or CRLF
 * line ends) in order; the engine may go to DRAIN in between and back.  When
 * it wants something else, or MSG with another turn, the message is done and
 * its source can be closed (a TOP may end before the last block; the next
 * pipelined command can ask for the same message from its beginning).
 */
const struct pop3_msg *pop3_msg(const struct pop3 *p);
#define POP3_BLOCK_MAX	((size_t)1 << 20)	/* octets in one block */
void pop3_give_msg(struct pop3 *p, const void *bytes, size_t n, bool last);
/*
 * Stored lines that need no change, as drop may know of a large message, can
 * go out unconverted where pop3_may_pass() says so.  Give how many octets the
 * session sent itself, behind all of pop3_out(), and as rest those that it
 * could not; then more of the same kind until a line has ended.
 */
bool pop3_may_pass(const struct pop3 *p);
void pop3_give_passed(struct pop3 *p, uint64_t sent, struct span rest,
    bool last);
/* Before the first block: -ERR (gone: no such message any more; else
 * [SYS/TEMP]).  After it: the session ends without the final dot. */
void pop3_give_msg_fault(struct pop3 *p, bool gone);

/*
 * Valid while the want is COMMIT: bit (i & 7) of octet i / 8 is message i + 1.
 * Nothing marked: the want does not come, QUIT is answered at once.
 */
const uint8_t *pop3_deleted(const struct pop3 *p, uint32_t *count_r);
void pop3_give_commit(struct pop3 *p, bool ok);

/*
 * XTND XMIT: a message from the client, for whoever sends mail.  OPEN is asked
 * before the client is told to begin: what may pass is refused there, for old
 * clients take a refusal at the end for good.  Of the four only OPEN, DATA and
 * END can be refused; ABORT: what was handed on is worth nothing, give GO at
 * once.  Behind any refusal the one who refused has forgotten the message; one
 * that was open is to be forgotten also when the session ends.
 */
enum pop3_xmit_kind {
	POP3_XMIT_OPEN,
	POP3_XMIT_DATA,		/* data: the next octets, CRLF lines, not
				 * dot-stuffed */
	POP3_XMIT_END,		/* it is whole; GO: it will be sent */
	POP3_XMIT_ABORT
};

#define POP3_XMIT_BLOCK	((size_t)32768)		/* octets in one DATA */
struct pop3_xmit {
	enum pop3_xmit_kind kind;
	struct span data;
};

/* Valid while the want is XMIT. */
const struct pop3_xmit *pop3_xmit(const struct pop3 *p);

enum pop3_xmit_result { POP3_XMIT_GO, POP3_XMIT_TEMP, POP3_XMIT_PERM };
/* text: words for the client; of GO to END the name the message has now. */
void pop3_give_xmit(struct pop3 *p, enum pop3_xmit_result r,
    struct span text);

/* May this account send?  Not until it is said. */
void pop3_permit_xmit(struct pop3 *p, bool yes);
/* The input wanted is a message's, not commands. */
bool pop3_taking(const struct pop3 *p);

struct pop3_stats {
	uint32_t retr, top, dele;	/* dele: marked when the session ended */
	uint64_t retr_octets, top_octets;
	uint32_t bad;			/* commands that were refused */
	uint32_t auth_failed;
	uint32_t xmit;			/* messages sent by XTND XMIT */
	uint64_t xmit_octets;
	uint32_t overlong;		/* octets that had come of the line
					 * behind POP3_END_OVERLONG */
	uint64_t commands;		/* lines that were commands, or in the
					 * middle of AUTH */
	const char *verb;		/* the last one's, a constant; "other"
					 * when it has no row, "response" */
};

enum pop3_state pop3_state(const struct pop3 *p);
enum pop3_end pop3_end(const struct pop3 *p);
const char *pop3_end_name(enum pop3_end end);	/* "quit", "overlong", … */
const struct pop3_stats *pop3_stats(const struct pop3 *p);
size_t pop3_memory(const struct pop3 *p);	/* octets held now */

/* From now on fn is told the dialogue, without its secrets (trace.h); NULL
 * ends that. */
void pop3_trace(struct pop3 *p, trace_fn *fn, void *arg);

/* True when nothing is unfinished: the peer is idle, not waiting for us. */
bool pop3_idle(const struct pop3 *p);

/*
 * End early for a reason of the session's (timeout, shutdown, kill): one -ERR
 * line is put out if the peer is not in the middle of a reply; wants CLOSE.
 */
void pop3_abort(struct pop3 *p, const char *text);

#endif
