/*
 * session.c - one connection from the gate to its summary line
 *
 * Runs in: front.
 * Trusts: nothing from the peer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "pop3srvd/front/deadline.h"
#include "pop3srvd/front/engine.h"
#include "pop3srvd/front/fetch.h"
#include "pop3srvd/front/login.h"
#include "pop3srvd/front/open.h"
#include "pop3srvd/front/proxy.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/turn.h"
#include "pop3srvd/front/vserver.h"
#include "pop3srvd/front/xmit.h"

#define IN_MAX		((size_t)16384)

int64_t
session_now(const struct session *s)
{
	return loop_time(s->srv->loop)->mono;
}

const char *
session_id(const struct session *s, char out[SESSION_ID])
{
	snprintf(out, SESSION_ID, "%llx", (unsigned long long)s->number);
	return out;
}

void
session_log(const struct session *s, enum log_level level, const char *what,
    const struct log_field *fields)
{
	char id[SESSION_ID], peer[ADDR_TEXT];
	struct log_where where = {
		.session = session_id(s, id),
		.listener = s->vs->name,
		.peer = addr_text(&s->peer, peer)
	};

	log_event(s->srv->log, level, &where, what, fields);
}

int64_t
session_idle_ms(const struct session *s)
{
	return session_now(s) - s->last;
}

const char *
session_state(const struct session *s)
{
	return s->begun ? s->engine->state(s) : "connect";
}

static void
on_due(struct loop *l, struct timer *t)
{
	struct session *s = LOOP_OWNER(t, struct session, timer);

	(void)l;
	deadline_check(s);
	deadline_set(s);
}

static void
on_task(struct loop *l, struct task *t)
{
	struct session *s = LOOP_OWNER(t, struct session, task);

	(void)l;
	if (s->phase == SESSION_DEAD)
		free(s);
	else if (s->phase == SESSION_HELLO || s->phase == SESSION_TLS)
		turn_start_tls(s);
	else
		turn_go(s, span_of(""));
}

/* QUIT was given before: what was marked is removed whether or not the peer
 * waits for the answer. */
static void
peer_left(struct session *s)
{
	if (s->phase == SESSION_COMMIT)
		conn_free(&s->conn);
	else
		session_end(s, s->phase == SESSION_TLS ? "tls" : "gone");
}

static void
on_conn(struct conn *c, enum conn_event ev, void *arg)
{
	struct session *s = arg;

	(void)c;
	switch (ev) {
	case CONN_READABLE:
		if (s->phase == SESSION_PROXY)
			proxy_readable(s);
		else if (s->phase == SESSION_HELLO)
			turn_start_tls(s);
		else
			turn_readable(s);
		break;
	case CONN_WRITABLE:
		turn_go(s, span_of(""));
		break;
	case CONN_TLS_UP:
		server_churned(s->srv);
		session_begin(s);
		break;
	case CONN_GONE:
		peer_left(s);
		break;
	}
}

static void
release(struct session *s)
{
	open_list_free(s);
	buf_wipe(&s->in);
	dialogue_end(s);
	if (s->begun)
		s->engine->free(s);
	vserver_unref(&s->vs);
	free(s->account);
	free(s->ticket);
	free(s->sender);
}

/* Before TLS there may be a word to say; nothing is lost if it fails. */
static void
no_memory(int fd, struct vserver *vs)
{
	const char *words = vs->engine->no_memory;

	if (vs->tls_mode != CONF_TLS_IMPLICIT)
		(void)!send(fd, words, strlen(words),
		    MSG_DONTWAIT | MSG_NOSIGNAL);
	close(fd);
}

static struct session *
make(struct server *srv, struct vserver *vs, const struct addr *peer)
{
	struct session *s = mem_new(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->srv = srv;
	s->peer = *peer;
	sessions_add(srv->sessions, s);
	s->vs = vserver_ref(vs);
	s->engine = vs->engine;
	s->timer.due = on_due;
	s->task.run = on_task;
	s->since = s->last = session_now(s);
	s->auth_helper = s->drop_helper = -1;
	s->counted = true;
	buf_init(&s->in, IN_MAX);
	return s;
}

/* After the PROXY header: TLS first, or the greeting at once. */
void
session_greet(struct session *s)
{
	if (s->vs->tls_mode != CONF_TLS_IMPLICIT) {
		session_begin(s);
		return;
	}
	/* costs a peer's hello, not its connection, a TLS context */
	s->phase = SESSION_HELLO;
	conn_want(s->conn, CONN_READ);
	deadline_set(s);
}

void
session_new(struct server *srv, struct vserver *vs, int fd,
    const struct addr *peer, bool proxied)
{
	struct session *s = make(srv, vs, peer);

	if (s == NULL) {
		gate_leave(srv->gate, peer);
		no_memory(fd, vs);
		return;
	}
	s->proxied = proxied;
	s->conn = conn_new(srv->loop, fd, on_conn, s);
	if (s->conn == NULL) {
		session_end(s, "memory");
		return;
	}
	if (!proxied) {
		session_greet(s);
		return;
	}
	s->phase = SESSION_PROXY;
	conn_want(s->conn, CONN_READ);
	deadline_set(s);
}

void
session_begin(struct session *s)
{
	s->phase = SESSION_RUN;
	if (s->begun) {
		s->engine->tls_up(s);
	} else if (s->engine->begin(s) < 0) {
		session_end(s, "memory");
		return;
	}
	s->begun = true;
	turn_go(s, span_of(""));
}

static void
log_end(const struct session *s, const char *reason)
{
	struct log_field f[9 + ENGINE_FIELDS] = {
		LOG_STR("user", s->account != NULL ? s->account : ""),
		LOG_STR("reason", reason)
	};
	size_t n = 2 + s->engine->fields(s, f + 2);

	f[n++] = (struct log_field)LOG_NUM("octets_in", s->octets_in);
	f[n++] = (struct log_field)LOG_NUM("octets_out", s->octets_out);
	f[n++] = (struct log_field)LOG_NUM("duration_ms",
	    session_now(s) - s->since);
	if (s->conn != NULL && conn_tls(s->conn)) {
		f[n++] = (struct log_field)LOG_STR("tls",
		    conn_tls_version(s->conn));
		f[n++] = (struct log_field)LOG_STR("cipher",
		    conn_tls_cipher(s->conn));
	}
	if (s->conn != NULL && conn_fault(s->conn)[0] != '\0')
		f[n] = (struct log_field)LOG_STR("fault",
		    conn_fault(s->conn));
	session_log(s, LOG_LEVEL_INFO, "session end", f);
}

static void
hang_up(struct session *s)
{
	if (s->conn == NULL)
		return;
	if (s->begun && s->engine->out(s).len == 0)
		conn_shutdown(s->conn);
	conn_free(&s->conn);
}

void
session_end(struct session *s, const char *reason)
{
	struct server *srv = s->srv;

	if (s->phase == SESSION_DEAD)
		return;
	if (s->counted)
		log_end(s, reason);
	metrics_end(s);
	s->phase = SESSION_DEAD;
	login_forget(s);
	fetch_forget(s);
	xmit_forget(s);
	if (s->drop_helper >= 0)
		drop_pool_close(srv->drops, s->drop_helper, s->sid);
	timer_stop(srv->loop, &s->timer);
	loop_undefer(srv->loop, &s->task);
	hang_up(s);
	sessions_remove(srv->sessions, s);
	if (s->counted)
		gate_leave(srv->gate, &s->peer);
	release(s);
	loop_defer(srv->loop, &s->task);
	server_session_ended(srv);
}

void
session_abort(struct session *s, const char *text, const char *reason)
{
	if (s->phase == SESSION_DEAD)
		return;
	if (!s->begun || s->conn == NULL || s->phase == SESSION_TLS) {
		session_end(s, reason);
		return;
	}
	s->reason = reason;
	s->engine->abort(s, text);
	s->phase = SESSION_RUN;
	turn_go(s, span_of(""));
}

/* In the middle of a reply or of an update the peer may finish. */
void
session_stop(struct session *s)
{
	bool busy = s->phase == SESSION_MSG || s->phase == SESSION_COMMIT ||
	    s->phase == SESSION_XMIT ||
	    (s->phase == SESSION_RUN && s->engine->out(s).len > 0);

	if (!busy)
		session_abort(s, "[SYS/TEMP] server shutting down",
		    "shutdown");
}
