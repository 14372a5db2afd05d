/*
 * main.c - log: every record of every process to every target, the audit file
 *
 * Runs in: log, as the server's ordinary user.  Trusts: keeper; of the others
 * only the form of their records.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/pack.h"
#include "pop3srvd/ipc/life.h"

#include "pop3srvd/log/audit_file.h"
#include "pop3srvd/log/audit_look.h"
#include "pop3srvd/log/follow.h"
#include "pop3srvd/log/targets.h"

#define LAST_MS		1000	/* for what the others still said */
#define TELL_MS		1000	/* between two counts for front */
#define REST_MS		5	/* of which log is awake ... */
#define REST_AFTER	4	/* ... so often, then what comes waits */

/* Another process at the far end of a channel. */
struct peer {
	struct peer *next;
	struct desk *desk;
	enum role role;
	uint32_t index;
	int fd;			/* until the desk is open */
	struct channel *ch;
};

struct desk {
	struct life *life;
	struct targets *targets;
	int audit_fd;		/* until the desk is open */
	struct audit_file *audit;
	struct audit_look *look;
	struct follow *follow;
	struct peer *peers;
	bool stopping;
	struct timer last;
	struct timer tell;
	uint64_t told;		/* targets_dropped() as front knows it */
	int64_t awake_at;	/* since when wakes are counted */
	unsigned wakes;
	uint64_t turn;
	struct timer rest;
};

/* Every record, of the others or our own. */
static void
desk_event(const struct logrec *r, void *arg)
{
	struct desk *d = arg;

	targets_event(r, d->targets);
	follow_event(d->follow, r);
	if (targets_dropped(d->targets) != d->told && !timer_is_set(&d->tell))
		(void)timer_after(life_loop(d->life), &d->tell, TELL_MS);
}

/* Front says it in "status". */
static void
tell_dropped(struct loop *l, struct timer *t)
{
	struct desk *d = LOOP_OWNER(t, struct desk, tell);
	struct pack body;
	struct peer *p;
	struct buf b;

	(void)l;
	d->told = targets_dropped(d->targets);
	buf_init(&b, 8);
	pack_begin(&body, &b);
	pack_u64(&body, d->told);
	for (p = d->peers; pack_end(&body) == 0 && p != NULL; p = p->next)
		if (p->role == ROLE_FRONT)
			(void)channel_send(p->ch, MSG_LOG_DROPPED, 0,
			    buf_span(&b), -1);
	buf_free(&b);
}

static void
remove_peer(struct peer *p)
{
	struct peer **at = &p->desk->peers;

	audit_file_forget(p->desk->audit, p->ch);
	audit_look_forget(p->desk->look, p->ch);
	follow_forget(p->desk->follow, p->ch);

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	channel_free(&p->ch);
	free(p);
}

static void
finish(struct desk *d)
{
	log_out_sink(life_log(d->life), NULL, NULL);
	timer_stop(life_loop(d->life), &d->tell);
	targets_free(&d->targets);
	life_stopped(d->life);
}

static void
peer_gone(struct channel *ch, void *arg)
{
	struct peer *p = arg;
	struct desk *d = p->desk;

	(void)ch;
	remove_peer(p);
	if (d->stopping && d->peers == NULL && d->targets != NULL)
		finish(d);
}

static void
peer_dropped(struct peer *p, uint64_t count)
{
	const struct log_field fields[] = {
		LOG_STR("role", role_name(p->role)),
		LOG_NUM("index", p->index),
		LOG_NUM("count", count),
		{ NULL }
	};

	log_event(life_log(p->desk->life), LOG_LEVEL_WARNING, NULL,
	    "log records dropped", fields);
}

/* What only front and keeper may send. */
static int
take_audit(struct peer *p, const struct frame *f)
{
	struct msg_audit m;

	if ((p->role != ROLE_FRONT && p->role != ROLE_KEEPER) ||
	    msg_audit_unpack(&m, f->body) < 0)
		return -1;
	audit_file_add(p->desk->audit, &m, p->ch, f->id);
	return 0;
}

static int
take_question(struct peer *p, const struct frame *f)
{
	struct msg_ctl m;

	if (p->role != ROLE_FRONT)
		return -1;
	if (f->type == MSG_FOLLOW)
		follow_begin(p->desk->follow, p->ch, f->id, f->body);
	else if (f->type == MSG_FOLLOW_END)
		follow_end(p->desk->follow, p->ch, f->id);
	else if (f->type != MSG_CTL || msg_ctl_unpack(&m, f->body) < 0)
		return -1;
	else
		audit_look_serve(p->desk->look, p->ch, f->id, &m);
	return 0;
}

static void
pause_all(struct desk *d, bool paused)
{
	struct peer *p;

	for (p = d->peers; p != NULL; p = p->next)
		if (p->ch != NULL)
			channel_pause(p->ch, paused);
}

static void
rest_over(struct loop *l, struct timer *t)
{
	(void)l;
	pause_all(LOOP_OWNER(t, struct desk, rest), false);
}

/* A busy server would wake log for every single record, which costs both more
 * than the record: so the next ones are read together. */
static void
count_wake(struct desk *d)
{
	struct loop *l = life_loop(d->life);
	int64_t now = loop_time(l)->mono;

	if (d->turn == loop_turn(l))
		return;
	d->turn = loop_turn(l);
	if (now - d->awake_at >= REST_MS) {
		d->awake_at = now;
		d->wakes = 0;
	}
	if (++d->wakes >= REST_AFTER && !timer_is_set(&d->rest) &&
	    timer_set(l, &d->rest, d->awake_at + REST_MS) == 0)
		pause_all(d, true);
}

/* 0, or -1 when the frame is none that a process may send. */
static int
take(struct peer *p, const struct frame *f)
{
	struct logrec r;
	struct unpack u;
	uint64_t count;

	if (p->desk->targets == NULL)
		return 0;	/* the desk is closed */
	if (f->type == MSG_LOG && logrec_unpack(&r, f->body) == 0) {
		count_wake(p->desk);
		desk_event(&r, p->desk);
		return 0;
	}
	if (f->type == MSG_AUDIT)
		return take_audit(p, f);
	if (f->type != MSG_LOG_DROPPED)
		return take_question(p, f);
	unpack_begin(&u, f->body.ptr, f->body.len);
	count = unpack_u64(&u);
	if (unpack_end(&u) < 0)
		return -1;
	peer_dropped(p, count);
	return 0;
}

static void
peer_frame(struct channel *ch, struct frame *f, void *arg)
{
	struct peer *p = arg;
	const struct log_field fields[] = {
		LOG_STR("role", role_name(p->role)),
		LOG_NUM("index", p->index),
		LOG_NUM("type", f->type),
		{ NULL }
	};

	if (take(p, f) == 0)
		return;
	log_event(life_log(p->desk->life), LOG_LEVEL_ERROR, NULL,
	    "channel closed for a bad record", fields);
	peer_gone(ch, p);
}

static void
serve(struct peer *p)
{
	static const struct channel_ops ops = {
		.frame = peer_frame,
		.gone = peer_gone,
	};

	p->ch = channel_new(life_loop(p->desk->life), p->fd, &ops, p);
	p->fd = -1;
	if (p->ch == NULL)
		remove_peer(p);
}

static void
add_peer(struct desk *d, struct frame *f)
{
	struct msg_channel m;
	struct peer *p;

	if (f->fd < 0 || msg_channel_unpack(&m, f->body) < 0 ||
	    (p = mem_new(1, sizeof(*p))) == NULL)
		return;
	p->desk = d;
	p->role = m.role;
	p->index = m.index;
	p->fd = f->fd;
	f->fd = -1;
	p->next = d->peers;
	d->peers = p;
	if (d->targets != NULL)
		serve(p);
	d->told = 0;		/* it may be a front that knows nothing */
}

static void
take_audit_file(struct desk *d, int fd)
{
	if (d->audit != NULL) {
		audit_file_take(d->audit, fd);
		return;
	}
	if (d->audit_fd >= 0)
		(void)close(d->audit_fd);
	d->audit_fd = fd;
}

static void
keeper_frame(struct frame *f, void *arg)
{
	struct desk *d = arg;

	if (f->type == MSG_CHANNEL) {
		add_peer(d, f);
	} else if (f->type == MSG_AUDIT_FILE && f->fd >= 0) {
		take_audit_file(d, f->fd);
		f->fd = -1;
	} else if (f->type == MSG_REOPEN && d->targets != NULL) {
		targets_reopen(d->targets);
	}
}

static void
new_conf(const struct conf *new, const struct conf *old, void *arg)
{
	struct desk *d = arg;

	(void)old;
	if (d->targets != NULL)
		targets_conf(d->targets, new);
}

static void
last_moment(struct loop *l, struct timer *t)
{
	(void)l;
	finish(LOOP_OWNER(t, struct desk, last));
}

/* The others have ended: read to the end of what they left. */
static void
stop(void *arg)
{
	struct desk *d = arg;

	if (d->stopping)
		return;
	d->stopping = true;
	d->last.due = last_moment;
	if (d->peers == NULL ||
	    timer_after(life_loop(d->life), &d->last, LAST_MS) < 0)
		finish(d);
}

static void
open_desk(struct desk *d)
{
	struct loop *l = life_loop(d->life);
	struct peer *p, *next;

	d->follow = follow_new();
	d->audit = audit_file_new(l, life_log(d->life));
	d->look = audit_look_new(l, d->audit);
	d->targets = targets_new(l);
	if (d->targets == NULL || d->follow == NULL || d->audit == NULL ||
	    d->look == NULL)
		exit(EX_OSERR);
	targets_conf(d->targets, life_conf(d->life));
	log_out_sink(life_log(d->life), desk_event, d);
	if (d->audit_fd >= 0)
		audit_file_take(d->audit, d->audit_fd);
	for (p = d->peers; p != NULL; p = next) {
		next = p->next;
		serve(p);
	}
}

int
main(int argc, char **argv)
{
	static const struct life_ops ops = {
		.frame = keeper_frame,
		.conf = new_conf,
		.stop = stop,
	};
	struct desk d;
	struct err e;
	int code;

	memset(&d, 0, sizeof(d));
	d.audit_fd = -1;
	d.tell.due = tell_dropped;
	d.rest.due = rest_over;
	d.life = life_inherit(ROLE_LOG, argc, argv, &ops, &d);
	life_drop(d.life, life_conf(d.life)->user, NULL);
	life_signals(d.life);
	(void)umask(027);	/* a log's group may read it */
	open_desk(&d);
	life_ready(d.life);
	code = loop_run(life_loop(d.life), &e) < 0 ? EX_OSERR : EX_OK;
	timer_stop(life_loop(d.life), &d.last);
	timer_stop(life_loop(d.life), &d.tell);
	timer_stop(life_loop(d.life), &d.rest);
	while (d.peers != NULL)
		remove_peer(d.peers);
	log_out_sink(life_log(d.life), NULL, NULL);
	targets_free(&d.targets);
	audit_look_free(&d.look);
	audit_file_free(&d.audit);
	follow_free(&d.follow);
	return life_end(&d.life) | code;
}
