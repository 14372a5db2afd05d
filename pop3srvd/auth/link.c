/*
 * link.c - a channel from front, served
 *
 * Of lib/ctl it takes the words of an error object, nothing else.
 *
 * Runs in: auth.  Trusts: nothing; front parses what peers send.
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/ctl/ctl.h"
#include "lib/net/frame.h"

#include "pop3srvd/auth/admin.h"
#include "pop3srvd/auth/change.h"
#include "pop3srvd/auth/exchange.h"
#include "pop3srvd/auth/link.h"
#include "pop3srvd/ipc/msg.h"

#define LONELY_MS	5000
#define REPLY_OCTETS	(FRAME_MAX - 64)	/* room for the record's own */

struct link {
	struct links *all;
	struct link *next;
	struct channel *ch;
	struct exchanges logins;
};

/*
 * Front would wait for the answer as long as a login may last.  It is dead,
 * then another one comes, or there is no room for what it is told: begin anew,
 * so that it knows.
 */
static void
lost(struct link *l)
{
	const struct log_field fields[] = {
		LOG_STR("from", "front"),
		LOG_STR("error", "answers are not taken"),
		{ NULL }
	};

	if (channel_over(l->ch) || l->all->broken)
		return;
	log_event(l->all->auth->log, LOG_LEVEL_ERROR, NULL, "channel broken",
	    fields);
	l->all->broken = true;
	loop_stop(l->all->auth->loop);
}

static void
send_auth(void *arg, uint32_t id, const struct msg_auth_result *r)
{
	struct link *l = arg;
	struct buf b;

	buf_init(&b, FRAME_MAX);
	if (msg_auth_result_pack(r, &b) < 0 || channel_send(l->ch,
	    MSG_AUTH_RESULT, id, buf_span(&b), -1) < 0)
		lost(l);
	buf_wipe(&b);
}

static void
send_ctl(struct link *l, uint32_t id, bool ok, json_t *v)
{
	struct msg_ctl_reply m = { .ok = ok };
	struct buf json, b;

	buf_init(&json, REPLY_OCTETS);
	buf_init(&b, FRAME_MAX);
	if (v != NULL && json_write(v, &json) == 0) {
		m.json = buf_span(&json);
	} else {
		m.ok = false;
		m.json = span_of("{\"code\":\"try-again\",\"text\":\"the "
		    "answer has no room; ask for less\",\"exit\":75}");
	}
	if (msg_ctl_reply_pack(&m, &b) < 0 || channel_send(l->ch,
	    MSG_CTL_REPLY, id, buf_span(&b), -1) < 0)
		lost(l);
	/* account.export has hashes in it */
	buf_wipe(&json);
	buf_wipe(&b);
	json_decref(v);
}

static json_t *
serve_verb(struct link *l, const struct msg_ctl *m, int *code_r,
    struct err *e)
{
	struct auth *auth = l->all->auth;
	struct admin a = { .code = 0 };
	json_t *args, *v;

	args = json_read(m->args.ptr, m->args.len, e);
	if (args == NULL)
		return NULL;
	a.acct = auth->verify.acct;
	a.pw = auth->verify.pw;
	a.default_domain = auth->conf->server.default_domain;
	a.now = loop_time(auth->loop)->wall;
	a.rules = change_rules(auth);
	a.strict = auth->conf->auth.password_strict;
	a.mechanisms = &auth->conf->auth.mechanisms;
	a.auth = auth;
	a.uid = m->uid;
	a.is_admin = m->role >= CTL_ADMIN;
	v = admin_serve(&a, m->verb, args, e);
	admin_wipe(args);
	json_decref(args);
	*code_r = a.code;
	return v;
}

/* Done and asked-for changes are front's audit record; trouble is ours. */
static int
control(struct link *l, struct frame *f)
{
	struct msg_ctl m;
	struct err e;
	int code = 0;
	json_t *v;

	if (msg_ctl_unpack(&m, f->body) < 0)
		return -1;
	err_clear(&e);
	v = serve_verb(l, &m, &code, &e);
	if (v != NULL) {
		send_ctl(l, f->id, true, v);
		return 0;
	}
	if (e.class == ERR_TEMP || e.class == ERR_PERM || e.class == ERR_BUG)
		log_error(l->all->auth->log, LOG_LEVEL_ERROR, NULL,
		    "control verb failed", &e);
	if (code == 0)
		code = (int)ctl_code_of(&e);
	send_ctl(l, f->id, false, ctl_error_json((enum ctl_code)code,
	    e.text));
	return 0;
}

static int
pass(struct link *l, struct frame *f)
{
	return exchange_pass(&l->logins, f->id, f->body);
}

static int
begin(struct link *l, struct frame *f)
{
	return exchange_begin(&l->logins, f->id, f->body);
}

static int
step(struct link *l, struct frame *f)
{
	return exchange_step(&l->logins, f->id, f->body);
}

static int
change(struct link *l, struct frame *f)
{
	return exchange_change(&l->logins, f->id, f->body);
}

static int
give_up(struct link *l, struct frame *f)
{
	return exchange_abort(&l->logins, f->id, f->body);
}

static const struct {
	enum msg_type type;
	int (*serve)(struct link *, struct frame *);
} awaited[] = {
	{ MSG_AUTH_PASS,	pass },
	{ MSG_AUTH_BEGIN,	begin },
	{ MSG_AUTH_STEP,	step },
	{ MSG_AUTH_ABORT,	give_up },
	{ MSG_AUTH_CHANGE,	change },
	{ MSG_CTL,		control }
};

static void
end(struct link *l)
{
	struct link **at = &l->all->first;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	exchanges_clear(&l->logins);
	channel_free(&l->ch);
	free(l);
}

static void
lonely_due(struct loop *l, struct timer *t)
{
	struct links *all = LOOP_OWNER(t, struct links, lonely);

	all->broken = true;
	loop_stop(l);
}

/* A front that died is followed by another.  If none comes, the channel alone
 * was lost, and nobody would ever make it anew. */
static void
gone(struct channel *ch, void *arg)
{
	struct link *l = arg;
	struct links *all = l->all;

	(void)ch;
	end(l);
	all->lonely.due = lonely_due;
	if (all->first == NULL && timer_after(all->auth->loop, &all->lonely,
	    LONELY_MS) < 0)
		lonely_due(all->auth->loop, &all->lonely);
}

static void
breach(struct link *l, uint16_t type)
{
	const struct log_field fields[] = {
		LOG_STR("from", "front"),
		LOG_NUM("type", type),
		{ NULL }
	};

	log_event(l->all->auth->log, LOG_LEVEL_ERROR, NULL, "channel broken",
	    fields);
	l->all->broken = true;
	loop_stop(l->all->auth->loop);
	end(l);
}

static void
frame(struct channel *ch, struct frame *f, void *arg)
{
	struct span body = f->body;
	struct link *l = arg;
	size_t i;

	(void)ch;
	for (i = 0; i < sizeof(awaited) / sizeof(awaited[0]); i++)
		if (awaited[i].type == f->type)
			break;
	if (i == sizeof(awaited) / sizeof(awaited[0]) || f->fd >= 0 ||
	    awaited[i].serve(l, f) < 0)
		breach(l, f->type);
	/* ours until the callback ends, and passwords were in it */
	mem_wipe((char *)(uintptr_t)body.ptr, body.len);
}

static const struct channel_ops ops = {
	.frame = frame,
	.gone = gone,
};

int
link_add(struct links *all, int fd, struct err *e)
{
	struct link *l = mem_new(1, sizeof(*l));

	if (l == NULL) {
		(void)close(fd);
		return err_set(e, ERR_TEMP, "no memory for a channel");
	}
	l->all = all;
	exchanges_init(&l->logins, all->auth);
	l->logins.answer = send_auth;
	l->logins.arg = l;
	l->ch = channel_new(all->auth->loop, fd, &ops, l);
	if (l->ch == NULL) {
		free(l);
		return err_set(e, ERR_TEMP, "no memory for a channel");
	}
	l->next = all->first;
	all->first = l;
	timer_stop(all->auth->loop, &all->lonely);
	return 0;
}

void
links_end(struct links *all)
{
	while (all->first != NULL)
		end(all->first);
	timer_stop(all->auth->loop, &all->lonely);
}
