/*
 * ctl_seat.c - one place at the control socket: who sits there, what was asked
 *
 * Runs in: front.
 * Trusts: nothing from the client.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"

#include "pop3srvd/front/ctl_forward.h"
#include "pop3srvd/front/ctl_seat.h"
#include "pop3srvd/front/server.h"

#define RECORD_WAIT	3000	/* ms for a record to be on the disk */
#define REPLY_WAIT	120000	/* ms for an answer that only we wait for */

uint32_t
ctl_seat_ticket(struct ctl_seat *st)
{
	if (++*st->tickets == 0)
		*st->tickets = 1;
	return *st->tickets;
}

void
ctl_seat_clear(struct ctl_seat *st)
{
	timer_stop(st->srv->loop, &st->patience);
	if (st->req.verb != NULL && strcmp(st->req.verb->verb,
	    CTL_FOLLOW) == 0)
		ctl_forward_end_follow(st->srv, st->ticket);
	st->ticket = 0;
	st->follows = false;
	st->held = false;
	st->lost = 0;
	json_decref(st->answer.result);
	free(st->answer.text);
	memset(&st->answer, 0, sizeof(st->answer));
	ctl_audit_clear(&st->record);
	ctl_request_clear(&st->req);
}

void
ctl_seat_release(struct ctl_seat *st, const char *warning)
{
	struct ctl_answer *a = &st->answer;
	struct buf *out;

	if (st->client != NULL) {
		out = ctl_client_out(st->client);
		if (a->code != CTL_OK)
			(void)ctl_reply_fault(out, st->req.id, a->code,
			    a->text != NULL ? a->text : "out of memory");
		else
			(void)ctl_reply_warn(out, st->req.id,
			    json_incref(a->result), warning);
		ctl_client_answer(st->client, false);
	}
	ctl_seat_clear(st);
}

/* A change is answered behind its record. */
static void
answer(struct ctl_seat *st, enum ctl_code code, const char *text,
    json_t *result)
{
	st->answer.code = code;
	st->answer.text = mem_strdup(text);
	st->answer.result = result;
	if (!ctl_changes(st->req.verb, st->req.args)) {
		ctl_seat_release(st, NULL);
		return;
	}
	st->ticket = 0;
	if (ctl_audit_send(st->srv, &st->record, ctl_seat_ticket(st),
	    &st->asker, &st->req, code == CTL_OK ? "ok" :
	    ctl_code_name(code)) < 0)
		ctl_seat_release(st, "this change has no audit record");
	else if (timer_after(st->srv->loop, &st->patience, RECORD_WAIT) < 0)
		ctl_seat_release(st, NULL);
}

void
ctl_seat_fault(struct ctl_seat *st, enum ctl_code code, const char *text)
{
	answer(st, code, text, NULL);
}

void
ctl_seat_ok(struct ctl_seat *st, json_t *result)
{
	answer(st, CTL_OK, NULL, result);
}

static void
let_go(struct ctl_seat *st)
{
	char *text = st->answer.text;

	st->held = false;
	answer(st, st->answer.code, text, NULL);
	free(text);
}

void
ctl_seat_hold(struct ctl_seat *st, enum ctl_code code, const char *text,
    int64_t ms)
{
	st->ticket = 0;
	st->held = true;
	st->answer.code = code;
	st->answer.text = mem_strdup(text);
	if (timer_after(st->srv->loop, &st->patience, ms) < 0)
		let_go(st);
}

void
ctl_seat_refuse(struct ctl_seat *st, struct ctl_refusals *f)
{
	ctl_audit_refusal(st->srv, f, &st->asker, &st->req);
	st->answer.code = CTL_NO_ROLE;
	st->answer.text = mem_strdup("this needs a higher role; see "
	    "control.roles in the configuration");
	ctl_seat_release(st, NULL);
}

void
ctl_seat_overdue(struct ctl_seat *st)
{
	if (st->held) {
		let_go(st);
	} else if (st->record.id != 0) {
		ctl_audit_missing(st->srv, &st->req);
		ctl_seat_release(st, "this change may have no audit record: "
		    "log does not answer");
	} else if (st->req.verb != NULL) {
		ctl_seat_fault(st, CTL_TRY_AGAIN, "no answer in time");
	}
}

static void
patience_due(struct loop *l, struct timer *t)
{
	(void)l;
	ctl_seat_overdue(LOOP_OWNER(t, struct ctl_seat, patience));
}

/* Nobody waits for this record. */
static void
record_gone(struct ctl_seat *st, const char *result)
{
	struct ctl_record r = { .id = 0 };

	(void)ctl_audit_send(st->srv, &r, 0, &st->asker, &st->req, result);
	ctl_audit_clear(&r);
}

void
ctl_seat_take_away(struct ctl_seat *st)
{
	if (st->held)
		record_gone(st, ctl_code_name(st->answer.code));
	else if (st->ticket != 0 && ctl_changes(st->req.verb, st->req.args))
		record_gone(st, "asker-gone");	/* how it went, who knows */
	ctl_client_free(&st->client);
	ctl_seat_clear(st);
}

void
ctl_seat_gone(struct ctl_seat *st)
{
	ctl_client_free(&st->client);
	if (st->held)
		return;		/* or leaving were a way to guess faster */
	if (st->record.id != 0 && life_log_channel(st->srv->life) == NULL)
		return;		/* it has to be sent yet */
	if (st->ticket == 0 ||
	    !ctl_changes(st->req.verb, st->req.args) || timer_after(
	    st->srv->loop, &st->patience, REPLY_WAIT) < 0)
		ctl_seat_clear(st);
}

void
ctl_seat_line(struct ctl_seat *st, uint64_t lost, struct span json)
{
	if (!st->follows || st->client == NULL)
		return;
	st->lost += lost;
	if (ctl_reply_more(ctl_client_out(st->client), st->req.id, st->lost,
	    json) < 0) {
		st->lost++;
		return;
	}
	st->lost = 0;
	ctl_client_stream(st->client);
}

void
ctl_seat_init(struct ctl_seat *st, struct server *srv, uint32_t *tickets)
{
	st->srv = srv;
	st->tickets = tickets;
	st->patience.due = patience_due;
}
