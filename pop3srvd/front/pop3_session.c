/*
 * pop3_session.c - POP3 as one of the protocols of a session
 *
 * Serves the engine's wants, each by the file that knows how.
 *
 * Runs in: front.
 * Trusts: nothing from the peer; auth and drop through their pools.
 */
#include <stdio.h>
#include <string.h>

#include "pop3srvd/front/engine.h"
#include "pop3srvd/front/fetch.h"
#include "pop3srvd/front/login.h"
#include "pop3srvd/front/open.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/stamp.h"
#include "pop3srvd/front/turn.h"
#include "pop3srvd/front/vserver.h"
#include "pop3srvd/front/xmit.h"

static int
begin(struct session *s)
{
	char stamp[STAMP_TEXT];
	struct pop3_peer peer = {
		.tls = conn_tls(s->conn) || s->proxy_tls,
		.plaintext_ok = vserver_plaintext_ok(s->vs, &s->peer)
	};

	if (s->vs->apop && stamp_make(s->vs->hostname,
	    loop_time(s->srv->loop)->wall, stamp) == 0)
		peer.stamp = stamp;
	s->pop = pop3_new(&s->vs->pop3, &peer);
	return s->pop == NULL ? -1 : 0;
}

static void
tls_up(struct session *s)
{
	pop3_give_tls(s->pop, true);
}

static void
trace(struct session *s, trace_fn *fn)
{
	pop3_trace(s->pop, fn, s);
}

static void
discard(struct session *s)
{
	pop3_free(&s->pop);
}

/* The digest differs with each stamp: nothing the guard could know again. */
static int
ask_apop(struct session *s, struct msg_auth *m)
{
	m->binding_type = "apop";
	m->binding = pop3_stamp(s->pop);
	s->mech = "APOP";
	guard_try(s, span_of(""), true);
	return auth_pool_begin(s->srv->auths, s->auth_helper, MSG_AUTH_PASS,
	    s->sid, m);
}

static int
ask_sasl(struct session *s, const struct pop3_auth *a, struct msg_auth *m)
{
	unsigned char binding[64];
	size_t n = 0;

	if (strstr(a->mech, "-PLUS") != NULL && conn_tls_binding(s->conn,
	    binding, &n, &m->binding_type) < 0)
		n = 0;
	m->binding = span_mem(binding, n);
	s->mech = vserver_mech(s->vs, a->mech);
	guard_try(s, a->data, true);
	return auth_pool_begin(s->srv->auths, s->auth_helper, MSG_AUTH_BEGIN,
	    s->sid, m);
}

static int
ask_begin(struct session *s, const struct pop3_auth *a)
{
	struct msg_auth m = {
		.mech = a->mech,
		.user = a->user,
		.data = a->data,
		.has_data = a->has_data,
		.listener = s->vs->name,
		.default_domain = s->vs->default_domain,
		.peer = s->peer,
		.tls = conn_tls(s->conn) || s->proxy_tls,
		.binding_type = ""
	};

	if (a->kind == POP3_AUTH_APOP)
		return ask_apop(s, &m);
	if (a->kind != POP3_AUTH_PASS)
		return ask_sasl(s, a, &m);
	s->mech = "USER";
	guard_try(s, a->user, true);
	guard_try(s, a->data, false);
	return auth_pool_begin(s->srv->auths, s->auth_helper, MSG_AUTH_PASS,
	    s->sid, &m);
}

static int
ask(struct session *s)
{
	const struct pop3_auth *a = pop3_auth(s->pop);

	if (a->kind == POP3_AUTH_STEP) {
		guard_try(s, a->data, false);
		return auth_pool_step(s->srv->auths, s->auth_helper, s->sid,
		    a->data);
	}
	if (ask_begin(s, a) < 0)
		return -1;
	s->auth_knows = true;
	return 0;
}

/* The client's "*" is not auth's affair any more once it has forgotten. */
static bool
want_auth(struct session *s)
{
	switch (pop3_auth(s->pop)->kind) {
	case POP3_AUTH_ABORT:
		login_forget(s);
		pop3_give_auth(s->pop, POP3_AUTH_FAIL, span_of(""));
		return true;
	case POP3_AUTH_STEP:
		return login_step(s);
	default:
		return login_auth(s);
	}
}

static void
told(struct session *s, const struct msg_auth_result *r)
{
	static const enum pop3_auth_result results[] = {
		[MSG_AUTH_OK] = POP3_AUTH_OK,
		[MSG_AUTH_MORE] = POP3_AUTH_MORE,
		[MSG_AUTH_FAIL] = POP3_AUTH_FAIL,
		[MSG_AUTH_TEMP] = POP3_AUTH_TEMP,
		[MSG_AUTH_PERM] = POP3_AUTH_PERM,
		[MSG_AUTH_DELAY] = POP3_AUTH_DELAY
	};
	struct span text = r->outcome == MSG_AUTH_MORE ? r->data : span_of("");
	enum pop3_auth_result result = results[r->outcome];
	char seconds[16];

	if (r->outcome == MSG_AUTH_DELAY) {
		snprintf(seconds, sizeof(seconds), "%u", r->seconds);
		text = span_of(seconds);
	}
	if (r->outcome == MSG_AUTH_OK && login_keep(s, r) < 0)
		result = POP3_AUTH_TEMP;
	pop3_permit_xmit(s->pop, s->sender != NULL);
	pop3_give_auth(s->pop, result, text);
}

static bool
want_commit(struct session *s)
{
	uint32_t count;
	const uint8_t *map = pop3_deleted(s->pop, &count);
	size_t octets = ((size_t)s->list->list.count + 7) / 8;

	s->phase = SESSION_COMMIT;
	conn_want(s->conn, 0);
	if (s->drop_helper >= 0 && drop_pool_commit(s->srv->drops,
	    s->drop_helper, s->sid, span_mem(map, octets)) == 0)
		return false;
	s->phase = SESSION_RUN;
	pop3_give_commit(s->pop, false);
	return true;
}

static bool
serve(struct session *s, struct turn *t)
{
	enum pop3_want want = pop3_run(s->pop);

	if (want != POP3_MSG && want != POP3_DRAIN)
		fetch_done(s);
	switch (want) {
	case POP3_INPUT:
		return turn_input(s, t);
	case POP3_DRAIN:
		return turn_drain(s, t);
	case POP3_TLS:
		return turn_tls(s, t);
	case POP3_AUTH:
		return turn_flushed(s) && want_auth(s);
	case POP3_DROP:
		return open_drop(s);
	case POP3_MSG:
		return fetch_block(s, t);
	case POP3_COMMIT:
		return turn_flushed(s) && want_commit(s);
	case POP3_XMIT:
		return turn_flushed(s) && xmit_serve(s);
	case POP3_CLOSE:
		return turn_close(s);
	}
	return false;
}

static long
feed(struct session *s, struct span input)
{
	size_t n = pop3_taking(s->pop) ? input.len : turn_line(input);
	size_t taken = pop3_feed(s->pop, input.ptr, n);

	if (taken == 0 && pop3_run(s->pop) == POP3_INPUT)
		return -1;
	return (long)taken;
}

static struct span
out(const struct session *s)
{
	return pop3_out(s->pop);
}

static void
sent(struct session *s, size_t n)
{
	pop3_sent(s->pop, n);
}

static void
stop(struct session *s, const char *text)
{
	pop3_abort(s->pop, text);
}

static bool
idle(const struct session *s)
{
	return pop3_idle(s->pop);
}

static bool
taking(const struct session *s)
{
	return pop3_taking(s->pop);
}

static uint64_t
overlong(const struct session *s)
{
	return pop3_stats(s->pop)->overlong;
}

static const char *
command(const struct session *s, uint64_t *count_r)
{
	const struct pop3_stats *st = pop3_stats(s->pop);

	*count_r = st->commands;
	return st->verb;
}

static const char *
end(const struct session *s)
{
	return pop3_end_name(pop3_end(s->pop));
}

static const char *
state(const struct session *s)
{
	switch (pop3_state(s->pop)) {
	case POP3_AUTHORIZATION:
		return "login";
	case POP3_TRANSACTION:
		return "transaction";
	case POP3_UPDATE:
		break;
	}
	return "update";
}

static size_t
fields(const struct session *s, struct log_field f[ENGINE_FIELDS])
{
	static const struct pop3_stats none;
	const struct pop3_stats *st = s->pop == NULL ? &none :
	    pop3_stats(s->pop);

	f[0] = (struct log_field)LOG_NUM("retr", st->retr);
	f[1] = (struct log_field)LOG_NUM("top", st->top);
	f[2] = (struct log_field)LOG_NUM("dele", st->dele);
	if (st->xmit == 0)
		return 3;
	f[3] = (struct log_field)LOG_NUM("xmit", st->xmit);
	return 4;
}

static void
put_num(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

static void
details(const struct session *s, json_t *o)
{
	const struct pop3_stats *st = pop3_stats(s->pop);

	put_num(o, "retr", st->retr);
	put_num(o, "top", st->top);
	put_num(o, "dele", st->dele);
	put_num(o, "xmit", st->xmit);
	put_num(o, "bad_commands", st->bad);
}

static size_t
memory(const struct session *s)
{
	return pop3_memory(s->pop);
}

const struct engine_ops engine_pop3 = {
	.no_memory = "-ERR [SYS/TEMP] out of memory\r\n",
	.opens_mail = true,
	.begin = begin,
	.tls_up = tls_up,
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
	.command = command,
	.state = state,
	.end = end,
	.ask = ask,
	.told = told,
	.fields = fields,
	.details = details,
	.memory = memory
};
