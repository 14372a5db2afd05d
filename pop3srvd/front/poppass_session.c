/*
 * poppass_session.c - password changes as one of the protocols of a session
 *
 * Gate, limits, delays and the count of failed logins are those of POP3: who
 * may not try passwords there may not try them here (seeds.md P-22).  A
 * session opens no maildrop and never leaves the list of those that have not
 * logged in, so limits.login_timeout bounds all of it.
 *
 * Runs in: front.
 * Trusts: nothing from the peer; auth for whose password it is.
 */
#include <stdlib.h>

#include "lib/base/mem.h"

#include "lib/proto/poppass.h"

#include "pop3srvd/front/engine.h"
#include "pop3srvd/front/guard.h"
#include "pop3srvd/front/login.h"
#include "pop3srvd/front/ports.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/turn.h"
#include "pop3srvd/front/vserver.h"

static int
begin(struct session *s)
{
	bool private = conn_tls(s->conn) || s->proxy_tls ||
	    vserver_plaintext_ok(s->vs, &s->peer);

	s->pass = poppass_new(&s->vs->poppass, private);
	return s->pass == NULL ? -1 : 0;
}

static void
discard(struct session *s)
{
	poppass_free(&s->pass);
}

static int
ask_login(struct session *s, const struct poppass_question *q)
{
	const struct msg_auth m = {
		.mech = "USER",
		.user = q->user,
		.data = q->password,
		.has_data = true,
		.listener = s->vs->name,
		.default_domain = s->vs->default_domain,
		.peer = s->peer,
		.tls = conn_tls(s->conn) || s->proxy_tls,
		.binding_type = "",
		.binding = span_of("")
	};

	guard_try(s, q->user, true);
	guard_try(s, q->password, false);
	return auth_pool_begin(s->srv->auths, s->auth_helper, MSG_AUTH_PASS,
	    s->sid, &m);
}

static int
ask_change(struct session *s, const struct poppass_question *q)
{
	const struct msg_change m = {
		.user = q->user,
		.old = q->password,
		.new = q->wish,
		.listener = s->vs->name,
		.default_domain = s->vs->default_domain,
		.peer = s->peer,
		.tls = conn_tls(s->conn) || s->proxy_tls
	};

	return auth_pool_change(s->srv->auths, s->auth_helper, s->sid, &m);
}

static void
trace(struct session *s, trace_fn *fn)
{
	poppass_trace(s->pass, fn, s);
}

static int
ask(struct session *s)
{
	const struct poppass_question *q = poppass_question(s->pass);
	int r = poppass_run(s->pass) == POPPASS_CHANGE ? ask_change(s, q) :
	    ask_login(s, q);

	s->mech = "poppass";
	s->auth_knows = r == 0;
	return r;
}

static int
keep_account(struct session *s, const struct msg_auth_result *r)
{
	char *name = mem_strdup(r->user);

	if (name == NULL)
		return -1;
	free(s->account);
	s->account = name;
	return 0;
}

/* auth logs a change; that somebody got so far is logged here. */
static void
log_in(const struct session *s)
{
	metrics_count(s->srv, LOGINS);
	session_log(s, LOG_LEVEL_INFO, "login ok", (struct log_field[]){
	    LOG_STR("user", s->account), LOG_STR("mech", s->mech),
	    LOG_STR("tls", conn_tls(s->conn) ? conn_tls_version(s->conn) :
	    "none"), { NULL, { NULL, 0 }, 0 } });
}

static void
told(struct session *s, const struct msg_auth_result *r)
{
	static const enum poppass_result results[] = {
		[MSG_AUTH_OK] = POPPASS_OK,
		[MSG_AUTH_MORE] = POPPASS_TEMP,
		[MSG_AUTH_FAIL] = POPPASS_FAIL,
		[MSG_AUTH_TEMP] = POPPASS_TEMP,
		[MSG_AUTH_PERM] = POPPASS_PERM,
		[MSG_AUTH_DELAY] = POPPASS_TEMP
	};
	enum poppass_result result = results[r->outcome];
	bool login = poppass_run(s->pass) == POPPASS_AUTH;

	if (login && result == POPPASS_OK) {
		if (keep_account(s, r) < 0)
			result = POPPASS_TEMP;
		else
			log_in(s);
	}
	poppass_give(s->pass, result,
	    r->outcome == MSG_AUTH_PERM ? r->data : span_of(""));
}

/* Off is off for sessions too that began before. */
static bool
switched_off(struct session *s)
{
	const struct vserver *now = ports_vserver(s->srv->ports, s->vs->name);

	if (now != NULL && now->poppass.on)
		return false;
	poppass_give(s->pass, POPPASS_PERM,
	    span_of("changing passwords is switched off here"));
	return true;
}

static bool
serve(struct session *s, struct turn *t)
{
	enum poppass_want want = poppass_run(s->pass);

	if ((want == POPPASS_AUTH || want == POPPASS_CHANGE) &&
	    switched_off(s))
		return true;
	switch (want) {
	case POPPASS_INPUT:
		return turn_input(s, t);
	case POPPASS_AUTH:
	case POPPASS_CHANGE:
		return turn_flushed(s) && login_auth(s);
	case POPPASS_CLOSE:
		return turn_close(s);
	}
	return false;
}

static long
feed(struct session *s, struct span input)
{
	size_t taken = poppass_feed(s->pass, input.ptr, turn_line(input));

	if (taken == 0 && poppass_run(s->pass) == POPPASS_INPUT)
		return -1;
	return (long)taken;
}

static struct span
out(const struct session *s)
{
	return poppass_out(s->pass);
}

static void
sent(struct session *s, size_t n)
{
	poppass_sent(s->pass, n);
}

static void
stop(struct session *s, const char *text)
{
	poppass_abort(s->pass, text);
}

static bool
idle(const struct session *s)
{
	return poppass_idle(s->pass);
}

static bool
taking(const struct session *s)
{
	(void)s;
	return false;
}

static uint64_t
overlong(const struct session *s)
{
	return poppass_end(s->pass) == POPPASS_END_OVERLONG ?
	    poppass_stats(s->pass)->overlong : 0;
}

static const char *
end(const struct session *s)
{
	return poppass_end_name(poppass_end(s->pass));
}

static const char *
state(const struct session *s)
{
	return poppass_logged_in(s->pass) ? "password" : "login";
}

static size_t
fields(const struct session *s, struct log_field f[ENGINE_FIELDS])
{
	uint32_t n = s->pass == NULL ? 0 : poppass_stats(s->pass)->changed;

	f[0] = (struct log_field)LOG_NUM("changed", n);
	return 1;
}

static void
details(const struct session *s, json_t *o)
{
	const struct poppass_stats *st = poppass_stats(s->pass);

	json_object_set_new(o, "changed", json_integer(st->changed));
	json_object_set_new(o, "bad_commands", json_integer(st->bad));
}

static size_t
memory(const struct session *s)
{
	return poppass_memory(s->pass);
}

const struct engine_ops engine_poppass = {
	.no_memory = "451 out of memory\r\n",
	.begin = begin,
	.free = discard,
	.serve = serve,
	.feed = feed,
	.out = out,
	.sent = sent,
	.abort = stop,
	.trace = trace,
	.idle = idle,
	.taking = taking,
	.overlong = overlong,
	.state = state,
	.end = end,
	.ask = ask,
	.told = told,
	.fields = fields,
	.details = details,
	.memory = memory
};
