/*
 * target.c - one place where lines go
 *
 * Nothing here waits: a full, slow or vanished target costs its own lines and
 * no others (reliability.md F-41).
 *
 * Runs in: log.  Trusts: nothing in a record, no target to take anything.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/mem.h"

#include "pop3srvd/log/render.h"
#include "pop3srvd/log/target.h"

#define QUEUE_MAX	(1u << 20)	/* octets */
#define RETRY_MS	1000

struct target {
	const struct target_ops *ops;
	const struct conf_log *conf;
	struct loop *loop;
	int fd;
	bool failed;		/* and said so */
	bool greeted;		/* nothing was written since say_format() */
	bool waiting;		/* for POLLOUT */
	uint64_t dropped;	/* not yet told */
	struct buf queue;
	struct watch watch;
	struct timer retry;
	target_news_fn *news;
	void *arg;
};

static void
stop_waiting(struct target *t)
{
	if (t->waiting)
		loop_unwatch(t->loop, &t->watch);
	t->waiting = false;
}

static void
wait_for_room(struct target *t)
{
	t->watch.fd = t->fd;
	t->watch.events = POLLOUT;
	t->waiting = loop_watch(t->loop, &t->watch) == 0;
	if (!t->waiting)
		(void)timer_after(t->loop, &t->retry, RETRY_MS);
}

static void
shut(struct target *t)
{
	stop_waiting(t);
	timer_stop(t->loop, &t->retry);
	if (t->fd >= 0)
		t->ops->close(t->fd);
	t->fd = -1;
}

static void
fail(struct target *t, const struct err *e)
{
	bool first = !t->failed;

	shut(t);
	t->failed = true;
	(void)timer_after(t->loop, &t->retry, RETRY_MS);
	if (first)
		t->news(t, e, t->arg);
}

/* One rendered line behind the others; counted when it does not fit. */
static void
enqueue(struct target *t, const struct logrec *r)
{
	struct buf line;

	buf_init(&line, RENDER_MAX);
	if (t->ops->render(r, t->conf->format, &line) < 0 ||
	    buf_addc(&line, '\n') < 0 ||
	    buf_add(&t->queue, buf_data(&line), buf_len(&line)) < 0)
		t->dropped++;
	buf_free(&line);
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
	if (t->dropped > 0)
		say_dropped(t);
	if (t->failed) {
		t->failed = false;
		t->news(t, NULL, t->arg);
	}
}

/* -1 when nothing more goes out for now. */
static int
write_some(struct target *t)
{
	struct err e;
	ssize_t n = t->ops->write(t->fd, buf_span(&t->queue));

	if (n > 0) {
		t->greeted = false;
		buf_eat(&t->queue, (size_t)n);
		return 0;
	}
	if (n < 0 && errno == EINTR)
		return 0;
	if (n == 0 || errno == EAGAIN || errno == EWOULDBLOCK) {
		wait_for_room(t);
		return -1;
	}
	err_sys(&e, ERR_TEMP, "cannot write to %s", target_name(t));
	fail(t, &e);
	return -1;
}

static bool
write_all(struct target *t)
{
	while (buf_len(&t->queue) > 0)
		if (write_some(t) < 0)
			return false;
	return true;
}

static void
flush(struct target *t)
{
	if (t->fd < 0 || t->waiting || !write_all(t))
		return;
	if (t->dropped > 0 || t->failed) {
		works(t);
		/* what works() had to say; without memory that is nothing */
		if (!write_all(t))
			return;
	}
	buf_rest(&t->queue);
}

static void
open_it(struct target *t)
{
	struct err e;

	t->fd = t->ops->open(t->conf, &e);
	if (t->fd < 0) {
		fail(t, &e);
		return;
	}
	/* once, however often a full disk makes us open it */
	if (!t->greeted)
		say_format(t);
	t->greeted = true;
	flush(t);
}

static void
room(struct loop *l, struct watch *w, short revents)
{
	struct target *t = LOOP_OWNER(w, struct target, watch);

	(void)l;
	(void)revents;
	stop_waiting(t);
	flush(t);
}

static void
again(struct loop *l, struct timer *timer)
{
	struct target *t = LOOP_OWNER(timer, struct target, retry);

	(void)l;
	if (t->fd < 0)
		open_it(t);
	else
		flush(t);
}

struct target *
target_new(struct loop *l, const struct target_ops *ops,
    const struct conf_log *conf, target_news_fn *news, void *arg)
{
	struct target *t = mem_new(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->ops = ops;
	t->conf = conf;
	t->loop = l;
	t->fd = -1;
	t->news = news;
	t->arg = arg;
	t->watch.ready = room;
	t->retry.due = again;
	buf_init(&t->queue, QUEUE_MAX);
	open_it(t);
	return t;
}

void
target_free(struct target **t_p)
{
	struct target *t = *t_p;

	if (t == NULL)
		return;
	flush(t);
	shut(t);
	buf_free(&t->queue);
	free(t);
	*t_p = NULL;
}

void
target_conf(struct target *t, const struct conf_log *conf)
{
	t->conf = conf;
}

void
target_event(struct target *t, const struct logrec *r)
{
	if ((int)r->level > (int)t->conf->level)
		return;
	enqueue(t, r);
	flush(t);
}

void
target_reopen(struct target *t)
{
	flush(t);
	shut(t);
	open_it(t);
}

const char *
target_name(const struct target *t)
{
	return t->conf->to == CONF_LOG_FILE ? t->conf->path : t->ops->name;
}

uint64_t
target_dropped(const struct target *t)
{
	return t->dropped;
}
