/*
 * passpolicy.h - what a new password must be
 *
 * Our own rules, and libpwquality's where it is built in: a dictionary, and
 * /etc/security/pwquality.conf.  Each refusal is a sentence for whoever chose the
 * password; the password is never part of it.
 */
#ifndef ACCT_PASSPOLICY_H
#define ACCT_PASSPOLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/span.h"

struct passpolicy {
	int64_t min_length;		/* characters */
	int64_t classes;		/* kinds of them */
};

struct passpolicy_ask {
	const char *name;		/* canonical */
	struct span password;
	struct span old;		/* in clear; empty: not known */
};

/* 0, or -1 with *e: ERR_CONFIG and the sentence. */
int passpolicy_check(const struct passpolicy *p,
    const struct passpolicy_ask *ask, struct err *e);

/* A dictionary is asked too. */
bool passpolicy_has_dictionary(void);

#endif
