/*
 * target_own.h - what the files of target.h know of each other
 */
#ifndef LOG_TARGET_OWN_H
#define LOG_TARGET_OWN_H

#include "pop3srvd/log/queue.h"
#include "pop3srvd/log/target.h"

#define TARGET_NAME	272	/* octets of what news calls it */

struct target {
	const struct target_ops *ops;
	struct target_place place;
	struct loop *loop;
	char name[TARGET_NAME];
	struct sink *sink;	/* NULL: not open */
	bool failed;
	bool told;		/* that it failed, and why: */
	struct err why;
	bool greeted;		/* nothing was written since say_format() */
	bool waiting;		/* for the sink */
	bool watching;
	unsigned attempt;
	uint64_t dropped;	/* not yet told */
	uint64_t dropped_ever;
	struct queue queue;
	struct watch watch;
	struct timer retry;	/* closed, or no memory to wait */
	struct timer stall;	/* open, and nothing goes on */
	struct timer proof;	/* something is not confirmed */
	target_news_fn *news;
	void *arg;
};

/* Records on their way into the queue: target_record.c */
void target_drop(struct target *t, uint64_t n);
void target_enqueue(struct target *t, const struct logrec *r);
/* What is written has arrived, so that the queue may forget it. */
bool target_confirm(struct target *t);
void target_say_format(struct target *t);
void target_say_dropped(struct target *t);

/* And out of it: target_flow.c */
void target_begin(struct target *t);		/* its timers, once */
void target_open(struct target *t);
void target_shut(struct target *t);

#endif
