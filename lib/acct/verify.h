/*
 * verify.h - may somebody with this name and password log in
 *
 * One place for every way a password can arrive.  An unknown name, a locked
 * account and a wrong password cost the same processor time; the caller gives
 * them the same reply.
 */
#ifndef ACCT_VERIFY_H
#define ACCT_VERIFY_H

#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/span.h"
#include "lib/acct/acct.h"
#include "lib/acct/apop.h"
#include "lib/acct/cache.h"
#include "lib/acct/pwhash.h"

struct verify {
	struct acct *acct;
	struct pwhash *pw;
	struct cache *cache;
	struct apop_key apop;
};

struct verify_ask {
	struct span name;		/* whose password */
	struct span authzid;		/* who to be; empty, or the same */
	struct span password;
	struct span stamp;		/* verify_apop() alone */
	const char *default_domain;
	int64_t now;			/* monotonic milliseconds */
};

enum verify_outcome { VERIFY_OK, VERIFY_FAIL, VERIFY_TEMP, VERIFY_PERM };

/*
 * *a is the account when OK; otherwise its name is the canonical form of what
 * was tried, or "".  *reason_r is a word for the log, NULL when OK:
 * "wrong-password", "unknown-user", "locked", "domain-locked", "bad-name",
 * "empty-password", "bad-password" (too long, NUL), "no-usable-hash",
 * "other-identity" (authzid), "database" (then *e says what).
 */
enum verify_outcome verify(struct verify *v, const struct verify_ask *ask,
    struct acct_account *a, const char **reason_r, struct err *e);

/*
 * The same for APOP: the digest stands in the place of the password, and stamp
 * is what the peer was greeted with.  Further words: "no-apop-secret",
 * "wrong-digest", "apop-key" (the secret was encrypted by another key, or is
 * damaged).
 */
enum verify_outcome verify_apop(struct verify *v, const struct verify_ask *ask,
    struct acct_account *a, const char **reason_r, struct err *e);

#endif
