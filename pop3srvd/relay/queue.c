/*
 * queue.c - accepted messages, until they are sent or given back
 *
 * Runs in: relay.  Trusts: its spool, as far as it was found whole.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"
#include "lib/net/child.h"

#include "pop3srvd/relay/queue_own.h"
#include "pop3srvd/relay/schedule.h"

void
queue_changed(struct queue *q)
{
	if (q->changed != NULL)
		q->changed(q->arg);
}

void
queue_on_change(struct queue *q, queue_fn *fn, void *arg)
{
	q->changed = fn;
	q->arg = arg;
}

void
queue_age(struct entry *t)
{
	const struct moment *now = loop_time(t->q->loop);

	t->v->age += now->mono - t->since;
	t->since = now->mono;
	t->v->saved = now->wall;
}

static void
line_up(struct entry *t)
{
	struct queue *q = t->q;

	if (t->ready || t->active)
		return;
	timer_stop(q->loop, &t->due);
	t->ready = true;
	t->next_ready = NULL;
	*q->ready_end = t;
	q->ready_end = &t->next_ready;
	q->n_ready++;
}

void
queue_put_back(struct entry *t)
{
	t->active = false;
	line_up(t);
}

static void
leave_line(struct entry *t)
{
	struct queue *q = t->q;
	struct entry **at = &q->ready;

	if (!t->ready)
		return;
	while (*at != t)
		at = &(*at)->next_ready;
	*at = t->next_ready;
	if (q->ready_end == &t->next_ready)
		q->ready_end = at;
	t->ready = false;
	q->n_ready--;
}

void
queue_run(struct queue *q)
{
	size_t left = q->n_ready;	/* some may come back into line */
	struct entry *t;

	while (!q->stopping && q->ready != NULL && left-- > 0 &&
	    (int64_t)q->running < q->conf->relay.processes) {
		t = q->ready;
		leave_line(t);
		t->active = true;
		attempt_step(t);
	}
}

static void
on_due(struct loop *l, struct timer *timer)
{
	struct entry *t = LOOP_OWNER(timer, struct entry, due);

	(void)l;
	line_up(t);
	queue_run(t->q);
}

void
queue_wait(struct entry *t, int64_t ms)
{
	t->next_at = loop_time(t->q->loop)->mono + ms;
	/* No memory for a timer: at once is better than never. */
	if (timer_set(t->q->loop, &t->due, t->next_at) < 0)
		line_up(t);
}

/* By id.  A scan comes in order: mostly at the end. */
static void
insert(struct queue *q, struct entry *t)
{
	struct entry **at = &q->first;

	if (q->last != NULL && strcmp(q->last->v->id, t->v->id) < 0)
		at = &q->last->next;
	while (*at != NULL && strcmp((*at)->v->id, t->v->id) < 0)
		at = &(*at)->next;
	t->next = *at;
	*at = t;
	if (t->next == NULL)
		q->last = t;
	q->length++;
}

static void
take_out(struct entry *t)
{
	struct queue *q = t->q;
	struct entry *e, *before = NULL;

	for (e = q->first; e != t; e = e->next)
		before = e;
	if (before == NULL)
		q->first = t->next;
	else
		before->next = t->next;
	if (q->last == t)
		q->last = before;
	q->length--;
}

static void
entry_free(struct entry *t)
{
	timer_stop(t->q->loop, &t->due);
	send_free(&t->send);
	envelope_free(&t->v);
	free(t);
}

void
queue_forget(struct entry *t)
{
	struct queue *q = t->q;

	leave_line(t);
	take_out(t);
	entry_free(t);
	queue_changed(q);
}

static struct entry *
enter(struct queue *q, struct envelope *v)
{
	struct entry *t = mem_new(1, sizeof(*t));

	if (t == NULL) {
		log_event(q->log, LOG_LEVEL_ERROR, NULL, "mail not queued",
		    (const struct log_field[]){ LOG_STR("queue_id", v->id),
		    LOG_STR("error", "out of memory until the next start"),
		    { NULL } });
		envelope_free(&v);
		return NULL;
	}
	t->q = q;
	t->v = v;
	t->due.due = on_due;
	t->since = loop_time(q->loop)->mono;
	insert(q, t);
	return t;
}

void
queue_add(struct queue *q, struct envelope *v)
{
	struct entry *t = enter(q, v);

	if (t == NULL)
		return;
	queue_wait(t, 0);
	queue_changed(q);
}

static void
found(struct envelope *v, void *arg)
{
	struct queue *q = arg;
	struct entry *t;
	int64_t wait = schedule_resume(v->wait, v->saved,
	    loop_time(q->loop)->wall, &v->age);

	t = enter(q, v);
	if (t != NULL)
		queue_wait(t, wait);
}

static void
damaged(const char *id, const struct err *e, void *arg)
{
	struct queue *q = arg;

	log_event(q->log, LOG_LEVEL_ERROR, NULL, "mail damaged",
	    (const struct log_field[]){ LOG_STR("queue_id", id),
	    LOG_STR("error", e->text), { NULL } });
}

static void
count_bad(const char *id, void *arg)
{
	struct queue *q = arg;

	(void)id;
	q->bad++;
}

int
queue_load(struct queue *q, struct err *e)
{
	static const struct spool_ops ops = {
		.found = found,
		.damaged = damaged
	};

	if (spool_scan(q->spool, &ops, q, e) < 0)
		return -1;
	return spool_each_bad(q->spool, count_bad, q, e);
}

static void
on_child(struct loop *l, int signo, void *arg)
{
	struct queue *q = arg;
	struct entry *t;
	int status;
	pid_t pid;

	(void)l;
	(void)signo;
	while ((pid = child_reap(&status)) > 0)
		for (t = q->first; t != NULL; t = t->next)
			if (t->send != NULL && send_pid(t->send) == pid) {
				attempt_ended(t, status);
				break;
			}
	queue_run(q);
}

struct queue *
queue_new(struct loop *l, struct log_out *log, struct spool *s,
    const struct conf *c)
{
	struct queue *q = mem_new(1, sizeof(*q));

	if (q == NULL)
		return NULL;
	q->loop = l;
	q->log = log;
	q->spool = s;
	q->conf = c;
	q->ready_end = &q->ready;
	if (loop_signal(l, SIGCHLD, on_child, q) < 0)
		queue_free(&q);
	return q;
}

void
queue_free(struct queue **q_p)
{
	struct queue *q = *q_p;
	struct entry *t;

	if (q == NULL)
		return;
	while ((t = q->first) != NULL) {
		q->first = t->next;
		entry_free(t);
	}
	free(q);
	*q_p = NULL;
}

void
queue_passwords(struct queue *q, const struct passwords *p)
{
	q->passwords = p;
}

void
queue_conf(struct queue *q, const struct conf *c)
{
	q->conf = c;
	queue_run(q);
}

void
queue_stop(struct queue *q)
{
	q->stopping = true;
}

size_t
queue_length(const struct queue *q)
{
	return q->length;
}

size_t
queue_busy(const struct queue *q)
{
	return q->running;
}

const char *
queue_hostname(const struct queue *q)
{
	return q->conf->server.hostname;
}

size_t
queue_badmail(const struct queue *q)
{
	return q->bad;
}

static void
view(const struct entry *t, struct queue_view *v)
{
	int64_t now = loop_time(t->q->loop)->mono;

	v->v = t->v;
	v->active = t->active;
	v->age = t->v->age + now - t->since;
	v->wait = t->active || t->next_at < now ? 0 : t->next_at - now;
}

static struct entry *
find(const struct queue *q, const char *id)
{
	struct entry *t;

	for (t = q->first; t != NULL; t = t->next)
		if (strcmp(t->v->id, id) == 0)
			return t;
	return NULL;
}

bool
queue_look(const struct queue *q, const char *id, struct queue_view *view_r)
{
	const struct entry *t = find(q, id);

	if (t != NULL)
		view(t, view_r);
	return t != NULL;
}

bool
queue_next(const struct queue *q, const char *after,
    struct queue_view *view_r)
{
	const struct entry *t = q->first;

	while (t != NULL && strcmp(t->v->id, after) <= 0)
		t = t->next;
	if (t != NULL)
		view(t, view_r);
	return t != NULL;
}

bool
queue_retry(struct queue *q, const char *id)
{
	struct entry *t = find(q, id);

	if (t == NULL)
		return false;
	if (!t->active && !t->ready)
		queue_wait(t, 0);
	return true;
}

int
queue_remove(struct queue *q, const char *id, struct err *e)
{
	struct entry *t = find(q, id);

	if (t == NULL)
		return err_set(e, ERR_NOTFOUND, "%s is not in the queue", id);
	if (t->active)
		return err_set(e, ERR_TEMP, "%s is just being delivered; try "
		    "again", id);
	if (spool_remove(q->spool, id, e) < 0)
		return -1;
	queue_forget(t);
	return 0;
}

static void
begin_anew(struct envelope *v, int64_t now)
{
	size_t i;

	v->age = v->wait = 0;
	v->saved = now;
	v->attempts = 0;
	v->noticed = false;
	for (i = 0; i < v->n_rcpts; i++)
		if (v->rcpts[i].state == RCPT_FAILED)
			v->rcpts[i].state = RCPT_WAITS;
}

int
queue_revive(struct queue *q, const char *id, struct err *e)
{
	struct envelope *v = spool_bad(q->spool, id, e);

	if (v == NULL)
		return -1;
	begin_anew(v, loop_time(q->loop)->wall);
	if (spool_from_bad(q->spool, id, e) < 0) {
		envelope_free(&v);
		return -1;
	}
	(void)spool_save(q->spool, v, e);
	q->bad--;
	queue_add(q, v);
	return 0;
}

int
queue_drop_bad(struct queue *q, const char *id, struct err *e)
{
	if (spool_remove_bad(q->spool, id, e) < 0)
		return -1;
	q->bad--;
	queue_changed(q);
	return 0;
}
