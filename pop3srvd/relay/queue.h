/*
 * queue.h - accepted messages, until they are sent or given back
 *
 * Each attempt at a message tries its waiting recipients way by way, one
 * process at a time; so many messages at once as relay.processes says.  What
 * an attempt settled is on the disk before the next thing happens: a report to
 * the sender first, then the envelope without those it was about.  A crash in
 * between does the last step once more, never one step less.
 *
 * Runs in: relay.  Trusts: its spool, as far as it was found whole.
 */
#ifndef RELAY_QUEUE_H
#define RELAY_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/conf/conf.h"
#include "lib/net/loop.h"

#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/ipc/passwords.h"
#include "pop3srvd/relay/envelope.h"
#include "pop3srvd/relay/spool.h"

struct queue;

/* Something in how many there are has changed. */
typedef void queue_fn(void *arg);

struct queue *queue_new(struct loop *l, struct log_out *log, struct spool *s,
    const struct conf *c);
void queue_free(struct queue **q_p);
/* Of the smart hosts that the configuration names, from now on. */
void queue_passwords(struct queue *q, const struct passwords *p);
void queue_conf(struct queue *q, const struct conf *c);
void queue_on_change(struct queue *q, queue_fn *fn, void *arg);

/* What the spool holds, at the start.  0 or -1. */
int queue_load(struct queue *q, struct err *e);
/* A message that was accepted just now; v is the queue's. */
void queue_add(struct queue *q, struct envelope *v);
/* No further delivery is started; those that run may end. */
void queue_stop(struct queue *q);

size_t queue_length(const struct queue *q);
size_t queue_badmail(const struct queue *q);
size_t queue_busy(const struct queue *q);	/* deliveries that run */
const char *queue_hostname(const struct queue *q);

/* What is known of one: NULL when there is none. */
struct queue_view {
	const struct envelope *v;
	bool active;		/* a delivery runs */
	int64_t wait;		/* ms until the next attempt */
	int64_t age;		/* ms */
};
bool queue_look(const struct queue *q, const char *id,
    struct queue_view *view_r);
/* Of the first one whose id is behind after. */
bool queue_next(const struct queue *q, const char *after,
    struct queue_view *view_r);

/* Now, whatever its wait.  False: there is none. */
bool queue_retry(struct queue *q, const char *id);
/* Gone without a word to anybody; 0 or -1. */
int queue_remove(struct queue *q, const char *id, struct err *e);
/* From badmail, as new. */
int queue_revive(struct queue *q, const char *id, struct err *e);
int queue_drop_bad(struct queue *q, const char *id, struct err *e);

#endif
