/*
 * pop3_session.c - serves the engine's wants
 *
 * The engine runs until something must be waited for.  One wake-up takes at
 * most 8 commands and moves about 256 KiB, then the others have their turn.
 * Nothing is read while a reply waits to be taken, so a peer that pipelines
 * without reading stops itself.
 *
 * Runs in: front.
 * Trusts: nothing from the peer.
 */
#include <errno.h>
#include <string.h>

#include "pop3srvd/front/deadline.h"
#include "pop3srvd/front/fetch.h"
#include "pop3srvd/front/login.h"
#include "pop3srvd/front/pop3_session.h"
#include "pop3srvd/front/proxy.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/vserver.h"

#define CHUNK		4096	/* octets read at once */
#define TURN_LINES	8
#define TURN_OCTETS	((uint64_t)256 * 1024)
#define TURN_HELLOS	32
#define LAST_WORDS	5000	/* ms to take the last reply */

struct turn {
	unsigned lines;
	uint64_t octets;	/* s->octets_out at its begin */
	struct span input;	/* read, not taken yet */
};

/* Go on in the next turn; nothing is read until then. */
static bool
yield(struct session *s)
{
	conn_want(s->conn, 0);
	loop_defer(s->srv->loop, &s->task);
	return false;
}

/* The peer must read before anything goes on. */
static bool
blocked(struct session *s)
{
	deadline_rate_begin(s);
	conn_want(s->conn, CONN_WRITE);
	return false;
}

bool
pop3_session_flush(struct session *s)
{
	struct span out;
	ssize_t n;

	while ((out = pop3_out(s->pop)).len > 0) {
		n = conn_write(s->conn, out.ptr, out.len);
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n <= 0) {
			session_end(s, "gone");
			return false;
		}
		pop3_sent(s->pop, (size_t)n);
		s->octets_out += (uint64_t)n;
		deadline_touch(s);
	}
	return true;
}

/* One line, or what there is of it: so that commands can be counted. */
static bool
feed(struct session *s, struct turn *t)
{
	const char *lf = memchr(t->input.ptr, '\n', t->input.len);
	size_t n = lf == NULL ? t->input.len :
	    (size_t)(lf - t->input.ptr) + 1;
	size_t taken = pop3_feed(s->pop, t->input.ptr, n);

	t->input.ptr += taken;
	t->input.len -= taken;
	if (taken == 0 && pop3_run(s->pop) == POP3_INPUT) {
		session_end(s, "memory");
		return false;
	}
	return true;
}

static bool
want_input(struct session *s, struct turn *t)
{
	if (s->srv->stopping) {
		pop3_abort(s->pop, "[SYS/TEMP] server shutting down");
		s->reason = "shutdown";
		return true;
	}
	if (t->input.len > 0 && t->lines++ < TURN_LINES)
		return feed(s, t);
	if (!pop3_session_flush(s))
		return s->phase != SESSION_DEAD && blocked(s);
	if (t->input.len > 0)
		return yield(s);
	conn_want(s->conn, CONN_READ);
	return false;
}

static bool
want_drain(struct session *s, const struct turn *t)
{
	if (!pop3_session_flush(s))
		return s->phase != SESSION_DEAD && blocked(s);
	if (s->octets_out - t->octets > TURN_OCTETS)
		return yield(s);
	return true;
}

/* RFC 2595 section 4: what came in the clear behind STLS must not be used;
 * the engine is shown it and ends the session (S-20). */
static bool
want_tls(struct session *s, struct turn *t)
{
	if (!pop3_session_flush(s))
		return s->phase != SESSION_DEAD && blocked(s);
	if (t->input.len > 0) {
		(void)pop3_feed(s->pop, t->input.ptr, t->input.len);
		t->input.len = 0;
		return true;
	}
	s->phase = SESSION_HELLO;
	conn_want(s->conn, CONN_READ);
	return false;
}

/* A reply that waits would stand behind an answer that may take seconds. */
static bool
before_waiting(struct session *s)
{
	if (pop3_out(s->pop).len == 0)
		return true;
	return pop3_session_flush(s) ||
	    (s->phase != SESSION_DEAD && blocked(s));
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

static void
shut_out(struct session *s)
{
	char peer[ADDR_TEXT];

	if (!s->vs->pop3.auto_deny || s->peer.local)
		return;
	(void)gate_shut_out(s->srv->gate, &s->peer, "overlong",
	    session_now(s));
	session_log(s, LOG_LEVEL_WARNING, "autodeny", (struct log_field[]){
	    LOG_STR("ip", addr_text(&s->peer, peer)),
	    LOG_NUM("octets", 513),
	    LOG_STR("state", session_state(s)),
	    { NULL, { NULL, 0 }, 0 } });
}

static bool
want_close(struct session *s)
{
	if (s->close_at == 0) {
		s->close_at = session_now(s) + LAST_WORDS;
		if (pop3_end(s->pop) == POP3_END_OVERLONG)
			shut_out(s);
	}
	if (!pop3_session_flush(s)) {
		if (s->phase != SESSION_DEAD)
			conn_want(s->conn, CONN_WRITE);
		return false;
	}
	session_end(s, s->reason != NULL ? s->reason :
	    pop3_end_name(pop3_end(s->pop)));
	return false;
}

/* Serve one want; false: wait. */
static bool
serve(struct session *s, struct turn *t)
{
	enum pop3_want want = pop3_run(s->pop);

	if (want != POP3_MSG && want != POP3_DRAIN)
		fetch_done(s);
	switch (want) {
	case POP3_INPUT:
		return want_input(s, t);
	case POP3_DRAIN:
		return want_drain(s, t);
	case POP3_TLS:
		return want_tls(s, t);
	case POP3_AUTH:
		return before_waiting(s) && login_auth(s);
	case POP3_DROP:
		return login_drop(s);
	case POP3_MSG:
		return fetch_block(s);
	case POP3_COMMIT:
		return before_waiting(s) && want_commit(s);
	case POP3_CLOSE:
		return want_close(s);
	}
	return false;
}

/* What was read and not taken must wait for its turn in our own memory. */
static void
keep(struct session *s, struct span rest)
{
	if (rest.len == 0) {
		if (buf_len(&s->in) > 0)
			buf_wipe(&s->in);
	} else if (buf_len(&s->in) > 0) {
		buf_eat(&s->in, buf_len(&s->in) - rest.len);
	} else if (buf_add(&s->in, rest.ptr, rest.len) < 0) {
		session_end(s, "memory");
	}
}

void
pop3_session_go(struct session *s, struct span input)
{
	struct turn t = { .octets = s->octets_out };

	t.input = buf_len(&s->in) > 0 ? buf_span(&s->in) : input;
	while (s->phase == SESSION_RUN && serve(s, &t))
		;
	if (s->phase == SESSION_DEAD)
		return;
	keep(s, t.input);
	if (s->phase == SESSION_RUN && pop3_out(s->pop).len == 0 &&
	    s->window_at != 0 && pop3_idle(s->pop))
		deadline_rate_end(s);
	deadline_set(s);
}

/* The first input of a session, not its first command, is what is looked at:
 * a header comes in one piece. */
static bool
pretender(const struct session *s, struct span input)
{
	return s->octets_in == input.len && !conn_tls(s->conn) &&
	    proxy_header_begins(input);
}

void
pop3_session_readable(struct session *s)
{
	static char chunk[CHUNK];
	ssize_t n;

	if (s->phase != SESSION_RUN || buf_len(&s->in) > 0)
		return;
	n = conn_read(s->conn, chunk, sizeof(chunk));
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		session_end(s, "gone");
		return;
	}
	s->octets_in += (uint64_t)n;
	deadline_touch(s);
	if (pretender(s, span_mem(chunk, (size_t)n)))
		session_end(s, "proxy-header");
	else
		pop3_session_go(s, span_mem(chunk, (size_t)n));
	explicit_bzero(chunk, (size_t)n);	/* it may be a password */
}

static bool
may_start_tls(struct server *srv)
{
	uint64_t turn = loop_turn(srv->loop);

	if (srv->hello_turn != turn) {
		srv->hello_turn = turn;
		srv->hellos = 0;
	}
	return srv->hellos++ < TURN_HELLOS;
}

void
pop3_session_start_tls(struct session *s)
{
	struct err e;

	if (s->phase != SESSION_HELLO)
		return;
	if (!may_start_tls(s->srv)) {
		yield(s);
		return;
	}
	s->phase = SESSION_TLS;
	if (s->vs->tls == NULL || conn_start_tls(s->conn, s->vs->tls, &e) < 0)
		session_end(s, s->vs->tls == NULL ? "no-certificate" :
		    "memory");
}
