/*
 * verbatim.c - lines of a message that go out as they are stored
 *
 * Runs in: front.
 * Trusts: drop for what it found in a file; not that the file stays so.
 */
#include "pop3srvd/front/fetch.h"
#include "pop3srvd/front/message.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/turn.h"
#include "pop3srvd/front/verbatim.h"

void
verbatim_ask(struct session *s)
{
	struct msg_verbatim q;

	if (!pop3_may_pass(s->pop) || !message_ask(s->msg, &q))
		return;
	/* whom we cannot ask knows of none */
	if (s->drop_helper < 0 || drop_pool_verbatim(s->srv->drops,
	    s->drop_helper, s->sid, &q) < 0)
		(void)message_told(s->msg, &q);
}

static bool
waiting(const struct session *s)
{
	return message_asked(s->msg) && message_stretch(s->msg) == 0;
}

bool
verbatim_due(const struct session *s)
{
	return message_stretch(s->msg) > 0 || waiting(s);
}

void
verbatim_said(struct session *s, const struct msg_verbatim *a)
{
	bool was = s->msg != NULL && s->phase == SESSION_MSG && waiting(s);

	if (s->msg != NULL && message_told(s->msg, a) && was)
		fetch_go_on(s);
}

static bool
send_some(struct session *s, struct turn *t)
{
	struct span rest;
	size_t sent;
	bool last;

	switch (message_send(s->msg, s->conn, &sent, &rest, &last)) {
	case MESSAGE_BLOCK:
		turn_wrote(s, sent);
		pop3_give_passed(s->pop, sent, rest, last);
		metrics_add(s->srv, MESSAGES, last);
		return turn_goes_on(s, t);
	case MESSAGE_AHEAD:
		return fetch_read_ahead(s);
	case MESSAGE_POLL:
		return turn_blocked(s);
	case MESSAGE_FAULT:
		return fetch_broken(s);
	case MESSAGE_GONE:
		break;
	}
	session_end(s, "gone");
	return false;
}

bool
verbatim_block(struct session *s, struct turn *t)
{
	if (!turn_flushed(s))
		return false;
	verbatim_ask(s);
	if (!waiting(s))
		return send_some(s, t);
	s->phase = SESSION_MSG;
	conn_want(s->conn, 0);
	return false;
}
