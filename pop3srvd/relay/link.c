/*
 * link.c - a channel from front, served
 *
 * Of lib/ctl it takes the words of an error object, nothing else.
 *
 * Runs in: relay.  Trusts: nothing; front parses what peers send.
 */
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"
#include "lib/ctl/ctl.h"

#include "pop3srvd/relay/link.h"
#include "pop3srvd/relay/verbs.h"

#define LONELY_MS	5000
#define REPLY_OCTETS	(FRAME_MAX - 64)

struct open_letter {
	struct open_letter *next;
	uint32_t sid;
	struct letter *letter;
};

struct link {
	struct links *all;
	struct link *next;
	struct channel *ch;
	uint32_t index;
	struct open_letter *letters;
	size_t n_letters;
};

static void
break_off(struct links *all, const struct log_field *fields)
{
	log_event(all->desk->log, LOG_LEVEL_ERROR, NULL, "channel broken",
	    fields);
	all->broken = true;
	loop_stop(all->desk->loop);
}

/*
 * Front would wait in vain for the answer.  It is dead, then another one comes,
 * or there is no room for what it is told: begin anew, so that it knows.
 */
static void
lost(struct link *l)
{
	const struct log_field fields[] = {
		LOG_STR("from", role_name(ROLE_FRONT)),
		LOG_STR("error", "answers are not taken"),
		{ NULL }
	};

	if (!channel_over(l->ch) && !l->all->broken)
		break_off(l->all, fields);
}

static void
send_answer(struct link *l, uint32_t sid, const struct msg_xmit_answer *a)
{
	struct buf b;

	buf_init(&b, FRAME_MAX);
	if (msg_xmit_answer_pack(a, &b) < 0 || channel_send(l->ch,
	    MSG_XMIT_ANSWER, sid, buf_span(&b), -1) < 0)
		lost(l);
	buf_free(&b);
}

static struct open_letter **
find(struct link *l, uint32_t sid)
{
	struct open_letter **at = &l->letters;

	while (*at != NULL && (*at)->sid != sid)
		at = &(*at)->next;
	return at;
}

static void
drop_letter(struct link *l, struct open_letter **at)
{
	struct open_letter *o = *at;

	*at = o->next;
	l->n_letters--;
	letter_free(&o->letter);
	free(o);
}

static int
on_open(struct link *l, struct frame *f)
{
	struct msg_xmit_answer a = { MSG_XMIT_TEMP, "too many messages are "
	    "being sent at this moment; try again" };
	struct open_letter *o;
	struct msg_xmit_open m;

	if (msg_xmit_open_unpack(&m, f->body) < 0 || *find(l, f->id) != NULL)
		return -1;
	o = l->n_letters < MSG_XMIT_LETTERS ? mem_new(1, sizeof(*o)) : NULL;
	if (o != NULL && (o->letter = letter_open(l->all->desk, &m, &a)) !=
	    NULL) {
		o->sid = f->id;
		o->next = l->letters;
		l->letters = o;
		l->n_letters++;
	} else {
		free(o);
	}
	send_answer(l, f->id, &a);
	return 0;
}

/* A relay that died is another one now and knows nothing of the beginning. */
static int
unknown(struct link *l, uint32_t sid)
{
	static const struct msg_xmit_answer a = { MSG_XMIT_TEMP,
		"the message was lost; send it again" };

	send_answer(l, sid, &a);
	return 0;
}

static int
on_data(struct link *l, struct frame *f)
{
	struct open_letter **at = find(l, f->id);
	struct msg_xmit_answer a;

	if (*at == NULL)
		return unknown(l, f->id);
	letter_data((*at)->letter, f->body, &a);
	if (a.outcome != MSG_XMIT_GO)
		drop_letter(l, at);
	send_answer(l, f->id, &a);
	return 0;
}

static int
on_end(struct link *l, struct frame *f)
{
	struct open_letter **at = find(l, f->id);
	struct msg_xmit_answer a;

	if (f->body.len != 0)
		return -1;
	if (*at == NULL)
		return unknown(l, f->id);
	letter_end((*at)->letter, &a);
	drop_letter(l, at);
	send_answer(l, f->id, &a);
	return 0;
}

/* Of one that was refused meanwhile it is no fault. */
static int
on_abort(struct link *l, struct frame *f)
{
	struct open_letter **at = find(l, f->id);

	if (*at != NULL)
		drop_letter(l, at);
	return f->body.len == 0 ? 0 : -1;
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
	buf_free(&json);
	buf_free(&b);
	json_decref(v);
}

static int
on_ctl(struct link *l, struct frame *f)
{
	struct desk_env *d = l->all->desk;
	json_t *args, *v = NULL;
	struct msg_ctl m;
	struct err e;

	if (msg_ctl_unpack(&m, f->body) < 0)
		return -1;
	err_clear(&e);
	args = json_read(m.args.ptr, m.args.len, &e);
	if (args != NULL && d->queue == NULL)
		err_set(&e, ERR_TEMP, "the spool cannot be opened");
	else if (args != NULL)
		v = verbs_serve(d->queue, d->spool, m.verb, args, &e);
	json_decref(args);
	if (v != NULL)
		send_ctl(l, f->id, true, v);
	else
		send_ctl(l, f->id, false,
		    ctl_error_json(ctl_code_of(&e), e.text));
	return 0;
}

static const struct {
	enum msg_type type;
	int (*serve)(struct link *, struct frame *);
} awaited[] = {
	{ MSG_XMIT_OPEN,	on_open },
	{ MSG_XMIT_DATA,	on_data },
	{ MSG_XMIT_END,		on_end },
	{ MSG_XMIT_ABORT,	on_abort },
	{ MSG_CTL,		on_ctl }
};

static void
end(struct link *l)
{
	struct link **at = &l->all->first;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	while (l->letters != NULL)
		drop_letter(l, &l->letters);
	channel_free(&l->ch);
	free(l);
}

static void
breach(struct link *l, uint16_t type)
{
	const struct log_field fields[] = {
		LOG_STR("from", role_name(ROLE_FRONT)),
		LOG_NUM("type", type),
		{ NULL }
	};

	break_off(l->all, fields);
	end(l);
}

static void
front_frame(struct channel *ch, struct frame *f, void *arg)
{
	struct link *l = arg;
	size_t i;

	(void)ch;
	for (i = 0; i < sizeof(awaited) / sizeof(awaited[0]); i++)
		if (awaited[i].type == f->type)
			break;
	if (i == sizeof(awaited) / sizeof(awaited[0]) || f->fd >= 0 ||
	    awaited[i].serve(l, f) < 0)
		breach(l, f->type);
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
front_gone(struct channel *ch, void *arg)
{
	struct link *l = arg;
	struct links *all = l->all;

	(void)ch;
	end(l);
	if (all->first == NULL &&
	    timer_after(all->desk->loop, &all->lonely, LONELY_MS) < 0)
		lonely_due(all->desk->loop, &all->lonely);
}

static void
tell_count(struct loop *loop, struct task *t)
{
	struct links *all = LOOP_OWNER(t, struct links, count);
	const struct queue *q = all->desk->queue;
	struct msg_queue m;
	struct link *l;
	struct buf b;

	(void)loop;
	if (q == NULL)
		return;
	m.messages = (uint32_t)queue_length(q);
	m.badmail = (uint32_t)queue_badmail(q);
	buf_init(&b, FRAME_MAX);
	if (msg_queue_pack(&m, &b) == 0)
		for (l = all->first; l != NULL; l = l->next)
			(void)channel_send(l->ch, MSG_XMIT_QUEUE, 0,
			    buf_span(&b), -1);
	buf_free(&b);
}

/* However much changes in a turn, it is told once. */
static void
on_change(void *arg)
{
	struct links *all = arg;

	loop_defer(all->desk->loop, &all->count);
}

void
links_begin(struct links *all, struct desk_env *d)
{
	all->desk = d;
	all->lonely.due = lonely_due;
	all->count.run = tell_count;
	if (d->queue != NULL)
		links_queue(all);
}

void
links_queue(struct links *all)
{
	queue_on_change(all->desk->queue, on_change, all);
	on_change(all);
}

int
links_add(struct links *all, uint32_t index, int fd)
{
	static const struct channel_ops ops = {
		.frame = front_frame,
		.gone = front_gone,
	};
	struct link *l, *next;

	for (l = all->first; l != NULL; l = next) {
		next = l->next;
		if (l->index == index)
			end(l);
	}
	l = mem_new(1, sizeof(*l));
	if (l == NULL) {
		(void)close(fd);
		return -1;
	}
	l->all = all;
	l->index = index;
	l->ch = channel_new(all->desk->loop, fd, &ops, l);
	if (l->ch == NULL) {
		free(l);
		return -1;
	}
	l->next = all->first;
	all->first = l;
	timer_stop(all->desk->loop, &all->lonely);
	on_change(all);
	return 0;
}

void
links_end(struct links *all)
{
	while (all->first != NULL)
		end(all->first);
	if (all->desk == NULL)
		return;
	timer_stop(all->desk->loop, &all->lonely);
	loop_undefer(all->desk->loop, &all->count);
}
