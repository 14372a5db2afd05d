/*
 * children_stop.c - the stop list: the start list from its end
 *
 * One role at a time, so that front's sessions still find drop, and the last
 * events still find log.
 *
 * Runs in: keeper.  Trusts: no child to end by itself.
 */
#include <signal.h>

#include "pop3srvd/keeper/children_own.h"

#define FRONT_MS	10000
#define OTHERS_MS	3000

/* Where the role of the last one that is left begins. */
static size_t
role_begin(const struct children *cs)
{
	size_t i = cs->stop_end - 1;

	while (i > 0 && cs->at[i - 1].role == cs->at[i].role)
		i--;
	return i;
}

static bool
any_runs(const struct children *cs, size_t from)
{
	size_t i;

	for (i = from; i < cs->stop_end; i++)
		if (cs->at[i].pid > 0)
			return true;
	return false;
}

static void
kill_all(struct children *cs, size_t from)
{
	size_t i;

	for (i = from; i < cs->stop_end; i++)
		if (cs->at[i].pid > 0)
			(void)kill(cs->at[i].pid, SIGKILL);
}

static void
out_of_patience(struct loop *l, struct timer *t)
{
	struct children *cs = LOOP_OWNER(t, struct children, patience);

	(void)l;
	log_event(cs->log, LOG_LEVEL_WARNING, NULL, "process killed",
	    (const struct log_field[]){
		LOG_STR("role", role_name(cs->at[cs->stop_end - 1].role)),
		LOG_STR("error", "it did not stop in time"),
		{ NULL } });
	kill_all(cs, role_begin(cs));
}

/* log hears the last of keeper before it is told to end. */
static void
ask_role(struct children *cs)
{
	enum role role = cs->at[cs->stop_end - 1].role;

	if (role == ROLE_LOG)
		cs->ops->log_channel(-1, cs->arg);
	children_tell_role(cs, role, MSG_STOP, 0, span_mem(NULL, 0));
	(void)timer_after(cs->loop, &cs->patience,
	    role == ROLE_FRONT ? FRONT_MS : OTHERS_MS);
}

void
children_stop_next(struct children *cs)
{
	size_t from;

	while (cs->stop_end > 0) {
		from = role_begin(cs);
		if (any_runs(cs, from))
			return;
		cs->stop_end = from;
		timer_stop(cs->loop, &cs->patience);
		if (from > 0 && any_runs(cs, 0))
			ask_role(cs);
	}
	cs->ops->all_stopped(cs->arg);
}

void
children_stop(struct children *cs)
{
	size_t i;

	if (cs->stopping) {
		kill_all(cs, 0);
		return;
	}
	cs->stopping = true;
	cs->stop_end = cs->n;
	cs->patience.due = out_of_patience;
	for (i = 0; i < cs->n; i++)
		timer_stop(cs->loop, &cs->at[i].again);
	if (cs->n > 0)
		ask_role(cs);
	children_stop_next(cs);
}
