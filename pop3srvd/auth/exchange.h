/*
 * exchange.h - logins that front asks about
 *
 * A login is one question (USER/PASS), or a SASL exchange of several.  Open
 * exchanges are kept per channel by the id that front gave them, bounded in
 * number (the oldest goes) and age.
 *
 * Runs in: auth.  Trusts: exact-length requests from front.
 */
#ifndef AUTH_EXCHANGE_H
#define AUTH_EXCHANGE_H

#include <stdint.h>

#include "lib/base/span.h"
#include "pop3srvd/auth/auth.h"
#include "pop3srvd/ipc/msg.h"

#define EXCHANGES_MAX	1024
#define EXCHANGE_MS	300000

struct exchange;

struct exchanges {
	struct auth *auth;
	struct exchange *oldest;	/* a list by age */
	struct exchange *newest;
	size_t n;
	/* the answer to the question with this id */
	void (*answer)(void *arg, uint32_t id,
	    const struct msg_auth_result *r);
	void *arg;
};

void exchanges_init(struct exchanges *x, struct auth *auth);
void exchanges_clear(struct exchanges *x);

/*
 * Each takes the body of its frame.  0, or -1 when front broke the rules: the
 * record is not whole, or the id is in use.  A question about an exchange that
 * ended early is no breach: the answer is TEMP.
 */
int exchange_pass(struct exchanges *x, uint32_t id, struct span body);
int exchange_begin(struct exchanges *x, uint32_t id, struct span body);
int exchange_step(struct exchanges *x, uint32_t id, struct span body);
int exchange_abort(struct exchanges *x, uint32_t id, struct span body);
/* A change of password: OK; FAIL the present one is wrong; PERM with the reason
 * as data; TEMP. */
int exchange_change(struct exchanges *x, uint32_t id, struct span body);

#endif
