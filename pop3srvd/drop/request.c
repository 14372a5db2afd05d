/*
 * request.c - what front asks of an open maildrop, one after the other
 *
 * Runs in: drop.
 * Trusts: front for the order of what it asks; numbers and sizes are checked.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "pop3srvd/drop/answer.h"
#include "pop3srvd/drop/report.h"
#include "pop3srvd/drop/request.h"
#include "pop3srvd/drop/verbatim.h"

#define REQUESTS_MAX	64
#define AHEAD_MESSAGES	8
#define AHEAD_OCTETS	((uint32_t)1 << 20)

static void
find(struct session *s, uint32_t number, uint32_t ahead)
{
	s->finding = number;
	s->finding_ahead = ahead;
	s->phase = SESSION_FINDING;
	serve_soon(s->peer->sv, s);
}

/* Those behind number that were not sent unasked before. */
static void
send_ahead(struct session *s, uint32_t number, uint32_t ahead)
{
	struct store_message m;
	enum store_step r;
	uint32_t n, end;

	if (ahead > AHEAD_MESSAGES)
		ahead = AHEAD_MESSAGES;
	end = s->count - number < ahead ? s->count + 1 : number + ahead + 1;
	if (number < s->ahead_from || number > s->ahead_to)
		s->ahead_from = s->ahead_to = number + 1;
	n = number + 1 > s->ahead_to ? number + 1 : s->ahead_to;
	for (; n < end; n++) {
		r = s->store->ops->message(s->store, n - 1, &m, NULL);
		/* nobody asked for it: front will, and then hear why */
		if (r == STORE_MORE)
			find(s, 0, 0);
		if (r != STORE_DONE)
			return;
		answer_message(s, n, &m);
		(void)close(m.fd);
		s->ahead_to = n + 1;
	}
}

static void
fetch(struct session *s, uint32_t number, uint32_t ahead)
{
	struct store_message m;
	struct err e;

	switch (s->store->ops->message(s->store, number - 1, &m, &e)) {
	case STORE_DONE:
		answer_message(s, number, &m);
		(void)close(m.fd);
		send_ahead(s, number, ahead);
		break;
	case STORE_MORE:
	case STORE_LATER:
		find(s, number, ahead);
		break;
	case STORE_FAILED:
		report_message(s, number, &e);
		answer_fault(s, &e, -1, number);
		break;
	}
}

/* Waits for the disk in front's place, at most for a MiB. */
static void
read_into_cache(int fd, uint64_t offset, uint32_t octets)
{
	static char block[128 * 1024];
	uint64_t at = offset, end = offset + octets;
	ssize_t n;

	while (at < end) {
		n = pread(fd, block, end - at < sizeof(block) ?
		    (size_t)(end - at) : sizeof(block), (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		at += (uint64_t)n;
	}
}

/* Whatever goes wrong here, front will see it itself when it reads. */
static void
read_ahead(struct session *s, const struct request *r)
{
	struct msg_ahead done = { .number = r->number, .offset = r->offset,
	    .octets = r->octets };
	struct store_message m;
	enum store_step step;

	step = s->store->ops->message(s->store, r->number - 1, &m, NULL);
	if (step == STORE_MORE)
		find(s, 0, 0);
	if (step == STORE_DONE) {
		read_into_cache(m.fd, r->offset, r->octets);
		(void)close(m.fd);
	}
	answer_ahead(s, &done);
}

/* Whoever cannot be told converts: nothing is wrong yet. */
static void
verbatim(struct session *s, const struct request *r)
{
	struct msg_verbatim is = { .number = r->number, .offset = r->offset };
	struct serve *sv = s->peer->sv;
	struct store_message m;
	enum store_step step;

	step = s->store->ops->message(s->store, r->number - 1, &m, NULL);
	if (step == STORE_MORE)
		find(s, 0, 0);
	if (step == STORE_DONE) {
		if (!m.pipe)
			verbatim_find(sv->verbatim, m.fd,
			    loop_time(sv->loop)->wall, &is);
		(void)close(m.fd);
	}
	answer_verbatim(s, &is);
}

static void
serve_one(struct session *s, const struct request *r)
{
	switch (r->type) {
	case MSG_DROP_FETCH:
		fetch(s, r->number, r->ahead);
		break;
	case MSG_DROP_AHEAD:
		read_ahead(s, r);
		break;
	case MSG_DROP_VERBATIM:
		verbatim(s, r);
		break;
	default:
		s->phase = SESSION_COMMITTING;
		s->store->ops->commit(s->store);
		session_step(s);
		break;
	}
}

/* While one is looked for, the others wait in order. */
static bool
put_aside(struct session *s, const struct request *r)
{
	struct request *copy;

	if (s->n_requests >= REQUESTS_MAX ||
	    (s->last != NULL && s->last->type == MSG_DROP_COMMIT))
		return false;
	copy = mem_new(1, sizeof(*copy));
	if (copy == NULL)
		return false;
	*copy = *r;
	copy->next = NULL;
	if (s->last != NULL)
		s->last->next = copy;
	else
		s->first = copy;
	s->last = copy;
	s->n_requests++;
	return true;
}

bool
request_take(struct session *s, const struct request *r)
{
	if (r->type != MSG_DROP_COMMIT &&
	    (r->number == 0 || r->number > s->count))
		return false;
	if (r->octets > AHEAD_OCTETS || r->offset > INT64_MAX - AHEAD_OCTETS)
		return false;
	if (s->phase == SESSION_FINDING)
		return put_aside(s, r);
	if (s->phase != SESSION_OPEN)
		return false;
	serve_one(s, r);
	return true;
}

static void
serve_waiting(struct session *s)
{
	struct request *r;

	while (s->phase == SESSION_OPEN && (r = s->first) != NULL) {
		s->first = r->next;
		if (s->first == NULL)
			s->last = NULL;
		s->n_requests--;
		serve_one(s, r);
		free(r);
	}
}

void
request_found(struct session *s, const struct err *e)
{
	uint32_t number = s->finding;

	s->phase = SESSION_OPEN;
	s->finding = 0;
	if (number != 0 && e != NULL) {
		report_message(s, number, e);
		answer_fault(s, e, -1, number);
	} else if (number != 0) {
		fetch(s, number, s->finding_ahead);
	}
	serve_waiting(s);
}

void
request_forget(struct session *s)
{
	struct request *r;

	while ((r = s->first) != NULL) {
		s->first = r->next;
		free(r);
	}
	s->last = NULL;
	s->n_requests = 0;
}
