/*
 * turn.c - one wake-up of a session: octets to the engine and from it
 *
 * Nothing is read while a reply waits to be taken, so a peer that pipelines
 * without reading stops itself.
 *
 * Runs in: front.
 * Trusts: nothing from the peer.
 */
#include <errno.h>
#include <string.h>

#include "pop3srvd/front/deadline.h"
#include "pop3srvd/front/engine.h"
#include "pop3srvd/front/proxy.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/turn.h"
#include "pop3srvd/front/vserver.h"

#define CHUNK		4096	/* octets read at once */
#define TURN_LINES	8
#define TURN_OCTETS	((uint64_t)256 * 1024)
#define TURN_HELLOS	32
#define LAST_WORDS	5000	/* ms to take the last reply */

/* Go on in the next turn; nothing is read until then. */
static bool
yield(struct session *s)
{
	conn_want(s->conn, 0);
	loop_defer(s->srv->loop, &s->task);
	return false;
}

/* The peer must read before anything goes on. */
bool
turn_blocked(struct session *s)
{
	deadline_rate_begin(s);
	conn_want(s->conn, CONN_WRITE);
	return false;
}

void
turn_wrote(struct session *s, size_t n)
{
	s->octets_out += (uint64_t)n;
	metrics_add(s->srv, OCTETS_OUT, n);
	deadline_touch(s);
}

bool
turn_goes_on(struct session *s, const struct turn *t)
{
	return s->octets_out - t->octets <= TURN_OCTETS || yield(s);
}

/* True when all is written. */
static bool
flush(struct session *s)
{
	struct span out;
	ssize_t n;

	while ((out = s->engine->out(s)).len > 0) {
		n = conn_write(s->conn, out.ptr, out.len);
		if (n < 0 && errno == EAGAIN)
			return false;
		if (n <= 0) {
			session_end(s, "gone");
			return false;
		}
		s->engine->sent(s, (size_t)n);
		turn_wrote(s, (size_t)n);
	}
	return true;
}

bool
turn_flushed(struct session *s)
{
	return flush(s) || (s->phase != SESSION_DEAD && turn_blocked(s));
}

/* So that commands can be counted. */
size_t
turn_line(struct span input)
{
	const char *lf = memchr(input.ptr, '\n', input.len);

	return lf == NULL ? input.len : (size_t)(lf - input.ptr) + 1;
}

static bool
feed(struct session *s, struct turn *t)
{
	long taken;

	metrics_begin(s);
	taken = s->engine->feed(s, t->input);
	if (taken < 0) {
		session_end(s, "memory");
		return false;
	}
	t->input.ptr += taken;
	t->input.len -= (size_t)taken;
	return true;
}

bool
turn_input(struct session *s, struct turn *t)
{
	if (s->srv->stopping) {
		s->engine->abort(s, "[SYS/TEMP] server shutting down");
		s->reason = "shutdown";
		return true;
	}
	if (t->input.len > 0 && t->lines++ < TURN_LINES)
		return feed(s, t);
	if (!turn_flushed(s))
		return false;
	metrics_end(s);
	if (t->input.len > 0)
		return yield(s);
	conn_want(s->conn, CONN_READ);
	return false;
}

bool
turn_drain(struct session *s, const struct turn *t)
{
	return turn_flushed(s) && turn_goes_on(s, t);
}

/* RFC 2595 section 4: what came in the clear behind STLS must not be used;
 * the engine is shown it and ends the session (S-20). */
bool
turn_tls(struct session *s, struct turn *t)
{
	if (!turn_flushed(s))
		return false;
	if (t->input.len > 0) {
		(void)s->engine->feed(s, t->input);
		t->input.len = 0;
		return true;
	}
	s->phase = SESSION_HELLO;
	conn_want(s->conn, CONN_READ);
	return false;
}

bool
turn_close(struct session *s)
{
	if (s->close_at == 0) {
		s->close_at = session_now(s) + LAST_WORDS;
		if (s->engine->overlong(s) > 0)
			guard_overlong(s, s->engine->overlong(s));
	}
	if (!flush(s)) {
		if (s->phase != SESSION_DEAD)
			conn_want(s->conn, CONN_WRITE);
		return false;
	}
	session_end(s, s->reason != NULL ? s->reason : s->engine->end(s));
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
turn_go(struct session *s, struct span input)
{
	struct turn t = { .octets = s->octets_out };

	dialogue_look(s);
	t.input = buf_len(&s->in) > 0 ? buf_span(&s->in) : input;
	while (s->phase == SESSION_RUN && s->engine->serve(s, &t))
		;
	if (s->phase == SESSION_DEAD)
		return;
	keep(s, t.input);
	if (s->phase == SESSION_RUN && s->engine->out(s).len == 0 &&
	    s->window_at != 0 && s->engine->idle(s))
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
turn_readable(struct session *s)
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
	metrics_add(s->srv, OCTETS_IN, n);
	if (!s->engine->taking(s))
		deadline_touch(s);
	if (pretender(s, span_mem(chunk, (size_t)n)))
		session_end(s, "proxy-header");
	else
		turn_go(s, span_mem(chunk, (size_t)n));
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
turn_start_tls(struct session *s)
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
