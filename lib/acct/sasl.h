/*
 * sasl.h - the server's side of SASL mechanisms (RFC 4422)
 *
 * Libgsasl speaks them where it is there, else our own PLAIN and LOGIN.  What
 * comes out of an exchange is what the client claims; verify.h decides.
 * Octets here are raw, without base64.
 */
#ifndef ACCT_SASL_H
#define ACCT_SASL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/span.h"

#define SASL_CHALLENGE_MAX	4096

/* The library; one a process.  NULL with *e. */
struct sasl;
struct sasl *sasl_new(struct err *e);
void sasl_free(struct sasl **s_p);

/* The name as in our table, whatever its case, or NULL: not spoken here. */
const char *sasl_mech(const char *name);

enum sasl_step {
	SASL_MORE,		/* send the challenge, call sasl_step() again */
	SASL_CLAIM,		/* over: sasl_claim() is to be checked */
	SASL_REFUSED,		/* over: the client broke the mechanism */
	SASL_FAULT		/* over: our trouble, *e says which */
};

struct sasl_claim {
	const char *authid;	/* whose password it is; never empty */
	const char *authzid;	/* who to be, "" the same */
	struct span password;	/* may be empty: refuse it */
};

struct sasl_exchange;

/* The library must outlive it.  NULL with *e: ERR_PROTO not spoken here. */
struct sasl_exchange *sasl_begin(struct sasl *s, const char *mech,
    struct err *e);

/* Wipes and frees at any time, finished or not. */
void sasl_end(struct sasl_exchange **x_p);

/*
 * The first call takes the initial response, or NULL when there was none; the
 * others a response.  A challenge is appended to out (it may be empty).
 */
enum sasl_step sasl_step(struct sasl_exchange *x, const struct span *in,
    struct buf *out, struct err *e);

/* After SASL_CLAIM, until sasl_end(). */
struct sasl_claim sasl_claim(const struct sasl_exchange *x);

/*
 * SASLprep (RFC 4013) of UTF-8 text into out of n octets.  0; 1 when the text
 * is not what SASLprep allows, or does not fit; plain copy where libgsasl is
 * not there.  text has no NUL.
 */
int sasl_prep(struct span text, char *out, size_t n);

#endif
