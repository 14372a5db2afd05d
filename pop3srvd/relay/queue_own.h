/*
 * queue_own.h - what queue.c, attempt.c and notify.c share; nobody else
 * includes it
 */
#ifndef RELAY_QUEUE_OWN_H
#define RELAY_QUEUE_OWN_H

#include "pop3srvd/relay/queue.h"
#include "pop3srvd/relay/send.h"

struct entry {
	struct queue *q;
	struct entry *next;	/* by id */
	struct entry *next_ready;
	struct envelope *v;
	struct timer due;
	int64_t since;		/* mono, when v->age was right */
	int64_t next_at;	/* mono, of the next attempt */
	bool ready;		/* stands in line */
	bool active;		/* an attempt goes on */
	struct send *send;
	int route;
	size_t rcpts[JOB_RCPTS];
	uint32_t n_rcpts;
};

struct queue {
	struct loop *loop;
	struct log_out *log;
	struct spool *spool;
	const struct conf *conf;
	const struct passwords *passwords;
	struct entry *first, *last;
	struct entry *ready, **ready_end;
	size_t n_ready;
	size_t length, bad, running;
	bool stopping;
	queue_fn *changed;
	void *arg;
};

/* Wait ms from now. */
void queue_wait(struct entry *t, int64_t ms);
/* To the end of the line, in the middle of an attempt. */
void queue_put_back(struct entry *t);
/* Out of the queue: its files are gone or elsewhere. */
void queue_forget(struct entry *t);
void queue_changed(struct queue *q);
void queue_age(struct entry *t);
/* Who stands in line, as far as there are processes. */
void queue_run(struct queue *q);

/* Go on with an attempt that has begun. */
void attempt_step(struct entry *t);
/* t's process ended. */
void attempt_ended(struct entry *t, int status);

/* Tell the sender: of what failed, or (delay) of what waits.  0 or -1. */
int notify_sender(struct entry *t, bool delay, struct err *e);

#endif
