/*
 * targets.c - all places where lines go, as the configuration lists them
 *
 * Runs in: log.  Trusts: keeper's configuration.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/mem.h"

#include "pop3srvd/log/target.h"
#include "pop3srvd/log/targets.h"

struct targets {
	struct loop *loop;
	struct target **at;
	size_t n;
	uint64_t dropped;	/* by those that are closed */
	bool opening;
	struct task flush;
};

/* NULL: nowhere. */
static const struct target_ops *
ops_of(const struct conf_log *l)
{
	switch (l->to) {
	case CONF_LOG_SYSLOG:
		if (l->transport == CONF_LOG_JOURNAL ||
		    (l->transport == CONF_LOG_AUTO && l->path[0] == '\0' &&
		    target_has_journal()))
			return &target_journal_ops;
		return &target_syslog_ops;
	case CONF_LOG_FILE:
		return &target_file_ops;
	case CONF_LOG_STDERR:
		return &target_stderr_ops;
	case CONF_LOG_DAILY:
		return &target_daily_ops;
	case CONF_LOG_SERVER:
		return l->transport == CONF_LOG_UDP ? &target_udp_ops :
		    &target_tcp_ops;
	case CONF_LOG_NONE:
		break;
	}
	return NULL;
}

/* A target's trouble is news for the others, once they are all there. */
static bool
news(struct target *t, const struct err *e, void *arg)
{
	struct logrec r = {
		.level = e != NULL ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING,
		.what = e != NULL ? "log target failed" :
		    "log target works again",
		.fields = { LOG_STR("to", target_name(t)) },
		.n_fields = 1,
	};
	struct targets *ts = arg;
	struct moment now;

	if (ts->opening)
		return false;
	clock_read(&now);
	r.wall = now.wall;
	r.pid = (uint32_t)getpid();
	if (e != NULL)
		r.fields[r.n_fields++] =
		    (struct log_field)LOG_STR("error", e->text);
	targets_event(&r, ts);
	return true;
}

/* Whatever came in a turn is one write. */
static void
flush(struct loop *l, struct task *task)
{
	struct targets *ts = LOOP_OWNER(task, struct targets, flush);
	size_t i;

	(void)l;
	for (i = 0; i < ts->n; i++)
		target_flush(ts->at[i]);
}

struct targets *
targets_new(struct loop *l)
{
	struct targets *ts = mem_new(1, sizeof(*ts));

	if (ts == NULL)
		return NULL;
	ts->loop = l;
	ts->flush.run = flush;
	return ts;
}

static void
close_target(struct targets *ts, struct target **t_p)
{
	if (*t_p == NULL)
		return;
	target_end(*t_p);
	ts->dropped += target_dropped_ever(*t_p);
	target_free(t_p);
}

static void
close_all(struct targets *ts)
{
	while (ts->n > 0)
		close_target(ts, &ts->at[--ts->n]);
	free(ts->at);
	ts->at = NULL;
}

void
targets_free(struct targets **ts_p)
{
	if (*ts_p == NULL)
		return;
	close_all(*ts_p);
	loop_undefer((*ts_p)->loop, &(*ts_p)->flush);
	free(*ts_p);
	*ts_p = NULL;
}

/* But for the level, which needs nothing to be opened anew. */
static bool
same_log(const struct conf_log *a, const struct conf_log *b)
{
	return a->to == b->to && a->format == b->format &&
	    a->transport == b->transport && a->port == b->port &&
	    a->keep == b->keep && strcmp(a->path, b->path) == 0 &&
	    strcmp(a->folder, b->folder) == 0 &&
	    strcmp(a->address, b->address) == 0 &&
	    strcmp(a->name, b->name) == 0 &&
	    strcmp(a->ca_file, b->ca_file) == 0;
}

/* The target of old that log describes as well, taken out of it; or NULL. */
static struct target *
take_same(struct targets *old, const struct conf_log *log)
{
	struct target *t;
	size_t i;

	for (i = 0; i < old->n; i++) {
		t = old->at[i];
		if (t == NULL || !same_log(target_log(t), log))
			continue;
		old->at[i] = NULL;
		return t;
	}
	return NULL;
}

static void
add_target(struct targets *ts, struct targets *old,
    const struct target_place *place)
{
	const struct target_ops *ops = ops_of(place->log);
	struct target *t = take_same(old, place->log);

	if (t != NULL)
		target_move(t, place);
	else if (ops != NULL)
		t = target_new(ts->loop, ops, place, news, ts);
	if (t != NULL)
		ts->at[ts->n++] = t;
}

void
targets_conf(struct targets *ts, const struct conf *c)
{
	struct targets old = *ts;
	struct target_place place = { .conf = c };
	struct target **at = mem_new(c->n_logs + 1, sizeof(*at));
	size_t i;

	if (at == NULL) {
		close_all(ts);		/* they borrow what is freed now */
		return;
	}
	ts->at = at;
	ts->n = 0;
	ts->opening = true;
	for (i = 0; i < c->n_logs; i++) {
		place.log = &c->logs[i];
		add_target(ts, &old, &place);
	}
	ts->opening = false;
	for (i = 0; i < old.n; i++)
		close_target(ts, &old.at[i]);
	free(old.at);
}

void
targets_reopen(struct targets *ts)
{
	size_t i;

	for (i = 0; i < ts->n; i++)
		target_reopen(ts->at[i]);
}

void
targets_event(const struct logrec *r, void *arg)
{
	struct targets *ts = arg;
	size_t i;

	for (i = 0; i < ts->n; i++)
		target_event(ts->at[i], r);
	loop_defer(ts->loop, &ts->flush);
}

uint64_t
targets_dropped(const struct targets *ts)
{
	uint64_t n = ts->dropped;
	size_t i;

	for (i = 0; i < ts->n; i++)
		n += target_dropped_ever(ts->at[i]);
	return n;
}
