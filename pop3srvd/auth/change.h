/*
 * change.h - an owner changes the password
 *
 * The present one is checked by the same path as a login; then the account's
 * flag and the policy decide, and all stored forms are renewed in one
 * transaction.
 */
#ifndef AUTH_CHANGE_H
#define AUTH_CHANGE_H

#include "lib/acct/newpass.h"
#include "lib/base/addr.h"

#include "pop3srvd/auth/auth.h"

struct change_ask {
	struct verify_ask present;	/* whose, and the present password */
	struct span new;
};

enum change_outcome {
	CHANGE_DONE,
	CHANGE_WRONG,		/* the login would have failed: *reason_r */
	CHANGE_REFUSED,		/* *e: a sentence for the owner */
	CHANGE_TEMP		/* *e: our trouble */
};

/* *a is the account, as verify() leaves it. */
enum change_outcome change_password(struct auth *auth,
    const struct change_ask *ask, struct acct_account *a,
    const char **reason_r, struct err *e);

/* What the settings say of new passwords. */
struct newpass change_rules(struct auth *auth);

/* One line in the log: who did it by what. */
void change_log(struct auth *auth, const char *user, const char *by,
    const struct addr *peer);

#endif
