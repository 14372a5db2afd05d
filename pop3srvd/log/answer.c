/*
 * answer.c - answers to control verbs
 *
 * Runs in: log.  Trusts: nothing is read here.
 */
#include "lib/base/json.h"
#include "lib/ctl/ctl.h"
#include "pop3srvd/ipc/msg.h"

#include "pop3srvd/log/answer.h"

static int
reply(struct channel *ch, uint32_t id, bool ok, const json_t *v)
{
	struct msg_ctl_reply m = { .ok = ok };
	struct buf text, b;
	int r = -1;

	buf_init(&text, FRAME_MAX - 64);
	buf_init(&b, FRAME_MAX);
	if (v != NULL && json_write(v, &text) == 0) {
		m.json = buf_span(&text);
		if (msg_ctl_reply_pack(&m, &b) == 0)
			r = channel_send(ch, MSG_CTL_REPLY, id, buf_span(&b),
			    -1);
	}
	buf_free(&text);
	buf_free(&b);
	return r;
}

void
answer_fault(struct channel *ch, uint32_t id, const struct err *e)
{
	json_t *v = ctl_error_json(ctl_code_of(e), e->text);

	(void)reply(ch, id, false, v);
	json_decref(v);
}

void
answer_ok(struct channel *ch, uint32_t id, json_t *result)
{
	struct err e;

	if (reply(ch, id, true, result) < 0) {
		err_set(&e, ERR_TEMP, "the answer has no room");
		answer_fault(ch, id, &e);
	}
	json_decref(result);
}
