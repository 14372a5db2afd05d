/*
 * poppass.h - the password-change protocol of Eudora and webmail (TCP 106)
 *
 * No RFC: what Dorner's clients and servers speak (seeds.md C).  The dialogue
 * is USER, PASS, NEWPASS, QUIT; a reply is one line of three digits, a space
 * and words, which Eudora shows to its user.  The shape is that of pop3.h:
 *
 *	poppass_feed() … want = poppass_run() … serve … poppass_give() … run
 */
#ifndef PROTO_POPPASS_H
#define PROTO_POPPASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/span.h"

#include "lib/proto/trace.h"

struct poppass;

/* Shared by all sessions of a listener; must outlive them. */
struct poppass_conf {
	bool on;			/* else: one reply, and the end */
	bool auto_deny;			/* the 513th octet ends without a reply */
	unsigned max_bad_before;	/* bad commands before login, then close */
	unsigned max_bad_after;		/* and after it, refused wishes too */
	unsigned max_auth;		/* failed logins of one connection */
};

enum poppass_want {
	POPPASS_INPUT,	/* poppass_feed() more octets */
	POPPASS_AUTH,	/* is this the user's password? poppass_give() */
	POPPASS_CHANGE,	/* make it the new one; poppass_give() */
	POPPASS_CLOSE	/* flush, shut down; poppass_end() says why */
};

/* Why a session ended, for the one summary line. */
enum poppass_end {
	POPPASS_END_NONE,		/* still going (the session was cut) */
	POPPASS_END_QUIT,
	POPPASS_END_OFF,		/* switched off */
	POPPASS_END_BAD_COMMANDS,
	POPPASS_END_AUTH_FAILED,	/* max_auth reached */
	POPPASS_END_OVERLONG,		/* more than 512 octets in one command */
	POPPASS_END_FOREIGN,		/* an HTTP request and the like (S-33) */
	POPPASS_END_MEMORY
};

/* private_ok: a password may come, for TLS is up or the peer is ours. */
struct poppass *poppass_new(const struct poppass_conf *conf, bool private_ok);
void poppass_free(struct poppass **p_p);	/* wipes what was secret */

/* The greeting waits in poppass_out() after the first poppass_run(). */
enum poppass_want poppass_run(struct poppass *p);

/* How many octets were taken; less than n: stop until INPUT is wanted. */
size_t poppass_feed(struct poppass *p, const void *bytes, size_t n);

/* Octets for the peer; poppass_sent() drops n of them. */
struct span poppass_out(const struct poppass *p);
void poppass_sent(struct poppass *p, size_t n);

struct poppass_question {
	struct span user, password;	/* the present one */
	struct span wish;		/* CHANGE: the new one */
};

/* Valid while the want is AUTH or CHANGE. */
const struct poppass_question *poppass_question(const struct poppass *p);

enum poppass_result {
	POPPASS_OK,
	POPPASS_FAIL,		/* wrong credentials */
	POPPASS_TEMP,		/* try again later */
	POPPASS_PERM		/* AUTH: not possible; CHANGE: text says why,
				 * a sentence for the user */
};
void poppass_give(struct poppass *p, enum poppass_result r,
    struct span text);

struct poppass_stats {
	uint32_t changed;
	uint32_t bad;			/* commands that were refused */
	uint32_t auth_failed;
	uint32_t overlong;		/* octets of the line behind
					 * POPPASS_END_OVERLONG */
};

/* Has the present password been shown? */
bool poppass_logged_in(const struct poppass *p);
enum poppass_end poppass_end(const struct poppass *p);
const char *poppass_end_name(enum poppass_end end);
const struct poppass_stats *poppass_stats(const struct poppass *p);
size_t poppass_memory(const struct poppass *p);
bool poppass_idle(const struct poppass *p);

/* trace.h; NULL ends it. */
void poppass_trace(struct poppass *p, trace_fn *fn, void *arg);

/* End early (timeout, shutdown, kill): one line, then wants CLOSE.  A response
 * code of POP3 before text is left out. */
void poppass_abort(struct poppass *p, const char *text);

#endif
