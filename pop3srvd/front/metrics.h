/*
 * metrics.h - what front counts, and how long commands take
 *
 * Counting is an addition.  A command costs two readings of the clock, one in
 * a pipeline: from the moment its line goes to the engine until its reply is
 * written, or until the next of the pipeline begins.
 */
#ifndef FRONT_METRICS_H
#define FRONT_METRICS_H

#include <stddef.h>
#include <stdint.h>

struct server;
struct session;

enum metric {
#define COUNTER(id, name, help)	METRIC_##id,
#define GAUGE(id, name, help)	METRIC_##id,
#include "pop3srvd/front/metrics_table.h"
	METRICS
};

#define METRICS_COMMANDS	32

struct metrics_command {
	const char *verb;	/* a constant of its engine */
	uint64_t count;
	uint64_t total, slowest;	/* microseconds */
};

struct metrics {
	uint64_t n[METRICS];
	struct metrics_command command[METRICS_COMMANDS];
	size_t n_commands;
};

/* Microseconds since the start of the machine. */
int64_t metrics_clock(void);

/* One more of this; gauges are not counted. */
#define metrics_count(srv, id)	((void)(srv)->metrics.n[METRIC_##id]++)
#define metrics_add(srv, id, k)	\
	((void)((srv)->metrics.n[METRIC_##id] += (uint64_t)(k)))

const char *metrics_name(enum metric m);
/* What it is now; gauges are asked for. */
uint64_t metrics_read(const struct server *srv, enum metric m);

/* A line goes to the engine of s, which has done with the one before; its
 * reply is written, or s ends. */
void metrics_begin(struct session *s);
void metrics_end(struct session *s);

#endif
