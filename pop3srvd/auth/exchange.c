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

#include "pop3srvd/auth/answer.h"

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
	answer_login(x, at->id, verify, &ask);
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
		answer_login(x, id, verify, &ask);
	} else if (strcmp(m.binding_type, "apop") == 0) {
		ask.stamp = m.binding;
		answer_login(x, id, verify_apop, &ask);
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
