/*
 * target.c - one place where records go
 *
 * Nothing here waits: a full, slow or vanished target costs its own records
 * and no others (reliability.md F-41).
 *
 * Runs in: log.  Trusts: nothing in a record, no target to take anything.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/mem.h"

#include "pop3srvd/log/queue.h"
#include "pop3srvd/log/target.h"

#define QUEUE_MAX	(1u << 20)	/* octets */
#define RETRY_MS	INT64_C(1000)
#define RETRY_SHIFTS	16		/* more would overflow */
#define PROOF_MS	1000
#define NAME_OCTETS	272

struct target {
	const struct target_ops *ops;
	struct target_place place;
	struct loop *loop;
	char name[NAME_OCTETS];
	struct sink *sink;	/* NULL: not open */
	bool failed;
	bool told;		/* that it failed, and why: */
	struct err why;
	bool greeted;		/* nothing was written since say_format() */
	bool waiting;		/* for the sink */
	bool watching;
	unsigned attempt;
	uint64_t dropped;	/* not yet told */
	uint64_t dropped_ever;
	struct queue queue;
	struct watch watch;
	struct timer retry;	/* closed, or no memory to wait */
	struct timer stall;	/* open, and nothing goes on */
	struct timer proof;	/* something is not confirmed */
	target_news_fn *news;
	void *arg;
};

static void
drop(struct target *t, uint64_t n)
{
	t->dropped += n;
	t->dropped_ever += n;
}

static void
unwatch(struct target *t)
{
	if (t->watching)
		loop_unwatch(t->loop, &t->watch);
	t->watching = false;
}

/* Watch for what is awaited now; -1 when that cannot be. */
static int
watch(struct target *t)
{
	short events = t->ops->hear != NULL ? POLLIN : 0;

	if (t->waiting)
		events = (short)(events | t->sink->needs);
	if (events == 0) {
		unwatch(t);
		return 0;
	}
	if (t->watching) {
		loop_events(t->loop, &t->watch, events);
		return 0;
	}
	t->watch.fd = t->sink->fd;
	t->watch.events = events;
	t->watching = loop_watch(t->loop, &t->watch) == 0;
	return t->watching ? 0 : -1;
}

static void
watch_stall(struct target *t)
{
	if (t->ops->stall_ms > 0 && !timer_is_set(&t->stall))
		(void)timer_after(t->loop, &t->stall, t->ops->stall_ms);
}

static void
wait_for_room(struct target *t)
{
	t->waiting = true;
	watch_stall(t);
	if (watch(t) == 0)
		return;
	t->waiting = false;
	(void)timer_after(t->loop, &t->retry, RETRY_MS);
}

static void
shut(struct target *t)
{
	unwatch(t);
	t->waiting = false;
	timer_stop(t->loop, &t->retry);
	timer_stop(t->loop, &t->stall);
	timer_stop(t->loop, &t->proof);
	if (t->sink != NULL)
		t->ops->close(t->sink);
	t->sink = NULL;
	if (t->ops->settled != NULL)
		queue_rewind(&t->queue);
}

static int64_t
pause_of(const struct target *t)
{
	int64_t ms = RETRY_MS << (t->attempt < RETRY_SHIFTS ? t->attempt :
	    RETRY_SHIFTS);

	return ms < t->ops->retry_max_ms ? ms : t->ops->retry_max_ms;
}

static void
fail(struct target *t, const struct err *e)
{
	bool same = t->told && strcmp(t->why.text, e->text) == 0;

	shut(t);
	t->failed = true;
	t->why = *e;
	(void)timer_after(t->loop, &t->retry, pause_of(t));
	t->attempt++;
	if (!same)
		t->told = t->news(t, &t->why, t->arg);
}

static void
broken(struct target *t, int errnum)
{
	struct err e;

	err_set(&e, ERR_TEMP, "cannot write to %.200s: %s", target_name(t),
	    t->ops->fault != NULL ? t->ops->fault(t->sink, errnum) :
	    strerror(errnum));
	e.errnum = errnum;
	fail(t, &e);
}

static int
put_frame(const struct target *t, const struct buf *record, struct buf *b)
{
	int bad = 0;

	if (t->ops->framing == TARGET_COUNTED)
		bad |= buf_printf(b, "%zu ", buf_len(record));
	bad |= buf_add(b, buf_data(record), buf_len(record));
	if (t->ops->framing == TARGET_LINES)
		bad |= buf_addc(b, '\n');
	return bad;
}

static int
render(const struct target *t, const struct logrec *r, struct buf *b)
{
	const struct render_as as = { t->place.log->format, t->place.conf,
		t->ops->limit };
	struct buf record;
	int status;

	buf_init(&record, RENDER_MAX);
	status = t->ops->render(r, &as, &record);
	if (status == 0)
		status = put_frame(t, &record, b);
	buf_free(&record);
	return status;
}

static bool
confirm(struct target *t)
{
	if (t->ops->settled != NULL && (t->sink == NULL ||
	    !t->ops->settled(t->sink)))
		return false;
	queue_confirm(&t->queue);
	return true;
}

/* One rendered record behind the others; counted when it does not fit. */
static void
enqueue(struct target *t, const struct logrec *r)
{
	struct buf b;

	buf_init(&b, RENDER_MAX + 16);
	if (render(t, r, &b) < 0 ||
	    (queue_add(&t->queue, buf_span(&b)) < 0 &&
	    (!confirm(t) || queue_add(&t->queue, buf_span(&b)) < 0)))
		drop(t, 1);
	buf_free(&b);
}

/* The target's own words, in its own queue. */
static void
say(struct target *t, const char *what, const struct log_field *fields)
{
	struct logrec r = { .level = LOG_LEVEL_INFO, .what = what };
	struct moment now;

	clock_read(&now);
	r.wall = now.wall;
	r.pid = (uint32_t)getpid();
	while (fields[r.n_fields].key != NULL) {
		r.fields[r.n_fields] = fields[r.n_fields];
		r.n_fields++;
	}
	enqueue(t, &r);
}

/* The first line after start or reopening carries the grammar's version. */
static void
say_format(struct target *t)
{
	const struct log_field fields[] = {
		LOG_NUM("fmt", 1),
		LOG_STR("to", t->ops->name),
		{ NULL }
	};

	say(t, "log opened", fields);
}

static void
say_dropped(struct target *t)
{
	const struct log_field fields[] = {
		LOG_NUM("count", t->dropped),
		LOG_STR("to", t->ops->name),
		{ NULL }
	};

	t->dropped = 0;
	say(t, "log records dropped", fields);
}

static void
works(struct target *t)
{
	t->attempt = 0;
	if (t->dropped > 0)
		say_dropped(t);
	t->failed = false;
	if (t->told) {
		t->told = false;
		(void)t->news(t, NULL, t->arg);
	}
}

static void
took(struct target *t, size_t n)
{
	t->greeted = false;
	timer_stop(t->loop, &t->stall);
	queue_sent(&t->queue, n);
	if (t->ops->settled == NULL)
		queue_confirm(&t->queue);
}

/* -1 when nothing more goes out for now. */
static int
write_some(struct target *t)
{
	bool one = t->ops->framing == TARGET_DATAGRAMS;
	struct span s = one ? queue_next(&t->queue) : queue_rest(&t->queue);
	ssize_t n = t->ops->write(t->sink, s);

	if (n < 0 && errno == EMSGSIZE && one) {
		drop(t, 1);
		n = (ssize_t)s.len;
	}
	if (n > 0) {
		took(t, one ? s.len : (size_t)n);
		return 0;
	}
	if (n < 0 && errno == EINTR)
		return 0;
	if (n == 0 || errno == EAGAIN || errno == EWOULDBLOCK)
		wait_for_room(t);
	else
		broken(t, errno);
	return -1;
}

/* After a failure one record goes ahead, and the others once it arrived. */
static bool
held_back(const struct target *t)
{
	return t->ops->settled != NULL && t->failed &&
	    queue_unsure(&t->queue);
}

/* Whether all went out that may.  Telling the news may have come in between,
 * and closed the sink or begun to wait for it. */
static bool
write_all(struct target *t)
{
	if (t->sink == NULL || t->waiting)
		return false;
	while (!queue_sent_all(&t->queue) && !held_back(t))
		if (write_some(t) < 0)
			return false;
	if (queue_unsure(&t->queue) && !timer_is_set(&t->proof))
		(void)timer_after(t->loop, &t->proof, PROOF_MS);
	return true;
}

static void
flush(struct target *t)
{
	if (!write_all(t) || queue_unsure(&t->queue))
		return;
	if (t->dropped > 0 || t->failed) {
		works(t);
		/* what works() had to say; without memory that is nothing */
		if (!write_all(t))
			return;
	}
	queue_relax(&t->queue);
}

static void
open_it(struct target *t)
{
	const struct target_opening o = { &t->place, t->attempt,
		loop_time(t->loop)->wall };
	struct err e;

	t->sink = t->ops->open(&o, &e);
	if (t->sink == NULL) {
		fail(t, &e);
		return;
	}
	(void)watch(t);
	/* once, however often a full disk makes us open it */
	if (!t->greeted)
		say_format(t);
	t->greeted = true;
	flush(t);
}

static void
on_ready(struct loop *l, struct watch *w, short revents)
{
	struct target *t = LOOP_OWNER(w, struct target, watch);

	(void)l;
	(void)revents;
	if (t->ops->hear != NULL && t->ops->hear(t->sink) < 0) {
		broken(t, errno);
		return;
	}
	if (!t->waiting)
		return;
	t->waiting = false;
	flush(t);
	if (t->sink != NULL && !t->waiting)
		(void)watch(t);
}

static void
on_retry(struct loop *l, struct timer *timer)
{
	struct target *t = LOOP_OWNER(timer, struct target, retry);

	(void)l;
	if (t->sink == NULL)
		open_it(t);
	else
		flush(t);
}

static void
on_stall(struct loop *l, struct timer *timer)
{
	struct target *t = LOOP_OWNER(timer, struct target, stall);

	(void)l;
	broken(t, ETIMEDOUT);
}

static void
on_proof(struct loop *l, struct timer *timer)
{
	struct target *t = LOOP_OWNER(timer, struct target, proof);

	(void)l;
	if (!confirm(t)) {
		watch_stall(t);
		(void)timer_after(t->loop, &t->proof, PROOF_MS);
		return;
	}
	if (!t->waiting)
		timer_stop(t->loop, &t->stall);
	if (t->failed || t->dropped > 0)
		works(t);
	flush(t);
}

/* What news calls it. */
static void
set_name(struct target *t)
{
	const struct conf_log *l = t->place.log;
	const char *name = t->ops->name;

	if (l->to == CONF_LOG_SERVER) {
		snprintf(t->name, sizeof(t->name), "%s:%d", l->address,
		    (int)l->port);
		return;
	}
	if (l->to == CONF_LOG_DAILY)
		name = l->folder;
	else if (l->to != CONF_LOG_STDERR && l->path[0] != '\0')
		name = l->path;
	snprintf(t->name, sizeof(t->name), "%s", name);
}

struct target *
target_new(struct loop *l, const struct target_ops *ops,
    const struct target_place *place, target_news_fn *news, void *arg)
{
	struct target *t = mem_new(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->ops = ops;
	t->place = *place;
	t->loop = l;
	t->news = news;
	t->arg = arg;
	t->watch.ready = on_ready;
	t->retry.due = on_retry;
	t->stall.due = on_stall;
	t->proof.due = on_proof;
	set_name(t);
	queue_init(&t->queue, QUEUE_MAX);
	open_it(t);
	return t;
}

void
target_free(struct target **t_p)
{
	struct target *t = *t_p;

	if (t == NULL)
		return;
	shut(t);
	queue_free(&t->queue);
	free(t);
	*t_p = NULL;
}

void
target_end(struct target *t)
{
	flush(t);
	drop(t, queue_waiting(&t->queue));
}

const struct conf_log *
target_log(const struct target *t)
{
	return t->place.log;
}

void
target_move(struct target *t, const struct target_place *place)
{
	t->place = *place;
}

/* A record belongs to the file of the day of its writing. */
static void
renew(struct target *t)
{
	if (t->sink == NULL || t->ops->stale == NULL ||
	    !t->ops->stale(t->sink, loop_time(t->loop)->wall))
		return;
	flush(t);
	shut(t);
	queue_rewind(&t->queue);
	t->greeted = false;
	open_it(t);
}

void
target_event(struct target *t, const struct logrec *r)
{
	if ((int)r->level > (int)t->place.log->level)
		return;
	renew(t);
	enqueue(t, r);
	flush(t);
}

/* A connection has no name that leads elsewhere now. */
void
target_reopen(struct target *t)
{
	if (t->ops->settled != NULL && t->sink != NULL)
		return;
	flush(t);
	shut(t);
	open_it(t);
}

const char *
target_name(const struct target *t)
{
	return t->name;
}

uint64_t
target_dropped(const struct target *t)
{
	return t->dropped;
}

uint64_t
target_dropped_ever(const struct target *t)
{
	return t->dropped_ever;
}
