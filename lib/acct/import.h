/*
 * import.h - one line of an account file, read and written
 *
 *	NAME[@DOMAIN]:SECRET[:ignored…]
 *
 * SECRET is a crypt string, {SCHEME}string, or {PLAIN}password.  The further
 * fields are those of Dovecot's passwd-file.  "!" before a crypt string locks
 * the account, as passwd(1) does.
 */
#ifndef ACCT_IMPORT_H
#define ACCT_IMPORT_H

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/span.h"
#include "lib/acct/acct.h"
#include "lib/acct/pwhash.h"

/*
 * Fill name, hash and locked of *a.  1: an account; 0: an empty line or a
 * comment; -1 with *e (ERR_CONFIG: the line; else our trouble).  Hashes
 * {PLAIN} here, which takes its time.
 */
int import_line(struct span line, const char *default_domain,
    struct pwhash *pw, struct acct_account *a, struct err *e);

/* SECRET alone, without "!": for account.add and account.passwd. */
int import_secret(struct span secret, struct pwhash *pw,
    char hash[ACCT_HASH], struct err *e);

/* The hash of a new password, after SASLprep. */
int import_password(struct span password, struct pwhash *pw,
    char hash[ACCT_HASH], struct err *e);

/* The line that import_line() reads back, without LF; 0, or -1 no room. */
int import_write(const struct acct_account *a, struct buf *out);

#endif
