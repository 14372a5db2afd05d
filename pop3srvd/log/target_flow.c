/*
 * target_flow.c - from the queue of a target to its sink
 *
 * Opening, writing, waiting for room, confirmation, failure and the next try.
 *
 * Runs in: log.  Trusts: no target to take anything.
 */
#include <errno.h>
#include <string.h>

#include "lib/base/clock.h"

#include "pop3srvd/log/target_own.h"

#define RETRY_MS	INT64_C(1000)
#define RETRY_SHIFTS	16		/* more would overflow */
#define PROOF_MS	1000
#define SLOW_MS		500		/* to fail to open */

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

void
target_shut(struct target *t)
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

	target_shut(t);
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

static void
works(struct target *t)
{
	t->attempt = 0;
	if (t->dropped > 0)
		target_say_dropped(t);
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
		target_drop(t, 1);
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

void
target_flush(struct target *t)
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

/* All of log stood still when this took long: a name server that does not
 * answer.  Then the next try is as late as it may be. */
static void
not_opened(struct target *t, const struct moment *begun, const struct err *e)
{
	struct moment now;

	clock_read(&now);
	if (now.mono - begun->mono > SLOW_MS)
		t->attempt = RETRY_SHIFTS;
	fail(t, e);
}

void
target_open(struct target *t)
{
	const struct target_opening o = { &t->place, t->attempt,
		loop_time(t->loop)->wall };
	struct moment begun;
	struct err e;

	clock_read(&begun);
	t->sink = t->ops->open(&o, &e);
	if (t->sink == NULL) {
		not_opened(t, &begun, &e);
		return;
	}
	(void)watch(t);
	/* once, however often a full disk makes us open it */
	if (!t->greeted)
		target_say_format(t);
	t->greeted = true;
	target_flush(t);
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
	target_flush(t);
	if (t->sink != NULL && !t->waiting)
		(void)watch(t);
}

static void
on_retry(struct loop *l, struct timer *timer)
{
	struct target *t = LOOP_OWNER(timer, struct target, retry);

	(void)l;
	if (t->sink == NULL)
		target_open(t);
	else
		target_flush(t);
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
	if (!target_confirm(t)) {
		watch_stall(t);
		(void)timer_after(t->loop, &t->proof, PROOF_MS);
		return;
	}
	if (!t->waiting)
		timer_stop(t->loop, &t->stall);
	if (t->failed || t->dropped > 0)
		works(t);
	target_flush(t);
}

void
target_begin(struct target *t)
{
	t->watch.ready = on_ready;
	t->retry.due = on_retry;
	t->stall.due = on_stall;
	t->proof.due = on_proof;
}
