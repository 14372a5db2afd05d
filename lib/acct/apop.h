/*
 * apop.h - the secrets of APOP (RFC 1939 section 7)
 *
 * The server must know the secret itself, not a hash of it: it is kept
 * encrypted (AES-256-GCM) under a key that is not in the database, together
 * with the account's name, so that a record is of no use in another's place.
 */
#ifndef ACCT_APOP_H
#define ACCT_APOP_H

#include <stdbool.h>

#include "lib/base/digest.h"
#include "lib/base/err.h"
#include "lib/base/span.h"
#include "lib/acct/acct.h"

#define APOP_SECRET	512		/* octets at most */

struct apop_key {
	unsigned char key[SEAL_KEY];
	bool there;
};

/* secret into a->apop, for a->name.  -1 with *e: ERR_CONFIG it is empty or too
 * long, ERR_PERM there is no key, ERR_TEMP the library fails. */
int apop_seal(const struct apop_key *k, struct span secret,
    struct acct_account *a, struct err *e);

enum apop_outcome {
	APOP_RIGHT,
	APOP_WRONG,
	APOP_UNREADABLE		/* the secret is of another key, or damaged */
};

/*
 * Does digest (32 hexadecimal digits) prove that the peer, greeted with stamp,
 * knows the secret of a?  The same work whether a has one or not.
 */
enum apop_outcome apop_check(const struct apop_key *k,
    const struct acct_account *a, struct span stamp, struct span digest);

/* a has a secret, and this key opens it. */
bool apop_usable(const struct apop_key *k, const struct acct_account *a);

#endif
