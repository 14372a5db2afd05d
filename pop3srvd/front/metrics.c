/*
 * metrics.c - what front counts, and how long commands take
 *
 * Runs in: front.
 * Trusts: nothing is read here.
 */
#include <time.h>

#include "pop3srvd/front/engine.h"
#include "pop3srvd/front/metrics.h"
#include "pop3srvd/front/relay_link.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"

int64_t
metrics_clock(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) < 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

const char *
metrics_name(enum metric m)
{
	static const char *const names[METRICS] = {
#define COUNTER(id, name, help)	[METRIC_##id] = name,
#define GAUGE(id, name, help)	[METRIC_##id] = name,
#include "pop3srvd/front/metrics_table.h"
	};

	return names[m];
}

static uint64_t
refused(const struct gate *g)
{
	uint64_t n = 0;
	int v;

	for (v = 0; v < GATE_VERDICTS; v++)
		n += gate_refused(g, (enum gate_verdict)v);
	return n;
}

uint64_t
metrics_read(const struct server *srv, enum metric m)
{
	switch (m) {
	case METRIC_CONNECTIONS:
		return sessions_begun(srv->sessions);
	case METRIC_REFUSED:
		return refused(srv->gate);
	case METRIC_LOG_DROPS:
		return log_out_dropped(srv->log);
	case METRIC_SESSIONS:
		return gate_total(srv->gate);
	case METRIC_LOGGED_IN:
		return sessions_count(srv->sessions, SESSIONS_LOGGED_IN);
	case METRIC_DENIED:
		return autodeny_count(gate_autodeny(srv->gate));
	case METRIC_QUEUE:
		return relay_link_queue(srv->relay)->messages;
	case METRIC_BADMAIL:
		return relay_link_queue(srv->relay)->badmail;
	default:
		return srv->metrics.n[m];
	}
}

/* Verbs are constants: most are found by where they lie, in a short table. */
static struct metrics_command *
row_of(struct metrics *m, const char *verb)
{
	size_t i;

	for (i = 0; i < m->n_commands; i++)
		if (m->command[i].verb == verb)
			return &m->command[i];
	if (i == METRICS_COMMANDS)
		return NULL;
	m->command[i].verb = verb;
	m->n_commands++;
	return &m->command[i];
}

static void
end_at(struct session *s, int64_t now)
{
	struct metrics *m = &s->srv->metrics;
	uint64_t count, us = (uint64_t)(now - s->command_at);
	const char *verb = s->engine->command(s, &count);
	struct metrics_command *c;

	if (count == s->commands)
		return;			/* its line is not complete */
	m->n[METRIC_COMMANDS] += count - s->commands;
	c = row_of(m, verb);
	if (c != NULL) {
		c->count += count - s->commands;
		c->total += us;
		if (us > c->slowest)
			c->slowest = us;
	}
	s->commands = count;
}

void
metrics_begin(struct session *s)
{
	int64_t now;

	if (s->engine->command == NULL)
		return;
	now = metrics_clock();
	if (s->command_at != 0)
		end_at(s, now);
	s->command_at = now;
}

void
metrics_end(struct session *s)
{
	if (s->command_at != 0)
		end_at(s, metrics_clock());
	s->command_at = 0;
}
