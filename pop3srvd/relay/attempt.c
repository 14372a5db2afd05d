/*
 * attempt.c - one attempt at a message, and what it settles
 *
 * Runs in: relay.  Trusts: nothing of what a delivery said.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/num.h"

#include "pop3srvd/relay/queue_own.h"
#include "pop3srvd/relay/route.h"
#include "pop3srvd/relay/schedule.h"

static void
log_mail(const struct entry *t, enum log_level level, const char *what,
    const struct err *e)
{
	log_event(t->q->log, level, NULL, what, (const struct log_field[]){
	    LOG_STR("queue_id", t->v->id), LOG_STR("user", t->v->account),
	    LOG_NUM("attempts", t->v->attempts),
	    LOG_STR("error", e->text), { NULL } });
}

/* A line for each outcome that a process had. */
static void
log_outcome(const struct entry *t, const struct send_result *r,
    enum job_outcome outcome, const char *what)
{
	const char *words = "";
	size_t n = 0;
	uint32_t i;

	for (i = 0; i < t->n_rcpts; i++)
		if (r->rcpts[i].outcome == outcome && n++ == 0)
			words = r->rcpts[i].words;
	if (n == 0)
		return;
	log_event(t->q->log, LOG_LEVEL_INFO, NULL, what,
	    (const struct log_field[]){ LOG_STR("queue_id", t->v->id),
	    LOG_STR("user", t->v->account),
	    LOG_STR("sender", t->v->sender),
	    LOG_NUM("recipients", n), LOG_NUM("octets", t->v->octets),
	    LOG_NUM("attempt", t->v->attempts + 1),
	    LOG_NUM("exit", r->exit_code < 0 ? 255 : r->exit_code),
	    LOG_STR("answer", words), { NULL } });
}

static void
take_result(struct entry *t, const struct send_result *r)
{
	static const enum rcpt_state states[] = {
		[JOB_TEMP] = RCPT_WAITS,
		[JOB_SENT] = RCPT_DONE,
		[JOB_PERM] = RCPT_FAILED
	};
	struct rcpt *to;
	uint32_t i;

	for (i = 0; i < t->n_rcpts; i++) {
		to = &t->v->rcpts[t->rcpts[i]];
		to->state = states[r->rcpts[i].outcome];
		(void)envelope_say(&to->words, r->rcpts[i].words);
	}
	log_outcome(t, r, JOB_SENT, "mail sent");
	log_outcome(t, r, JOB_TEMP, "mail delayed");
	log_outcome(t, r, JOB_PERM, "mail rejected");
}

/* The next recipients that share a way. */
static bool
gather(struct entry *t)
{
	struct envelope *v = t->v;
	int route;
	size_t i;

	t->n_rcpts = 0;
	for (i = 0; i < v->n_rcpts && t->n_rcpts < JOB_RCPTS; i++) {
		if (v->rcpts[i].state != RCPT_WAITS || v->rcpts[i].tried)
			continue;
		route = route_of(&t->q->conf->relay, v->rcpts[i].address);
		if (t->n_rcpts > 0 && route != t->route)
			continue;
		t->route = route;
		v->rcpts[i].tried = true;
		t->rcpts[t->n_rcpts++] = i;
	}
	return t->n_rcpts > 0;
}

/* Where there are several ways, none has all processes: a host that hangs must
 * not keep mail from another. */
static bool
crowded(const struct entry *t)
{
	const struct conf_relay *c = &t->q->conf->relay;
	const struct entry *other;
	int64_t n = 1;

	if (c->n_routes == 0 || c->processes == 1)
		return false;
	for (other = t->q->first; other != NULL; other = other->next)
		n += other->send != NULL && other->route == t->route;
	return n >= c->processes;
}

static void
ungather(struct entry *t)
{
	while (t->n_rcpts > 0)
		t->v->rcpts[t->rcpts[--t->n_rcpts]].tried = false;
}

static int
start(struct entry *t, struct err *e)
{
	struct send_want w = { .conf = t->q->conf,
		.passwords = t->q->passwords,
		.hostname = queue_hostname(t->q), .v = t->v,
		.route = t->route, .rcpts = t->rcpts,
		.n_rcpts = t->n_rcpts };

	if (t->route == ROUTE_NONE)
		return err_set(e, ERR_CONFIG, "neither relay.smart_host nor "
		    "relay.sendmail is set");
	w.message = spool_message(t->q->spool, t->v->id, false, e);
	if (w.message < 0)
		return -1;
	t->send = send_start(t->q->loop, &w, e);
	(void)close(w.message);
	return t->send == NULL ? -1 : 0;
}

/* Whoever waits too long has failed. */
static void
expire(struct entry *t)
{
	char words[ENVELOPE_WORDS + 1], age[24];
	struct rcpt *to = t->v->rcpts;
	struct err e = { .class = ERR_TEMP };
	size_t i;

	num_duration_text(t->q->conf->relay.expire, age);
	for (i = 0; i < t->v->n_rcpts; i++, to++) {
		if (to->state != RCPT_WAITS)
			continue;
		snprintf(words, sizeof(words), "given up after %s; last: %s",
		    age, to->words == NULL ? "nothing" : to->words);
		(void)envelope_say(&to->words, words);
		to->state = RCPT_FAILED;
		memcpy(e.text, words, sizeof(words));
	}
	log_mail(t, LOG_LEVEL_WARNING, "mail expired", &e);
}

/* Neither sent nor given back. */
static void
bury(struct entry *t)
{
	const struct err why = { .text = "its sender cannot be told" };
	struct queue *q = t->q;
	struct err e;

	(void)spool_save(q->spool, t->v, NULL);
	log_mail(t, LOG_LEVEL_WARNING, "mail undeliverable", &why);
	if (spool_to_bad(q->spool, t->v->id, &e) < 0)
		log_mail(t, LOG_LEVEL_ERROR, "spool trouble", &e);
	q->bad++;
	queue_forget(t);
}

static void
give_back(struct entry *t)
{
	struct err e;
	size_t i;

	if (notify_sender(t, false, &e) < 0) {
		log_mail(t, LOG_LEVEL_ERROR, "spool trouble", &e);
		return;
	}
	for (i = 0; i < t->v->n_rcpts; i++)
		if (t->v->rcpts[i].state == RCPT_FAILED)
			t->v->rcpts[i].state = RCPT_DONE;
}

/* What cannot be unlinked stays, as one that waits for nobody: so no start
 * sends it again.  False: later. */
static bool
finish(struct entry *t)
{
	struct err e;

	if (spool_remove(t->q->spool, t->v->id, &e) < 0 &&
	    e.class != ERR_NOTFOUND) {
		log_mail(t, LOG_LEVEL_ERROR, "spool trouble", &e);
		return false;
	}
	queue_forget(t);
	return true;
}

static void
fill_schedule(const struct conf_relay *c, struct schedule *s)
{
	s->notice = c->delay_notice;
	s->expire = c->expire;
	for (s->n = 0; s->n < c->retries.n && s->n < SCHEDULE_STEPS; s->n++)
		if (num_duration(c->retries.at[s->n], &s->waits[s->n]) < 0)
			s->waits[s->n] = 60000;
}

static void
wait_again(struct entry *t, const struct schedule *s)
{
	struct envelope *v = t->v;
	struct err e;

	if (v->sender[0] != '\0' && envelope_count(v, RCPT_WAITS) > 0 &&
	    schedule_notice(s, v->age, v->noticed)) {
		if (notify_sender(t, true, &e) < 0)
			log_mail(t, LOG_LEVEL_ERROR, "spool trouble", &e);
		else
			v->noticed = true;
	}
	v->wait = schedule_wait(s, v->attempts);
	t->active = false;
	if (spool_save(t->q->spool, v, &e) < 0)
		log_mail(t, LOG_LEVEL_ERROR, "spool trouble", &e);
	queue_wait(t, v->wait);
}

/* Everybody was tried once. */
static void
settle(struct entry *t)
{
	struct envelope *v = t->v;
	struct schedule s;
	size_t i;

	fill_schedule(&t->q->conf->relay, &s);
	for (i = 0; i < v->n_rcpts; i++)
		v->rcpts[i].tried = false;
	v->attempts++;
	queue_age(t);
	if (envelope_count(v, RCPT_WAITS) > 0 &&
	    schedule_expired(&s, v->age))
		expire(t);
	if (envelope_count(v, RCPT_FAILED) > 0 && v->sender[0] == '\0') {
		bury(t);
		return;
	}
	if (envelope_count(v, RCPT_FAILED) > 0)
		give_back(t);
	if (envelope_count(v, RCPT_DONE) < v->n_rcpts || !finish(t))
		wait_again(t, &s);
}

/* What one process settled, before the next one begins. */
static void
keep_progress(struct entry *t)
{
	struct err e;

	queue_age(t);
	t->v->wait = 0;
	if (spool_save(t->q->spool, t->v, &e) < 0)
		log_mail(t, LOG_LEVEL_ERROR, "spool trouble", &e);
}

void
attempt_step(struct entry *t)
{
	struct send_result r;
	struct err e;
	uint32_t i;

	while (gather(t)) {
		if (t->q->stopping || crowded(t)) {
			ungather(t);
			queue_put_back(t);
			return;
		}
		if (start(t, &e) == 0) {
			t->q->running++;
			return;
		}
		memset(&r, 0, sizeof(r));
		r.exit_code = -1;
		for (i = 0; i < t->n_rcpts; i++)
			snprintf(r.rcpts[i].words, sizeof(r.rcpts[i].words),
			    "%.*s", JOB_WORDS, e.text);
		take_result(t, &r);
	}
	settle(t);
}

void
attempt_ended(struct entry *t, int status)
{
	struct send_result r;

	send_ended(t->send, status, &r);
	send_free(&t->send);
	t->q->running--;
	take_result(t, &r);
	if (gather(t)) {
		ungather(t);
		keep_progress(t);
	}
	attempt_step(t);
}
