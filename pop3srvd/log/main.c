/*
 * main.c - log: every record of every process to every target
 *
 * Runs in: log, as the server's ordinary user.  Trusts: keeper; of the others
 * only the form of their records.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "lib/base/mem.h"
#include "lib/base/pack.h"
#include "pop3srvd/ipc/life.h"

#include "pop3srvd/log/targets.h"

#define LAST_MS		1000	/* for what the others still said */

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
	struct peer *peers;
	bool stopping;
	struct timer last;
};

static void
remove_peer(struct peer *p)
{
	struct peer **at = &p->desk->peers;

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
		targets_event(&r, p->desk->targets);
		return 0;
	}
	unpack_begin(&u, f->body.ptr, f->body.len);
	count = unpack_u64(&u);
	if (f->type != MSG_LOG_DROPPED || unpack_end(&u) < 0)
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
}

static void
keeper_frame(struct frame *f, void *arg)
{
	struct desk *d = arg;

	if (f->type == MSG_CHANNEL)
		add_peer(d, f);
	else if (f->type == MSG_REOPEN && d->targets != NULL)
		targets_reopen(d->targets);
}

static void
new_conf(const struct conf *new, const struct conf *old, void *arg)
{
	struct desk *d = arg;

	if (d->targets != NULL)
		targets_reconf(d->targets, new, old);
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
	struct peer *p, *next;

	d->targets = targets_new(life_loop(d->life));
	if (d->targets == NULL)
		exit(EX_OSERR);
	targets_conf(d->targets, life_conf(d->life));
	log_out_sink(life_log(d->life), targets_event, d->targets);
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
	d.life = life_inherit(ROLE_LOG, argc, argv, &ops, &d);
	life_drop(d.life, life_conf(d.life)->user, NULL);
	life_signals(d.life);
	(void)umask(027);	/* a log's group may read it */
	open_desk(&d);
	life_ready(d.life);
	code = loop_run(life_loop(d.life), &e) < 0 ? EX_OSERR : EX_OK;
	timer_stop(life_loop(d.life), &d.last);
	while (d.peers != NULL)
		remove_peer(d.peers);
	log_out_sink(life_log(d.life), NULL, NULL);
	targets_free(&d.targets);
	return life_end(&d.life) | code;
}
