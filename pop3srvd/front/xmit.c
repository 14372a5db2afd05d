/*
 * xmit.c - a message of XTND XMIT on its way to relay
 *
 * Runs in: front.
 * Trusts: nothing from the peer; relay for its answers.
 */
#include "pop3srvd/front/deadline.h"
#include "pop3srvd/front/engine.h"
#include "pop3srvd/front/ports.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/turn.h"
#include "pop3srvd/front/vserver.h"
#include "pop3srvd/front/xmit.h"

#define ANSWER_WAIT	60000	/* ms for relay, its disk included */
#define NOT_HERE	"no mail can be taken now"
#define IS_OFF		"XTND XMIT is switched off"

#define END_FIELDS	{ NULL, { NULL, 0 }, 0 }

static int
open_message(struct session *s)
{
	char id[SESSION_ID];
	struct msg_xmit_open m = {
		.sender = span_mem(s->sender, s->sender_len),
		.session = session_id(s, id),
		.listener = s->vs->name,
		.hostname = s->vs->hostname,
		.peer = s->peer,
		.tls = conn_tls(s->conn) || s->proxy_tls
	};

	if (s->sender == NULL)
		return -1;
	return relay_link_open(s->srv->relay, s->sid, &m);
}

static int
hand_on(struct session *s, const struct pop3_xmit *x)
{
	switch (x->kind) {
	case POP3_XMIT_OPEN:
		return open_message(s);
	case POP3_XMIT_DATA:
		return relay_link_data(s->srv->relay, s->sid, x->data);
	case POP3_XMIT_END:
		return relay_link_end(s->srv->relay, s->sid);
	case POP3_XMIT_ABORT:
		break;
	}
	return -1;
}

void
xmit_forget(struct session *s)
{
	if (s->xmit_open)
		relay_link_abort(s->srv->relay, s->sid);
	s->xmit_open = false;
}

/* Off is off for sessions too that began before: a message that has begun may
 * end. */
static bool
switched_off(const struct session *s)
{
	const struct vserver *now = ports_vserver(s->srv->ports, s->vs->name);

	return now == NULL || !now->pop3.xmit;
}

bool
xmit_serve(struct session *s)
{
	const struct pop3_xmit *x = pop3_xmit(s->pop);

	if (x->kind == POP3_XMIT_ABORT) {
		xmit_forget(s);
		pop3_give_xmit(s->pop, POP3_XMIT_GO, span_of(""));
		return true;
	}
	if (x->kind == POP3_XMIT_OPEN && switched_off(s)) {
		pop3_give_xmit(s->pop, POP3_XMIT_PERM, span_of(IS_OFF));
		return true;
	}
	if ((x->kind != POP3_XMIT_OPEN && !s->xmit_open) ||
	    hand_on(s, x) < 0) {
		xmit_forget(s);
		pop3_give_xmit(s->pop, POP3_XMIT_TEMP, span_of(NOT_HERE));
		return true;
	}
	/* what is whole is sent, also when the peer does not wait for it */
	s->xmit_open = x->kind != POP3_XMIT_END;
	s->phase = SESSION_XMIT;
	s->answer_at = session_now(s) + ANSWER_WAIT;
	conn_want(s->conn, 0);
	return false;
}

static void
give(struct session *s, enum pop3_xmit_result r, const char *text)
{
	if (r != POP3_XMIT_GO)
		s->xmit_open = false;
	s->phase = SESSION_RUN;
	deadline_touch(s);
	pop3_give_xmit(s->pop, r, span_of(text));
	deadline_data(s, pop3_taking(s->pop));
	turn_go(s, span_of(""));
}

/* What relay took is in relay's log line; what it did not take, here. */
static void
log_refused(const struct session *s, const char *class, const char *text)
{
	session_log(s, LOG_LEVEL_INFO, "xmit refused", (struct log_field[]){
	    LOG_STR("user", s->account), LOG_STR("class", class),
	    LOG_STR("error", text), END_FIELDS });
}

void
xmit_answer(struct session *s, const struct msg_xmit_answer *a)
{
	static const enum pop3_xmit_result results[] = {
		[MSG_XMIT_GO] = POP3_XMIT_GO,
		[MSG_XMIT_TEMP] = POP3_XMIT_TEMP,
		[MSG_XMIT_PERM] = POP3_XMIT_PERM
	};

	if (s->phase != SESSION_XMIT)
		return;
	if (a->outcome != MSG_XMIT_GO)
		log_refused(s, a->outcome == MSG_XMIT_TEMP ? "temporary" :
		    "permanent", a->text);
	give(s, results[a->outcome], a->text);
}

void
xmit_lost(struct session *s)
{
	bool awaited = s->phase == SESSION_XMIT;

	if (!s->xmit_open && !awaited)
		return;
	s->xmit_open = false;
	log_refused(s, "temporary", "relay process ended");
	if (awaited)
		give(s, POP3_XMIT_TEMP, NOT_HERE);
}

/* An answer that came later would be taken for another question's: the session
 * cannot go on. */
void
xmit_overdue(struct session *s)
{
	xmit_forget(s);
	log_refused(s, "temporary", "relay does not answer");
	session_abort(s, "[SYS/TEMP] no answer in time", "helper-timeout");
}
