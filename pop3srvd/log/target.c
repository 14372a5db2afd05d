/*
 * target.c - one place where records go
 *
 * Nothing here waits: a full, slow or vanished target costs its own records
 * and no others (reliability.md F-41).
 *
 * Runs in: log.  Trusts: nothing in a record, no target to take anything.
 */
#include <stdio.h>
#include <stdlib.h>

#include "lib/base/mem.h"

#include "pop3srvd/log/target_own.h"

#define QUEUE_MAX	((size_t)1 << 20)	/* octets */

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
	target_begin(t);
	set_name(t);
	queue_init(&t->queue, QUEUE_MAX);
	target_open(t);
	return t;
}

void
target_free(struct target **t_p)
{
	struct target *t = *t_p;

	if (t == NULL)
		return;
	target_shut(t);
	queue_free(&t->queue);
	free(t);
	*t_p = NULL;
}

void
target_end(struct target *t)
{
	target_flush(t);
	target_drop(t, queue_waiting(&t->queue));
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
	target_flush(t);
	target_shut(t);
	queue_rewind(&t->queue);
	t->greeted = false;
	target_open(t);
}

void
target_event(struct target *t, const struct logrec *r)
{
	if ((int)r->level > (int)t->place.log->level)
		return;
	renew(t);
	target_enqueue(t, r);
	if (queue_rest(&t->queue).len > QUEUE_MAX / 2)
		target_flush(t);
}

/* A connection has no name that leads elsewhere now. */
void
target_reopen(struct target *t)
{
	if (t->ops->settled != NULL && t->sink != NULL)
		return;
	target_flush(t);
	target_shut(t);
	target_open(t);
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
