/*
 * fetch.c - messages on their way from drop to the engine
 *
 * Runs in: front.
 * Trusts: drop for the descriptors.
 */
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "pop3srvd/front/deadline.h"
#include "pop3srvd/front/fds.h"
#include "pop3srvd/front/fetch.h"
#include "pop3srvd/front/message.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/turn.h"
#include "pop3srvd/front/verbatim.h"

/* One that drop opened ahead of need; the others behind it stay. */
static struct message *
take_ahead(struct session *s, uint32_t number)
{
	struct message *m = NULL;
	bool more = false;
	int i;

	for (i = 0; s->ahead != NULL && i < SESSION_AHEAD; i++) {
		struct message **at = &s->ahead->at[i];

		if (*at == NULL)
			continue;
		if (message_number(*at) == number && m == NULL) {
			m = *at;
			*at = NULL;
		} else if (message_number(*at) <= number) {
			message_free(at);
		} else {
			more = true;
		}
	}
	if (!more) {
		free(s->ahead);
		s->ahead = NULL;
	}
	return m;
}

static void
keep_ahead(struct session *s, const struct msg_message *m, int *fd)
{
	int i;

	if (m->number <= s->last_number || fds_short(*fd))
		return;
	if (s->ahead == NULL)
		s->ahead = mem_new(1, sizeof(*s->ahead));
	for (i = 0; s->ahead != NULL && i < SESSION_AHEAD; i++)
		if (s->ahead->at[i] == NULL) {
			s->ahead->at[i] = message_new(*fd, m);
			*fd = -1;
			return;
		}
}

/* The second message in order shows that more will follow. */
static uint32_t
how_many_ahead(const struct session *s, uint32_t number)
{
	uint32_t left = s->list->list.count - number;

	if (number < 2 || number != s->last_number + 1)
		return 0;
	return left < SESSION_AHEAD ? left : SESSION_AHEAD;
}

static bool
fault(struct session *s, bool gone)
{
	s->phase = SESSION_RUN;
	s->fetching = false;
	message_free(&s->msg);
	pop3_give_msg_fault(s->pop, gone);
	return true;
}

static bool
ask(struct session *s)
{
	struct msg_fetch m = { .number = pop3_msg(s->pop)->number };

	m.ahead = how_many_ahead(s, m.number);
	s->last_number = m.number;
	if (s->drop_helper < 0 || drop_pool_fetch(s->srv->drops,
	    s->drop_helper, s->sid, &m) < 0)
		return fault(s, false);
	s->phase = SESSION_MSG;
	s->fetching = true;
	conn_want(s->conn, 0);
	return false;
}

bool
fetch_broken(struct session *s)
{
	return fault(s, false);
}

bool
fetch_read_ahead(struct session *s)
{
	struct msg_ahead a = message_ahead(s->msg);

	if (s->drop_helper < 0 || drop_pool_ahead(s->srv->drops,
	    s->drop_helper, s->sid, &a) < 0)
		return fault(s, false);
	s->phase = SESSION_MSG;
	conn_want(s->conn, 0);
	return false;
}

void
fetch_go_on(struct session *s)
{
	s->phase = SESSION_RUN;
	s->fetching = false;
	deadline_touch(s);
	turn_go(s, span_of(""));
}

static void
on_pipe(void *arg)
{
	fetch_go_on(arg);
}

bool
fetch_block(struct session *s, struct turn *t)
{
	uint32_t number = pop3_msg(s->pop)->number;
	struct span block;
	bool last;

	if (s->msg != NULL && message_number(s->msg) != number)
		message_free(&s->msg);
	if (s->msg == NULL) {
		s->msg = take_ahead(s, number);
		if (s->msg == NULL)
			return ask(s);
		s->last_number = number;
	}
	if (verbatim_due(s))
		return verbatim_block(s, t);
	switch (message_read(s->msg, &block, &last)) {
	case MESSAGE_BLOCK:
		pop3_give_msg(s->pop, block.ptr, block.len, last);
		metrics_add(s->srv, MESSAGES, last);
		verbatim_ask(s);
		return true;
	case MESSAGE_AHEAD:
		return fetch_read_ahead(s);
	case MESSAGE_POLL:
		if (message_wait(s->msg, s->srv->loop, on_pipe, s) < 0)
			break;
		s->phase = SESSION_MSG;
		conn_want(s->conn, 0);
		return false;
	case MESSAGE_FAULT:
	case MESSAGE_GONE:
		break;
	}
	return fault(s, false);
}

void
fetch_done(struct session *s)
{
	message_free(&s->msg);
}

/* Of a message opened ahead: it will be asked for again. */
void
fetch_fault(struct session *s, const struct msg_fault *m)
{
	if (s->phase != SESSION_MSG || (m->number != 0 &&
	    m->number != pop3_msg(s->pop)->number))
		return;
	session_log(s, LOG_LEVEL_WARNING, "message fault",
	    (struct log_field[]){ LOG_NUM("number", m->number),
	    LOG_STR("class", err_class_name(m->class)),
	    LOG_STR("error", m->text), { NULL, { NULL, 0 }, 0 } });
	fault(s, m->class == ERR_NOTFOUND);
	fetch_go_on(s);
}

/* A message that there is no descriptor for costs itself, not its channel. */
void
fetch_message(struct session *s, const struct msg_message *m, int *fd)
{
	const struct msg_fault none = { .class = ERR_TEMP,
	    .number = m->number, .text = "no descriptor left" };

	if (*fd < 0 || fds_out(*fd)) {
		fetch_fault(s, &none);
	} else if (s->phase == SESSION_MSG && s->fetching && s->msg == NULL &&
	    m->number == pop3_msg(s->pop)->number) {
		s->msg = message_new(*fd, m);
		*fd = -1;
		if (s->msg == NULL)
			fault(s, false);
		fetch_go_on(s);
	} else if (s->phase != SESSION_DEAD && s->logged_in) {
		keep_ahead(s, m, fd);
	}
}

void
fetch_ahead_done(struct session *s, const struct msg_ahead *a)
{
	if (s->phase != SESSION_MSG || s->fetching || s->msg == NULL ||
	    message_number(s->msg) != a->number)
		return;
	message_ahead_done(s->msg);
	fetch_go_on(s);
}

void
fetch_forget(struct session *s)
{
	int i;

	message_free(&s->msg);
	for (i = 0; s->ahead != NULL && i < SESSION_AHEAD; i++)
		message_free(&s->ahead->at[i]);
	free(s->ahead);
	s->ahead = NULL;
}
