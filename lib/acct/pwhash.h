/*
 * pwhash.h - making and checking crypt(5) strings
 *
 * A check takes its scheme's time: 15 ms for yescrypt.  No password longer
 * than 512 octets or with a NUL gets as far as crypt (S-27).
 */
#ifndef ACCT_PWHASH_H
#define ACCT_PWHASH_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/err.h"
#include "lib/base/span.h"

#define PWHASH_TEXT	384		/* CRYPT_OUTPUT_SIZE */
#define PWHASH_PASSWORD	512

struct pwhash;

/* prefix is the scheme of new hashes: "$y$".  NULL with *e: ERR_CONFIG when
 * libcrypt cannot make such hashes, ERR_TEMP no memory or random octets. */
struct pwhash *pwhash_new(const char *prefix, struct err *e);
/* pwhash_new(prefix) would make another like it, at the cost of a hash. */
bool pwhash_is(const struct pwhash *p, const char *prefix);
void pwhash_free(struct pwhash **p_p);

/* A new hash.  Refuses an empty or too long password (ERR_CONFIG). */
int pwhash_make(struct pwhash *p, struct span password,
    char out[PWHASH_TEXT], struct err *e);

/* In the same time whether right or wrong. */
bool pwhash_check(struct pwhash *p, const char *hash, struct span password);

/* A hash that nothing matches but costs what a new one does: check against
 * it for a name that does not exist. */
const char *pwhash_dummy(const struct pwhash *p);

/* May this password be checked at all: not empty, not too long, no NUL. */
bool pwhash_password(struct span password);

/*
 * A stored string that a password could ever match: a scheme we accept, and
 * complete.  "", "*", "!", "x", "*0" and the fast old schemes are not.
 */
int pwhash_usable(const char *hash, struct err *e);

/* "yescrypt", "bcrypt", …; "none" for what is not usable. */
const char *pwhash_scheme(const char *hash);

#endif
