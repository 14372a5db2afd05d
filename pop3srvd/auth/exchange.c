/*
 * exchange.c - logins that front asks about
 *
 * Runs in: auth.  Trusts: exact-length requests from front.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/mem.h"

#include "pop3srvd/auth/change.h"
#include "pop3srvd/auth/exchange.h"

#define TICKET_MS	60000
#define SENDER_MS	86400000	/* of use as long as the session is */
#define TICKET_OCTETS	4096
#define ADDRESSES_OCTETS 3072		/* with the rest still a ticket */

struct exchange {
	struct exchange *older, *newer;
	uint32_t id;
	int64_t ends;			/* monotonic milliseconds */
	struct sasl_exchange *sasl;
	char default_domain[NAMES_DOMAIN];
};

static struct exchange *
find(const struct exchanges *x, uint32_t id)
{
	struct exchange *at;

	for (at = x->newest; at != NULL; at = at->older)
		if (at->id == id)
			return at;
	return NULL;
}

static void
end(struct exchanges *x, struct exchange **at_p)
{
	struct exchange *at = *at_p;

	*(at->older != NULL ? &at->older->newer : &x->oldest) = at->newer;
	*(at->newer != NULL ? &at->newer->older : &x->newest) = at->older;
	x->n--;
	sasl_end(&at->sasl);
	free(at);
	*at_p = NULL;
}

static void
end_old(struct exchanges *x, int64_t now)
{
	struct exchange *at;

	while ((at = x->oldest) != NULL && at->ends <= now)
		end(x, &at);
}

/* Our own trouble goes to the log here; front words what the peer sees. */
static void
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

static void
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

/* The peer hears that it was wrong, the administrator why it cannot be right. */
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

typedef enum verify_outcome verifier(struct verify *v,
    const struct verify_ask *ask, struct acct_account *a,
    const char **reason_r, struct err *e);

static void
decide(struct exchanges *x, uint32_t id, verifier *check,
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

static bool
offered(const struct conf *conf, const char *mech)
{
	size_t i;

	for (i = 0; i < conf->auth.mechanisms.n; i++)
		if (strcasecmp(conf->auth.mechanisms.at[i], mech) == 0)
			return true;
	return false;
}

static struct exchange *
open_exchange(struct exchanges *x, uint32_t id, const struct msg_auth *m,
    struct err *e)
{
	struct exchange *at = mem_new(1, sizeof(*at));

	if (at == NULL) {
		err_set(e, ERR_TEMP, "no memory for a login");
		return NULL;
	}
	at->sasl = sasl_begin(x->auth->sasl, m->mech, e);
	if (at->sasl == NULL) {
		free(at);
		return NULL;
	}
	at->id = id;
	at->ends = loop_time(x->auth->loop)->mono + EXCHANGE_MS;
	snprintf(at->default_domain, sizeof(at->default_domain), "%s",
	    m->default_domain == NULL ? "" : m->default_domain);
	at->older = x->newest;
	*(x->newest != NULL ? &x->newest->newer : &x->oldest) = at;
	x->newest = at;
	x->n++;
	return at;
}

static void
decide_claim(struct exchanges *x, struct exchange *at)
{
	struct sasl_claim c = sasl_claim(at->sasl);
	struct verify_ask ask;

	ask.name = span_of(c.authid);
	ask.authzid = span_of(c.authzid);
	ask.password = c.password;
	ask.default_domain = at->default_domain;
	ask.now = loop_time(x->auth->loop)->mono;
	decide(x, at->id, verify, &ask);
}

/* One response into the exchange, one answer out; it ends unless MORE. */
static void
go_on(struct exchanges *x, struct exchange *at, const struct span *in)
{
	struct msg_auth_result r = { .outcome = MSG_AUTH_MORE };
	struct buf challenge;
	enum sasl_step step;
	struct err e;

	err_clear(&e);
	buf_init(&challenge, SASL_CHALLENGE_MAX);
	step = sasl_step(at->sasl, in, &challenge, &e);
	r.user = r.reason = "";
	r.data = buf_span(&challenge);
	if (step == SASL_MORE)
		x->answer(x->arg, at->id, &r);
	else if (step == SASL_CLAIM)
		decide_claim(x, at);
	else if (step == SASL_REFUSED)
		answer_fail(x, at->id, "", "sasl");
	else
		answer_fault(x, at->id, "sasl", &e);
	buf_wipe(&challenge);
	if (step != SASL_MORE)
		end(x, &at);
}

void
exchanges_init(struct exchanges *x, struct auth *auth)
{
	memset(x, 0, sizeof(*x));
	x->auth = auth;
}

void
exchanges_clear(struct exchanges *x)
{
	struct exchange *at;

	while ((at = x->oldest) != NULL)
		end(x, &at);
}

int
exchange_pass(struct exchanges *x, uint32_t id, struct span body)
{
	struct verify_ask ask;
	struct msg_auth m;

	if (msg_auth_unpack(&m, body) < 0 || find(x, id) != NULL)
		return -1;
	ask.name = m.user;
	ask.authzid = span_of("");
	ask.password = m.data;
	ask.default_domain = m.default_domain;
	ask.now = loop_time(x->auth->loop)->mono;
	if (strcmp(m.mech, "APOP") != 0) {
		decide(x, id, verify, &ask);
	} else if (strcmp(m.binding_type, "apop") == 0) {
		ask.stamp = m.binding;
		decide(x, id, verify_apop, &ask);
	} else {
		return -1;
	}
	return 0;
}

int
exchange_begin(struct exchanges *x, uint32_t id, struct span body)
{
	struct exchange *at;
	struct msg_auth m;
	struct err e;

	if (msg_auth_unpack(&m, body) < 0 || find(x, id) != NULL)
		return -1;
	end_old(x, loop_time(x->auth->loop)->mono);
	if (sasl_mech(m.mech) == NULL || !offered(x->auth->conf, m.mech)) {
		answer_fail(x, id, "", "mechanism");
		return 0;
	}
	/* Whoever opens many and leaves them must not keep others out: a
	 * client that means it has answered before a thousand more came. */
	if (x->n >= EXCHANGES_MAX && (at = x->oldest) != NULL)
		end(x, &at);
	at = open_exchange(x, id, &m, &e);
	if (at == NULL)
		answer_fault(x, id, "sasl", &e);
	else
		go_on(x, at, m.has_data ? &m.data : NULL);
	return 0;
}

int
exchange_step(struct exchanges *x, uint32_t id, struct span body)
{
	struct exchange *at = find(x, id);
	struct err e;

	if (at == NULL) {
		err_set(&e, ERR_TEMP, "the SASL exchange is too old");
		answer_fault(x, id, "expired", &e);
		return 0;
	}
	go_on(x, at, &body);
	return 0;
}

int
exchange_abort(struct exchanges *x, uint32_t id, struct span body)
{
	struct exchange *at = find(x, id);

	if (body.len != 0)
		return -1;
	if (at != NULL)
		end(x, &at);
	return 0;
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

static void
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

int
exchange_change(struct exchanges *x, uint32_t id, struct span body)
{
	struct change_ask ask;
	struct msg_change m;

	if (msg_change_unpack(&m, body) < 0 || find(x, id) != NULL)
		return -1;
	memset(&ask, 0, sizeof(ask));
	ask.present.name = m.user;
	ask.present.authzid = span_of("");
	ask.present.password = m.old;
	ask.present.default_domain = m.default_domain;
	ask.present.now = loop_time(x->auth->loop)->mono;
	ask.new = m.new;
	answer_change(x, id, &ask, &m.peer);
	return 0;
}
