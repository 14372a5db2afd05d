/*
 * helpers.c - answers of auth, drop and relay, to the sessions they are for
 *
 * An answer for a session that has ended finds nobody and is dropped.
 *
 * Runs in: front.
 * Trusts: auth, drop and relay, each for its own answers.
 */
#include "pop3srvd/front/ctl_server.h"
#include "pop3srvd/front/fetch.h"
#include "pop3srvd/front/helpers.h"
#include "pop3srvd/front/login.h"
#include "pop3srvd/front/open.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/turn.h"
#include "pop3srvd/front/verbatim.h"
#include "pop3srvd/front/xmit.h"

static struct session *
find(void *arg, uint32_t sid)
{
	struct server *srv = arg;

	return sessions_find(srv->sessions, sid);
}

static void
auth_result(uint32_t sid, const struct msg_auth_result *r, void *arg)
{
	struct session *s = find(arg, sid);

	/* without a ticket it is a change, which counts also when who asked
	 * for it did not wait */
	if (r->outcome == MSG_AUTH_OK && r->data.len == 0)
		login_changed(arg, r->user);
	if (s != NULL)
		login_result(s, r);
}

static void
auth_lost(int helper, void *arg)
{
	struct server *srv = arg;
	struct session *s, *next;

	s = sessions_first(srv->sessions, SESSIONS_WAITING);
	for (; s != NULL; s = next) {
		next = s->next;
		if (s->auth_helper == helper)
			login_auth_lost(s);
	}
	ctl_server_lost(srv->ctl, helper);
}

static void
auth_turn(struct auth_turn *t, void *arg)
{
	(void)arg;
	login_turn(LOOP_OWNER(t, struct session, auth_turn));
}

static void
auth_ctl_reply(uint32_t id, const struct msg_ctl_reply *r, void *arg)
{
	struct server *srv = arg;

	ctl_server_reply(srv->ctl, id, r);
}

const struct auth_pool_ops helpers_auth_ops = {
	.turn = auth_turn,
	.result = auth_result,
	.lost = auth_lost,
	.ctl_reply = auth_ctl_reply
};

static void
drop_list(uint32_t sid, struct frame *f, void *arg)
{
	struct session *s = find(arg, sid);

	if (s != NULL)
		open_list(s, f);
}

static void
drop_message(uint32_t sid, const struct msg_message *m, int *fd, void *arg)
{
	struct session *s = find(arg, sid);

	if (s != NULL)
		fetch_message(s, m, fd);
}

static void
drop_ahead_done(uint32_t sid, const struct msg_ahead *a, void *arg)
{
	struct session *s = find(arg, sid);

	if (s != NULL)
		fetch_ahead_done(s, a);
}

static void
drop_verbatim(uint32_t sid, const struct msg_verbatim *m, void *arg)
{
	struct session *s = find(arg, sid);

	if (s != NULL)
		verbatim_said(s, m);
}

/* The peer may have left while we waited: the work is done all the same. */
static void
commit_done(struct session *s, bool ok)
{
	if (s->conn == NULL) {
		session_end(s, ok ? "quit" : "update-failed");
		return;
	}
	if (!ok)
		s->reason = "update-failed";
	s->phase = SESSION_RUN;
	pop3_give_commit(s->pop, ok);
	turn_go(s, span_of(""));
}

static void
drop_committed(uint32_t sid, const struct msg_committed *m, void *arg)
{
	struct session *s = find(arg, sid);

	if (s == NULL || s->phase != SESSION_COMMIT)
		return;
	if (m->class != ERR_NONE)
		session_log(s, LOG_LEVEL_ERROR, "update failed",
		    (struct log_field[]){ LOG_NUM("removed", m->removed),
		    LOG_NUM("failed", m->failed), LOG_STR("error", m->text),
		    { NULL, { NULL, 0 }, 0 } });
	commit_done(s, m->class == ERR_NONE);
}

static void
drop_fault(uint32_t sid, const struct msg_fault *m, void *arg)
{
	struct session *s = find(arg, sid);

	if (s == NULL)
		return;
	if (s->phase == SESSION_DROP)
		open_fault(s, m);
	else if (s->phase == SESSION_COMMIT)
		commit_done(s, false);
	else
		fetch_fault(s, m);
}

/* Without drop there is no maildrop: the session ends, and what it had marked
 * stays.  One that only waits for its list may try again. */
static void
lose(struct session *s)
{
	static const struct msg_fault temp = { .class = ERR_TEMP, .age = -1,
		.text = "drop process ended" };

	s->drop_helper = -1;
	if (s->phase == SESSION_DROP)
		open_fault(s, &temp);
	else if (s->phase == SESSION_COMMIT)
		commit_done(s, false);
	else
		session_abort(s, "[SYS/TEMP] maildrop lost", "drop-lost");
}

static void
drop_lost(int helper, void *arg)
{
	struct server *srv = arg;
	struct session *s, *next;
	int i;

	for (i = 0; i < SESSIONS_LISTS; i++) {
		s = sessions_first(srv->sessions, (enum sessions_list)i);
		for (; s != NULL; s = next) {
			next = s->next;
			if (s->drop_helper == helper)
				lose(s);
		}
	}
}

const struct drop_pool_ops helpers_drop_ops = {
	.list = drop_list,
	.message = drop_message,
	.ahead_done = drop_ahead_done,
	.verbatim = drop_verbatim,
	.committed = drop_committed,
	.fault = drop_fault,
	.lost = drop_lost
};

static void
relay_answer(uint32_t sid, const struct msg_xmit_answer *m, void *arg)
{
	struct session *s = find(arg, sid);

	if (s != NULL)
		xmit_answer(s, m);
}

static void
relay_ctl_reply(uint32_t id, const struct msg_ctl_reply *r, void *arg)
{
	struct server *srv = arg;

	ctl_server_reply(srv->ctl, id, r);
}

static void
relay_lost(void *arg)
{
	struct server *srv = arg;
	struct session *s, *next;

	s = sessions_first(srv->sessions, SESSIONS_LOGGED_IN);
	for (; s != NULL; s = next) {
		next = s->next;
		xmit_lost(s);
	}
	ctl_server_lost(srv->ctl, RELAY_LINK_HELPER);
}

const struct relay_link_ops helpers_relay_ops = {
	.answer = relay_answer,
	.ctl_reply = relay_ctl_reply,
	.lost = relay_lost
};
