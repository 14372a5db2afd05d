/*
 * answer.c - what front is told of a login or a change
 *
 * Runs in: auth.  Trusts: what verify and the account database say.
 */
#include <string.h>

#include "lib/base/mem.h"

#include "pop3srvd/auth/answer.h"

#define TICKET_MS	60000
#define SENDER_MS	86400000	/* of use as long as the session is */
#define TICKET_OCTETS	4096
#define ADDRESSES_OCTETS 3072		/* with the rest still a ticket */

/* Our own trouble goes to the log here; front words what the peer sees. */
void
answer_fault(struct exchanges *x, uint32_t id, const char *reason,
    const struct err *e)
{
	struct msg_auth_result r = { .outcome = MSG_AUTH_TEMP };

	if (e->class == ERR_PERM)
		r.outcome = MSG_AUTH_PERM;
	r.user = "";
	r.reason = reason;
	log_error(x->auth->log, LOG_LEVEL_ERROR, NULL, "login not decided", e);
	x->answer(x->arg, id, &r);
}

void
answer_fail(struct exchanges *x, uint32_t id, const char *user,
    const char *reason)
{
	struct msg_auth_result r = { .outcome = MSG_AUTH_FAIL };

	r.user = user;
	r.reason = reason;
	x->answer(x->arg, id, &r);
}

static void
fill_ticket(const struct exchanges *x, const struct acct_account *a,
    struct ticket *t)
{
	memset(t, 0, sizeof(*t));
	t->account = a->name;
	t->maildrop = a->maildrop;
	t->quota = (uint64_t)(a->quota == ACCT_QUOTA_DEFAULT ?
	    x->auth->conf->mail.quota : a->quota);
	t->expires = loop_time(x->auth->loop)->wall + TICKET_MS;
}

static int
sender_ticket(struct exchanges *x, const struct acct_account *a,
    struct buf *addresses, struct buf *out, struct err *e)
{
	struct ticket t;

	if (acct_addresses(x->auth->verify.acct, a->name, addresses, e) < 0)
		return -1;
	fill_ticket(x, a, &t);
	t.expires += SENDER_MS;
	if (buf_addc(addresses, '\0') < 0)
		return err_set(e, ERR_TEMP, "no memory for a ticket");
	t.addresses = buf_data(addresses);
	if (ticket_write(&t, x->auth->sender_key, out) < 0)
		return err_set(e, ERR_TEMP, "no ticket could be made");
	return 0;
}

/* For relay; nothing when this account may not send, or without the key: then
 * XTND XMIT is refused, the login is not. */
static void
write_sender(struct exchanges *x, const struct acct_account *a,
    struct buf *out)
{
	struct buf addresses;
	struct err e;

	if (!a->xmit || !x->auth->has_sender_key)
		return;
	buf_init(&addresses, ADDRESSES_OCTETS);
	if (sender_ticket(x, a, &addresses, out, &e) < 0)
		log_error(x->auth->log, LOG_LEVEL_ERROR, NULL,
		    "sending not decided", &e);
	buf_free(&addresses);
}

static void
answer_ticket(struct exchanges *x, uint32_t id, const struct acct_account *a)
{
	struct msg_auth_result r = { .outcome = MSG_AUTH_OK };
	struct auth *auth = x->auth;
	struct buf b, sender;
	struct ticket t;
	struct err e;

	fill_ticket(x, a, &t);
	buf_init(&b, TICKET_OCTETS);
	buf_init(&sender, TICKET_OCTETS);
	r.user = a->name;
	r.reason = "";
	if (auth->has_key && ticket_write(&t, auth->key, &b) == 0) {
		write_sender(x, a, &sender);
		r.data = buf_span(&b);
		r.sender = buf_span(&sender);
		x->answer(x->arg, id, &r);
	} else {
		err_set(&e, ERR_TEMP, "no ticket could be made");
		answer_fault(x, id, "ticket", &e);
	}
	buf_wipe(&b);
	buf_wipe(&sender);
}

/* What was tried, for the log: canonical, or as typed up to a NUL. */
static void
tried(const struct acct_account *a, struct span typed, char out[NAMES_MAX])
{
	size_t n = typed.len < NAMES_MAX - 1 ? typed.len : NAMES_MAX - 1;
	const char *nul = memchr(typed.ptr, '\0', n);

	if (a->name[0] != '\0') {
		memcpy(out, a->name, sizeof(a->name));
		return;
	}
	if (nul != NULL)
		n = (size_t)(nul - typed.ptr);
	memcpy(out, typed.ptr, n);
	out[n] = '\0';
}

/* The peer hears that it was wrong, the administrator why it cannot be
 * right. */
static void
warn_apop(struct exchanges *x, const char *user)
{
	const struct log_field fields[] = {
		LOG_STR("user", user),
		LOG_STR("hint", "encrypted by another key: pop3ctl account "
		    "apop sets it anew"),
		{ NULL }
	};

	log_event(x->auth->log, LOG_LEVEL_ERROR, NULL,
	    "apop secret unreadable", fields);
}

void
answer_login(struct exchanges *x, uint32_t id, answer_verifier *check,
    const struct verify_ask *ask)
{
	struct acct_account a;
	char user[NAMES_MAX];
	const char *reason;
	struct err e;

	switch (check(&x->auth->verify, ask, &a, &reason, &e)) {
	case VERIFY_OK:
		answer_ticket(x, id, &a);
		break;
	case VERIFY_FAIL:
		tried(&a, ask->name, user);
		if (strcmp(reason, "apop-key") == 0)
			warn_apop(x, user);
		answer_fail(x, id, user, reason);
		break;
	default:
		answer_fault(x, id, reason, &e);
		break;
	}
	mem_wipe(&a, sizeof(a));
}

static void
answer_word(struct exchanges *x, uint32_t id, enum msg_auth_outcome outcome,
    const struct acct_account *a, const char *sentence)
{
	struct msg_auth_result r = { .outcome = outcome };

	r.user = a->name;
	r.reason = outcome == MSG_AUTH_OK ? "" : "policy";
	r.data = span_of(sentence);
	x->answer(x->arg, id, &r);
}

void
answer_change(struct exchanges *x, uint32_t id, const struct change_ask *ask,
    const struct addr *peer)
{
	struct acct_account a;
	char user[NAMES_MAX];
	const char *reason;
	struct err e;

	switch (change_password(x->auth, ask, &a, &reason, &e)) {
	case CHANGE_DONE:
		change_log(x->auth, a.name, "owner", peer);
		answer_word(x, id, MSG_AUTH_OK, &a, "");
		break;
	case CHANGE_WRONG:
		tried(&a, ask->present.name, user);
		answer_fail(x, id, user, reason);
		break;
	case CHANGE_REFUSED:
		answer_word(x, id, MSG_AUTH_PERM, &a, e.text);
		break;
	case CHANGE_TEMP:
		e.class = ERR_TEMP;
		answer_fault(x, id, "database", &e);
		break;
	}
	mem_wipe(&a, sizeof(a));
}
