/*
 * sasl_mech.h - between sasl.c and the speaker it was built with
 *
 * A speaker is sasl_gsasl.c or sasl_own.c.  It is fed one response at a time,
 * with a NUL behind the data, never an empty one it could not expect.
 */
#ifndef ACCT_SASL_MECH_H
#define ACCT_SASL_MECH_H

#include "lib/acct/sasl.h"

struct sasl_mech {
	const char *name;
	bool server_first;	/* begins with a challenge (RFC 4422 3.) */
	unsigned steps;		/* responses that it can take at most */
};

/* What the speaker collected; all NUL-terminated copies, or NULL. */
struct sasl_got {
	char *authid;
	char *authzid;
	char *password;
};

extern const struct sasl_mech sasl_mechs[];	/* ends with a NULL name */

struct speaker;
struct session;

struct speaker *speaker_new(struct err *e);
void speaker_free(struct speaker *sp);

struct session *session_new(struct speaker *sp, const struct sasl_mech *m,
    struct sasl_got *got, struct err *e);
void session_free(struct session *s);
enum sasl_step session_step(struct session *s, struct span in,
    struct buf *out, struct err *e);

#endif
