/*
 * newpass.h - a new password of an account, in all its stored forms
 *
 * The hash, the APOP secret if there is one, the former hashes: one
 * transaction, so that after a crash all of them are the old ones or the new.
 */
#ifndef ACCT_NEWPASS_H
#define ACCT_NEWPASS_H

#include "lib/base/err.h"
#include "lib/base/span.h"
#include "lib/acct/acct.h"
#include "lib/acct/apop.h"
#include "lib/acct/passpolicy.h"
#include "lib/acct/pwhash.h"

struct newpass {
	struct pwhash *pw;
	const struct apop_key *apop;
	struct passpolicy policy;
	uint32_t history;	/* former passwords that must differ */
	int64_t now;		/* wall milliseconds */
	bool forced;		/* an administrator insists: no policy */
	struct err *doubt;	/* an administrator is only told what the
				 * policy says; NULL: that is refused */
	struct span old;	/* in clear; empty: not known */
};

/* Would it be taken?  a as it is now.  -1 with *e: ERR_CONFIG and a sentence
 * for whoever chose it, ERR_TEMP, ERR_PERM.  With doubt that sentence stands
 * there, and it would. */
int newpass_judge(const struct newpass *n, struct acct_backend *b,
    const struct acct_account *a, struct span password, struct err *e);

/*
 * Judge, and change a, which is as it was looked up, in b.  The APOP secret
 * becomes the new password; without its key it is dropped.  Also ERR_BUSY:
 * somebody else changed it in between.
 */
int newpass_set(const struct newpass *n, struct acct_backend *b,
    struct acct_account *a, struct span password, struct err *e);

#endif
