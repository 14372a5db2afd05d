/*
 * queue.h - rendered records on their way to a target
 *
 * First in, first out, with a ceiling.  What went out stays until it is
 * confirmed, so that a connection that breaks loses nothing: it is said again.
 */
#ifndef LOG_QUEUE_H
#define LOG_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"

/* Fields belong to queue.c. */
struct queue {
	struct buf octets;
	struct buf lengths;	/* uint32_t a record */
	size_t gone;		/* octets of whole records that went out */
	size_t n_gone;		/* how many these are */
	size_t part;		/* octets that went out of the one behind */
};

void queue_init(struct queue *q, size_t max);
void queue_free(struct queue *q);

/* 0, or -1 when it does not fit. */
int queue_add(struct queue *q, struct span record);

/* Nothing is left to send. */
bool queue_sent_all(const struct queue *q);
/* Something went out and is not confirmed. */
bool queue_unsure(const struct queue *q);

/* How many records did not go out whole. */
size_t queue_waiting(const struct queue *q);

/* All that did not go out yet; or one whole record of it. */
struct span queue_rest(const struct queue *q);
struct span queue_next(const struct queue *q);

/* The first n octets of queue_rest() went out. */
void queue_sent(struct queue *q, size_t n);
/* Whole records that went out have arrived: forget them. */
void queue_confirm(struct queue *q);
/* None that is not confirmed has: begin again with the first. */
void queue_rewind(struct queue *q);

/* Give memory back when there is nothing in it. */
void queue_relax(struct queue *q);

#endif
