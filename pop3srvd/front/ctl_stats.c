/*
 * ctl_stats.c - verb "stats": what front has counted since it began
 *
 * Runs in: front.
 * Trusts: nothing in the arguments.
 */
#include "lib/base/json.h"

#include "pop3srvd/front/ctl_own.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"

#define BUSIEST_MAX	50
#define SCANNED_MAX	20000	/* sessions looked at */
#define LATELY		10000	/* ms: who moved nothing is not busy */

static json_t *
metrics(const struct server *srv)
{
	json_t *o = json_object();
	int m;

	for (m = 0; m < METRICS; m++)
		json_object_set_new(o, metrics_name((enum metric)m),
		    json_integer((json_int_t)metrics_read(srv,
		    (enum metric)m)));
	return o;
}

static json_t *
refused(const struct gate *g)
{
	json_t *o = json_object();
	int v;

	for (v = GATE_OK + 1; v < GATE_VERDICTS; v++)
		json_object_set_new(o, gate_verdict_name(
		    (enum gate_verdict)v), json_integer((json_int_t)
		    gate_refused(g, (enum gate_verdict)v)));
	return o;
}

static json_t *
commands(const struct metrics *m)
{
	json_t *list = json_array();
	const struct metrics_command *c;

	for (c = m->command; c < m->command + m->n_commands; c++)
		json_array_append_new(list, json_pack(
		    "{s:s, s:I, s:I, s:I}", "verb", c->verb,
		    "count", (json_int_t)c->count,
		    "total_us", (json_int_t)c->total,
		    "slowest_us", (json_int_t)c->slowest));
	return list;
}

static uint64_t
moved(const struct session *s)
{
	return s->octets_in + s->octets_out;
}

/* Keep the max busiest in at, the first one first; n is how many there are. */
static size_t
place(const struct session **at, size_t n, size_t max,
    const struct session *s)
{
	size_t i = n < max ? n++ : max - 1;

	if (at[i] != NULL && moved(at[i]) >= moved(s))
		return n;
	for (; i > 0 && moved(at[i - 1]) < moved(s); i--)
		at[i] = at[i - 1];
	at[i] = s;
	return n;
}

static json_t *
busiest(const struct server *srv, size_t max)
{
	const struct session *at[BUSIEST_MAX] = { NULL }, *s;
	size_t n = 0, i, left = SCANNED_MAX;
	json_t *list = json_array();
	int k;

	for (k = SESSIONS_LISTS - 1; k >= 0 && max > 0; k--)
		for (s = sessions_first(srv->sessions,
		    (enum sessions_list)k); s != NULL && left > 0;
		    s = s->next, left--)
			if (session_idle_ms(s) <= LATELY)
				n = place(at, n, max, s);
	for (i = 0; i < n; i++)
		json_array_append_new(list, ctl_session_row(at[i]));
	return list;
}

json_t *
ctl_stats(struct server *srv, const json_t *args, struct err *e)
{
	int64_t max, now = loop_time(srv->loop)->wall;
	json_t *v;

	if (json_only(args, "sessions", e) < 0 ||
	    json_int(args, "sessions", 0, &max, e) < 0)
		return NULL;
	if (max < 0 || max > BUSIEST_MAX) {
		err_set(e, ERR_CONFIG, "sessions: 0 to %d", BUSIEST_MAX);
		return NULL;
	}
	v = json_pack("{s:I, s:I, s:o, s:o, s:o, s:o}",
	    "since", (json_int_t)(srv->since / 1000),
	    "uptime", (json_int_t)((now - srv->since) / 1000),
	    "metrics", metrics(srv),
	    "refused", refused(srv->gate),
	    "commands", commands(&srv->metrics),
	    "sessions", busiest(srv, (size_t)max));
	if (v == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	return v;
}
