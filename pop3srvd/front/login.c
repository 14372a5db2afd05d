/*
 * login.c - the engine's questions to auth
 *
 * A wrong password and an unknown user are told at the same moment, counted
 * from the request, with the same words: reliability.md 5b.
 *
 * Runs in: front.
 * Trusts: auth for who has logged in.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/conf/conf.h"

#include "pop3srvd/front/deadline.h"
#include "pop3srvd/front/engine.h"
#include "pop3srvd/front/login.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/turn.h"
#include "pop3srvd/front/vserver.h"

#define END_FIELDS	{ NULL, { NULL, 0 }, 0 }

static void
run_on(struct session *s)
{
	s->phase = SESSION_RUN;
	turn_go(s, span_of(""));
}

void
login_forget(struct session *s)
{
	if (s->auth_helper < 0)
		return;
	if (s->auth_knows)
		auth_pool_abort(s->srv->auths, s->auth_helper, s->sid);
	auth_pool_end(s->srv->auths, s->auth_helper, &s->auth_turn);
	s->auth_helper = -1;
	s->auth_knows = false;
}

/* Say ourselves what auth cannot say. */
static void
tell(struct session *s, enum msg_auth_outcome outcome)
{
	const struct msg_auth_result r = {
		.outcome = outcome, .user = "", .reason = "",
		.data = span_of(""), .sender = span_of("")
	};

	login_forget(s);
	s->engine->told(s, &r);
}

/* It is auth's turn, or that of those who stand in line for it. */
bool
login_step(struct session *s)
{
	if (s->auth_helper < 0 || (!auth_pool_wait(s->srv->auths,
	    s->auth_helper, &s->auth_turn) && s->engine->ask(s) < 0)) {
		tell(s, MSG_AUTH_TEMP);
		return true;
	}
	s->phase = SESSION_AUTH;
	s->answer_at = session_now(s) + s->vs->limits.failure_delay;
	conn_want(s->conn, 0);
	return false;
}

/* The source was shut out since it came, or by this very failure. */
static bool
turn_away(struct session *s)
{
	s->reason = "autodeny";
	login_forget(s);
	s->engine->abort(s, GUARD_WORDS);
	return true;
}

bool
login_auth(struct session *s)
{
	if (guard_refuses(s))
		return turn_away(s);
	login_forget(s);
	s->auth_turn.stranger = !known_has(s->srv->known, &s->peer);
	s->auth_helper = (int16_t)auth_pool_join(s->srv->auths);
	return login_step(s);
}

/* A new password that auth does not take is nobody's fault. */
static void
log_refused(const struct session *s, const struct msg_auth_result *r)
{
	session_log(s, LOG_LEVEL_INFO, "password refused",
	    (struct log_field[]){ LOG_STR("user", s->account),
	    LOG_SPAN("reason", r->data), END_FIELDS });
}

static void
log_failed(const struct session *s, const struct msg_auth_result *r)
{
	bool theirs = r->outcome == MSG_AUTH_FAIL;

	if (r->outcome == MSG_AUTH_PERM && r->data.len > 0) {
		log_refused(s, r);
		return;
	}
	metrics_add(s->srv, LOGIN_FAILURES, theirs);
	session_log(s, theirs ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
	    theirs ? "auth failed" : "auth fault", (struct log_field[]){
	    LOG_STR("user", r->user), LOG_STR("mech", s->mech),
	    LOG_STR("reason", r->reason), END_FIELDS });
}

static int64_t
login_wait(const struct session *s)
{
	return s->srv->conf->mail.login_delay;
}

/*
 * RFC 2449 section 6.5: the password was right but the last login is too fresh.
 * Nothing is opened, and it is no failure.  Returns what is to be told.
 */
static struct msg_auth_result
hold_back(const struct session *s, const struct msg_auth_result *r)
{
	int64_t left = delay_left(s->srv->delay, r->user, login_wait(s),
	    session_now(s));
	struct msg_auth_result late = *r;

	if (left == 0)
		return *r;
	late.outcome = MSG_AUTH_DELAY;
	late.seconds = (uint32_t)((left + 999) / 1000);
	session_log(s, LOG_LEVEL_INFO, "login too early", (struct log_field[]){
	    LOG_STR("user", r->user), LOG_STR("mech", s->mech),
	    LOG_NUM("seconds", late.seconds), END_FIELDS });
	return late;
}

static int
keep_sender(struct session *s, struct span ticket)
{
	free(s->sender);
	s->sender = NULL;
	s->sender_len = 0;
	if (ticket.len == 0)
		return 0;
	s->sender = mem_new(ticket.len, 1);
	if (s->sender == NULL)
		return -1;
	memcpy(s->sender, ticket.ptr, ticket.len);
	s->sender_len = ticket.len;
	return 0;
}

int
login_keep(struct session *s, const struct msg_auth_result *r)
{
	free(s->account);
	free(s->ticket);
	s->account = mem_strdup(r->user);
	s->ticket = mem_new(r->data.len, 1);
	if (s->account == NULL || s->ticket == NULL)
		return -1;
	memcpy(s->ticket, r->data.ptr, r->data.len);
	s->ticket_len = r->data.len;
	return keep_sender(s, r->sender);
}

void
login_result(struct session *s, const struct msg_auth_result *r)
{
	struct msg_auth_result late;

	if (s->phase != SESSION_AUTH)
		return;
	if (r->outcome == MSG_AUTH_MORE) {
		s->engine->told(s, r);
		run_on(s);
		return;
	}
	s->auth_knows = false;
	login_forget(s);
	dialogue_named(s, r->user, r->outcome == MSG_AUTH_OK);
	if (r->outcome == MSG_AUTH_OK) {
		known_add(s->srv->known, &s->peer);
		guard_ok(s, r->user);
	}
	if (r->outcome != MSG_AUTH_OK) {
		log_failed(s, r);
		if (r->outcome == MSG_AUTH_FAIL) {
			known_drop(s->srv->known, &s->peer);
			s->shut_out = guard_failed(s, r->user, r->reason);
		}
	} else if (s->engine->opens_mail) {
		late = hold_back(s, r);
		r = &late;
	}
	if (r->outcome == MSG_AUTH_FAIL && session_now(s) < s->answer_at) {
		s->phase = SESSION_DELAY;
		deadline_set(s);
		return;
	}
	if (s->shut_out)
		(void)turn_away(s);
	else
		s->engine->told(s, r);
	run_on(s);
}

void
login_delay_over(struct session *s)
{
	if (s->shut_out)
		(void)turn_away(s);
	else
		tell(s, MSG_AUTH_FAIL);
	run_on(s);
}

void
login_turn(struct session *s)
{
	if (s->phase == SESSION_AUTH && s->engine->ask(s) < 0) {
		tell(s, MSG_AUTH_TEMP);
		run_on(s);
	}
}

void
login_auth_lost(struct session *s)
{
	s->auth_helper = -1;
	s->auth_knows = false;
	if (s->phase != SESSION_AUTH)
		return;
	tell(s, MSG_AUTH_TEMP);
	run_on(s);
}

/* Who is in QUIT already has finished; what was marked is removed. */
void
login_changed(struct server *srv, const char *account)
{
	struct session *s = sessions_of(srv->sessions, account);

	if (srv->conf->auth.kick_on_change && s != NULL &&
	    s->phase != SESSION_COMMIT)
		session_abort(s, "[AUTH] the password was changed",
		    "password-changed");
}
