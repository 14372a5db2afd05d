/*
 * queue.c - rendered records on their way to a target
 *
 * Runs in: log.  Trusts: its caller.
 */
#include <string.h>

#include "pop3srvd/log/queue.h"

#define LEAST_RECORD	16	/* octets: shorter ones fill lengths first */

void
queue_init(struct queue *q, size_t max)
{
	memset(q, 0, sizeof(*q));
	buf_init(&q->octets, max);
	buf_init(&q->lengths, max / LEAST_RECORD * sizeof(uint32_t));
}

void
queue_free(struct queue *q)
{
	buf_free(&q->octets);
	buf_free(&q->lengths);
	q->gone = q->n_gone = q->part = 0;
}

/* Room first, so that both are added or none. */
int
queue_add(struct queue *q, struct span record)
{
	uint32_t len = (uint32_t)record.len;
	char *to;

	if (record.len == 0 || record.len > UINT32_MAX)
		return -1;
	to = buf_reserve(&q->octets, record.len);
	if (to == NULL || buf_add(&q->lengths, &len, sizeof(len)) < 0)
		return -1;
	memcpy(to, record.ptr, record.len);
	buf_added(&q->octets, record.len);
	return 0;
}

/* Of record i, or 0 when there is none. */
static size_t
length_of(const struct queue *q, size_t i)
{
	uint32_t len;

	if (buf_len(&q->lengths) < (i + 1) * sizeof(len))
		return 0;
	memcpy(&len, buf_data(&q->lengths) + i * sizeof(len), sizeof(len));
	return len;
}

bool
queue_sent_all(const struct queue *q)
{
	return queue_rest(q).len == 0;
}

bool
queue_unsure(const struct queue *q)
{
	return q->n_gone > 0;
}

size_t
queue_waiting(const struct queue *q)
{
	return buf_len(&q->lengths) / sizeof(uint32_t) - q->n_gone;
}

struct span
queue_rest(const struct queue *q)
{
	size_t at = q->gone + q->part;

	return span_mem(buf_data(&q->octets) + at, buf_len(&q->octets) - at);
}

struct span
queue_next(const struct queue *q)
{
	return span_mem(buf_data(&q->octets) + q->gone,
	    length_of(q, q->n_gone));
}

void
queue_sent(struct queue *q, size_t n)
{
	size_t len;

	q->part += n;
	while ((len = length_of(q, q->n_gone)) > 0 && q->part >= len) {
		q->part -= len;
		q->gone += len;
		q->n_gone++;
	}
}

void
queue_confirm(struct queue *q)
{
	buf_eat(&q->octets, q->gone);
	buf_eat(&q->lengths, q->n_gone * sizeof(uint32_t));
	q->gone = q->n_gone = 0;
}

void
queue_rewind(struct queue *q)
{
	q->gone = q->n_gone = q->part = 0;
}

void
queue_relax(struct queue *q)
{
	buf_rest(&q->octets);
	buf_rest(&q->lengths);
}
