/*
 * serve.c - what the drop process serves, to whom, and whose turn it is
 *
 * Sessions with work stand in one queue and get a slice each in turn, one
 * slice a turn of the loop, so that frames are answered in between.
 *
 * Runs in: drop.
 * Trusts: front for the sessions it opened with a ticket; a frame that front
 * could not have meant ends its channel.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "lib/mail/lock.h"

#include "pop3srvd/drop/serve.h"
#include "pop3srvd/drop/session.h"
#include "pop3srvd/drop/verbatim.h"

#define AGAIN_MS	50
#define LONELY_MS	5000

static void
close_sessions(struct peer *p)
{
	size_t i;

	for (i = 0; i < PEER_BUCKETS; i++)
		while (p->bucket[i] != NULL)
			session_close(p->bucket[i]);
}

static void
peer_free(struct peer *p)
{
	struct peer **at;

	for (at = &p->sv->peers; *at != p; at = &(*at)->next)
		;
	*at = p->next;
	close_sessions(p);
	loop_undefer(p->sv->loop, &p->end);
	channel_free(&p->ch);
	free(p);
}

/* Keeper gives channels to new processes only: begin anew as one. */
static void
end_peer(struct loop *l, struct task *t)
{
	struct peer *p = LOOP_OWNER(t, struct peer, end);

	p->sv->broken = true;
	peer_free(p);
	loop_stop(l);
}

static void
break_off(struct peer *p, const struct log_field *fields)
{
	if (p->end.queued)
		return;
	log_event(p->sv->log, LOG_LEVEL_ERROR, NULL, "channel broken",
	    fields);
	loop_defer(p->sv->loop, &p->end);
}

void
serve_lost(struct peer *p)
{
	const struct log_field fields[] = {
		LOG_STR("from", role_name(ROLE_FRONT)),
		LOG_STR("error", "answers are not taken"),
		{ NULL }
	};

	/* a front that died is told by front_gone(), and another one comes */
	if (!channel_over(p->ch))
		break_off(p, fields);
}

static bool
on_open(struct peer *p, struct frame *f)
{
	struct msg_drop_open m;

	if (msg_drop_open_unpack(&m, f->body) < 0 ||
	    session_find(p, f->id) != NULL)
		return false;
	session_open(p, f->id, &m);
	return true;
}

static bool
on_request(struct session *s, struct frame *f)
{
	struct msg_fetch fetch;
	struct msg_verbatim verbatim;
	struct msg_ahead ahead;
	struct msg_mark mark;

	switch (f->type) {
	case MSG_DROP_FETCH:
		return msg_fetch_unpack(&fetch, f->body) == 0 &&
		    session_fetch(s, &fetch);
	case MSG_DROP_AHEAD:
		return msg_ahead_unpack(&ahead, f->body) == 0 &&
		    session_ahead(s, &ahead);
	case MSG_DROP_VERBATIM:
		return msg_verbatim_unpack(&verbatim, f->body) == 0 &&
		    session_verbatim(s, &verbatim);
	case MSG_DROP_MARK:
		return msg_mark_unpack(&mark, f->body) == 0 &&
		    session_mark(s, &mark);
	case MSG_DROP_COMMIT:
		return f->body.len == 0 && session_commit(s);
	default:
		return false;
	}
}

static bool
on_frame(struct peer *p, struct frame *f)
{
	struct session *s;

	if (f->type == MSG_DROP_OPEN)
		return on_open(p, f);
	s = session_find(p, f->id);
	if (f->type != MSG_DROP_CLOSE)
		return s != NULL && on_request(s, f);
	/* closing what did not open is no fault */
	if (s != NULL)
		session_close(s);
	return f->body.len == 0;
}

static void
front_frame(struct channel *ch, struct frame *f, void *arg)
{
	struct peer *p = arg;
	struct log_field fields[] = { LOG_STR("from", role_name(ROLE_FRONT)),
		LOG_NUM("type", f->type), LOG_NUM("id", f->id), { NULL } };

	(void)ch;
	/* No request carries a descriptor. */
	if (!p->end.queued && (f->fd >= 0 || !on_frame(p, f)))
		break_off(p, fields);
}

static void
lonely_due(struct loop *l, struct timer *t)
{
	struct serve *sv = LOOP_OWNER(t, struct serve, lonely);

	sv->broken = true;
	loop_stop(l);
}

/*
 * Front is dead: nothing of its sessions is removed (I1).  A front that died is
 * followed by another.  If none comes, the channel alone was lost, and nobody
 * would ever make it anew.
 */
static void
front_gone(struct channel *ch, void *arg)
{
	struct peer *p = arg;
	struct serve *sv = p->sv;

	(void)ch;
	peer_free(p);
	sv->lonely.due = lonely_due;
	if (sv->peers == NULL &&
	    timer_after(sv->loop, &sv->lonely, LONELY_MS) < 0)
		lonely_due(sv->loop, &sv->lonely);
}

static const struct channel_ops front_ops = {
	.frame = front_frame,
	.gone = front_gone,
};

int
serve_front(struct serve *sv, uint32_t index, int fd)
{
	struct peer *p = sv->peers, *next;

	for (; p != NULL; p = next) {
		next = p->next;
		if (p->index == index)
			peer_free(p);
	}
	p = mem_new(1, sizeof(*p));
	if (p == NULL) {
		(void)close(fd);
		return -1;
	}
	p->sv = sv;
	p->index = index;
	p->end.run = end_peer;
	p->ch = channel_new(sv->loop, fd, &front_ops, p);
	if (p->ch == NULL) {
		free(p);
		return -1;
	}
	p->next = sv->peers;
	sv->peers = p;
	timer_stop(sv->loop, &sv->lonely);
	return 0;
}

int
serve_root(struct serve *sv, struct err *e)
{
	if (sv->env.root >= 0)
		return 0;
	sv->env.root = path_open_dir(AT_FDCWD, sv->mail_root, e);
	if (sv->env.root < 0 && path_make_dirs(sv->mail_root, 0700, NULL) == 0)
		sv->env.root = path_open_dir(AT_FDCWD, sv->mail_root, e);
	return sv->env.root < 0 ? -1 : 0;
}

int
serve_begin(struct serve *sv, struct loop *l, struct log_out *log,
    const char *store, struct err *e)
{
	sv->loop = l;
	sv->log = log;
	sv->ops = store_find(store);
	if (sv->ops == NULL)
		return err_set(e, ERR_CONFIG, "mail.store: no store is called "
		    "\"%.60s\"", store);
	sv->env.locks = locks_new();
	sv->verbatim = verbatim_new();
	if (sv->env.locks == NULL || sv->verbatim == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	return 0;
}

void
serve_end(struct serve *sv)
{
	while (sv->peers != NULL)
		peer_free(sv->peers);
	locks_free(&sv->env.locks);
	verbatim_free(&sv->verbatim);
	if (sv->loop != NULL) {
		loop_undefer(sv->loop, &sv->work);
		timer_stop(sv->loop, &sv->again);
		timer_stop(sv->loop, &sv->lonely);
	}
	if (sv->env.root >= 0)
		(void)close(sv->env.root);
	sv->env.root = -1;
	mem_wipe(sv->key, sizeof(sv->key));
	free(sv->mail_root);
	sv->mail_root = NULL;
}

static void
check_stopped(struct serve *sv)
{
	if (!sv->stopping || sv->sessions > 0 || sv->stopped == NULL)
		return;
	sv->stopped(sv->arg);
	sv->stopped = NULL;
}

void
serve_closed(struct serve *sv)
{
	sv->sessions--;
	check_stopped(sv);
}

void
serve_stop(struct serve *sv)
{
	struct session *s, *next;
	struct peer *p;
	size_t i;

	sv->stopping = true;
	for (p = sv->peers; p != NULL; p = p->next)
		for (i = 0; i < PEER_BUCKETS; i++)
			for (s = p->bucket[i]; s != NULL; s = next) {
				next = s->next;
				if (s->phase != SESSION_COMMITTING)
					session_close(s);
			}
	check_stopped(sv);
}

static void
work(struct loop *l, struct task *t)
{
	struct serve *sv = LOOP_OWNER(t, struct serve, work);
	struct session *s = sv->first;

	if (s == NULL)
		return;
	sv->first = s->queue;
	if (sv->first == NULL)
		sv->last = NULL;
	s->queue = NULL;
	s->queued = false;
	session_step(s);
	if (sv->first != NULL)
		loop_defer(l, t);
}

static void
append(struct session **first, struct session **last, struct session *s)
{
	s->queue = NULL;
	*(*last != NULL ? &(*last)->queue : first) = s;
	*last = s;
}

void
serve_soon(struct serve *sv, struct session *s)
{
	if (s->queued)
		return;
	if (s->waits)
		serve_forget(sv, s);
	s->queued = true;
	append(&sv->first, &sv->last, s);
	sv->work.run = work;
	loop_defer(sv->loop, &sv->work);
}

static void
again_due(struct loop *l, struct timer *t)
{
	(void)l;
	serve_kick(LOOP_OWNER(t, struct serve, again));
}

void
serve_later(struct serve *sv, struct session *s)
{
	s->waits = true;
	append(&sv->later, &sv->later_last, s);
	sv->again.due = again_due;
	if (!timer_is_set(&sv->again) &&
	    timer_after(sv->loop, &sv->again, AGAIN_MS) < 0)
		serve_soon(sv, s);
}

void
serve_kick(struct serve *sv)
{
	struct session *s;

	while ((s = sv->later) != NULL)
		serve_soon(sv, s);
}

static void
take_out(struct session **at, struct session **last, struct session *s)
{
	struct session *before = NULL;

	for (; *at != s; at = &(*at)->queue)
		before = *at;
	*at = s->queue;
	if (*last == s)
		*last = before;
	s->queue = NULL;
}

void
serve_forget(struct serve *sv, struct session *s)
{
	if (s->waits)
		take_out(&sv->later, &sv->later_last, s);
	if (s->queued)
		take_out(&sv->first, &sv->last, s);
	s->waits = s->queued = false;
}
