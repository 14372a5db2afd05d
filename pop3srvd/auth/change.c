/*
 * change.c - an owner changes the password
 *
 * Runs in: auth.  Trusts: nobody who has not shown the present password.
 */
#include <string.h>

#include "lib/base/mem.h"

#include "pop3srvd/auth/change.h"

struct newpass
change_rules(struct auth *auth)
{
	const struct conf_auth *c = &auth->conf->auth;
	struct newpass n;

	memset(&n, 0, sizeof(n));
	n.pw = auth->verify.pw;
	n.apop = &auth->verify.apop;
	n.policy.min_length = c->password_min_length;
	n.policy.classes = c->password_classes;
	n.history = (uint32_t)c->password_history;
	n.now = loop_time(auth->loop)->wall;
	return n;
}

void
change_log(struct auth *auth, const char *user, const char *by,
    const struct addr *peer)
{
	char text[ADDR_TEXT] = "local";
	const struct log_field fields[] = {
		LOG_STR("user", user),
		LOG_STR("by", by),
		LOG_STR("peer", peer == NULL ? text : addr_text(peer, text)),
		{ NULL }
	};

	log_event(auth->log, LOG_LEVEL_INFO, NULL, "password changed",
	    fields);
}

static enum change_outcome
outcome_of(struct err *e)
{
	switch (e->class) {
	case ERR_CONFIG:
		return CHANGE_REFUSED;
	case ERR_NOTFOUND:	/* another backend knows the account */
		err_set(e, ERR_CONFIG, "The password of this account cannot "
		    "be changed here.");
		return CHANGE_REFUSED;
	default:
		return CHANGE_TEMP;
	}
}

static enum change_outcome
renew(struct auth *auth, const struct change_ask *ask,
    struct acct_account *a, struct err *e)
{
	struct acct_backend *b = acct_administered(auth->verify.acct, e);
	struct newpass n = change_rules(auth);

	if (b == NULL)
		return CHANGE_TEMP;
	if (a->fixed) {
		err_set(e, ERR_CONFIG, "The password of this account is "
		    "changed by the administrator only.");
		return CHANGE_REFUSED;
	}
	n.old = ask->present.password;
	err_clear(e);
	if (newpass_set(&n, b, a, ask->new, e) < 0)
		return outcome_of(e);
	return CHANGE_DONE;
}

enum change_outcome
change_password(struct auth *auth, const struct change_ask *ask,
    struct acct_account *a, const char **reason_r, struct err *e)
{
	switch (verify(&auth->verify, &ask->present, a, reason_r, e)) {
	case VERIFY_OK:
		return renew(auth, ask, a, e);
	case VERIFY_FAIL:
		return CHANGE_WRONG;
	default:
		return CHANGE_TEMP;
	}
}
