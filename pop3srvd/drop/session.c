/*
 * session.c - one opened maildrop on behalf of front
 *
 * Runs in: drop.
 * Trusts: the ticket, because auth signed it; front for numbers of sessions
 * only within its own channel; the maildrop's content for nothing.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "pop3srvd/drop/answer.h"
#include "pop3srvd/drop/report.h"
#include "pop3srvd/drop/request.h"
#include "pop3srvd/drop/session.h"

#define WAIT_MAX	60000	/* ms for a lock, whatever front says */

static struct session **
bucket_of(struct peer *p, uint32_t sid)
{
	return &p->bucket[sid % PEER_BUCKETS];
}

struct session *
session_find(const struct peer *p, uint32_t sid)
{
	struct session *s = p->bucket[sid % PEER_BUCKETS];

	while (s != NULL && s->sid != sid)
		s = s->next;
	return s;
}

void
session_close(struct session *s)
{
	struct serve *sv = s->peer->sv;
	struct session **at = bucket_of(s->peer, s->sid);
	bool held = s->phase != SESSION_OPENING && s->phase != SESSION_FAILED;
	struct err e;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	serve_forget(sv, s);
	request_forget(s);
	if (s->store != NULL)
		report_cache(s, s->store->ops->close(&s->store, &e), &e);
	free(s->account);
	free(s);
	if (held)
		serve_kick(sv);
	serve_closed(sv);
}

static struct session *
session_new(struct peer *p, uint32_t sid, const struct ticket *t)
{
	struct session *s = mem_new(1, sizeof(*s));
	struct session **at = bucket_of(p, sid);

	if (s == NULL || (s->account = mem_strdup(t->account)) == NULL) {
		free(s);
		return NULL;
	}
	s->peer = p;
	s->sid = sid;
	s->next = *at;
	*at = s;
	p->sv->sessions++;
	return s;
}

static int
begin(struct peer *p, uint32_t sid, const struct msg_drop_open *m,
    struct err *e)
{
	const struct moment *now = loop_time(p->sv->loop);
	struct serve *sv = p->sv;
	struct session *s;
	struct ticket t;
	int64_t wait = m->wait_ms < WAIT_MAX ? m->wait_ms : WAIT_MAX;

	if (sv->stopping || !sv->has_key)
		return err_set(e, ERR_TEMP, "drop serves no logins now");
	if (ticket_read(&t, m->ticket, sv->key, now->wall, e) < 0 ||
	    serve_root(sv, e) < 0)
		return -1;
	s = session_new(p, sid, &t);
	if (s == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	s->since = now->mono;
	s->store = sv->ops->open(&sv->env, t.maildrop, now->mono + wait, e);
	if (s->store == NULL) {
		session_close(s);
		return -1;
	}
	session_step(s);
	return 0;
}

void
session_open(struct peer *p, uint32_t sid, const struct msg_drop_open *m)
{
	struct err e;

	if (begin(p, sid, m, &e) == 0)
		return;
	/* not the class: "no such message" is not what front asked for */
	if (e.class == ERR_NOTFOUND)
		e.class = ERR_TEMP;
	report_refused(p->sv, &e);
	answer_refused(p, sid, &e);
}

static void
failed(struct session *s, struct err *e)
{
	int64_t age = s->store->ops->notes(s->store)->busy_age;

	if (e->class != ERR_BUSY && e->class != ERR_PERM)
		e->class = ERR_TEMP;
	report_not_opened(s, e);
	answer_fault(s, e, e->class == ERR_BUSY ? age : -1, 0);
	s->phase = SESSION_FAILED;
	(void)s->store->ops->close(&s->store, NULL);
}

static void
opened(struct session *s)
{
	struct err e;

	s->phase = SESSION_OPEN;
	s->count = s->store->ops->count(s->store);
	report_opened(s);
	if (answer_list(s, &e) == 0)
		return;
	failed(s, &e);
	serve_kick(s->peer->sv);
}

static void
committed(struct session *s)
{
	const struct store_result *r = s->store->ops->result(s->store);

	s->phase = SESSION_COMMITTED;
	if (r->class != ERR_NONE)
		report_commit(s, r);
	answer_committed(s, r);
}

static void
done(struct session *s)
{
	if (s->phase == SESSION_OPENING)
		opened(s);
	else if (s->phase == SESSION_FINDING)
		request_found(s, NULL);
	else if (s->phase == SESSION_COMMITTING)
		committed(s);
}

void
session_step(struct session *s)
{
	struct serve *sv = s->peer->sv;
	struct err e;

	if (s->store == NULL)
		return;
	switch (s->store->ops->step(s->store, loop_time(sv->loop)->mono,
	    &e)) {
	case STORE_MORE:
		serve_soon(sv, s);
		break;
	case STORE_LATER:
		serve_later(sv, s);
		break;
	case STORE_DONE:
		done(s);
		break;
	case STORE_FAILED:
		if (s->phase == SESSION_FINDING)
			request_found(s, &e);
		else
			failed(s, &e);
		break;
	}
}

bool
session_mark(struct session *s, const struct msg_mark *m)
{
	uint64_t i, bits = (uint64_t)m->map.len * 8;
	unsigned char octet;

	if (s->phase != SESSION_OPEN && s->phase != SESSION_FINDING)
		return false;
	for (i = 0; i < bits; i++) {
		octet = (unsigned char)m->map.ptr[i / 8];
		if (m->first + i < s->count)
			s->store->ops->mark(s->store,
			    (uint32_t)(m->first + i), octet >> i % 8 & 1);
		else if ((octet >> i % 8 & 1) != 0)
			return false;
	}
	return true;
}

bool
session_fetch(struct session *s, const struct msg_fetch *m)
{
	struct request r = { .type = MSG_DROP_FETCH, .number = m->number,
	    .ahead = m->ahead };

	return request_take(s, &r);
}

bool
session_ahead(struct session *s, const struct msg_ahead *m)
{
	struct request r = { .type = MSG_DROP_AHEAD, .number = m->number,
	    .offset = m->offset, .octets = m->octets };

	return request_take(s, &r);
}

bool
session_verbatim(struct session *s, const struct msg_verbatim *m)
{
	struct request r = { .type = MSG_DROP_VERBATIM, .number = m->number,
	    .offset = m->offset };

	return request_take(s, &r);
}

bool
session_commit(struct session *s)
{
	struct request r = { .type = MSG_DROP_COMMIT, .number = 1 };

	return request_take(s, &r);
}
