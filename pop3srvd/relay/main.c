/*
 * main.c - relay: takes mail that clients send and hands it on
 *
 * Runs in: relay, as the server's ordinary user; it opens its spool and
 * nothing else.  Trusts: keeper.
 */
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "pop3srvd/ipc/life.h"
#include "pop3srvd/relay/link.h"

#define EARLY		4	/* channels that come before the loop is ours */
#define AGAIN_MS	3000	/* while there is no spool */
#define STOP_MS		2000	/* for deliveries that run */
#define STOP_STEP	50

struct relay {
	struct life *lf;
	struct desk_env desk;
	struct links links;
	unsigned char key[TICKET_KEY];
	struct passwords *passwords;
	struct passwords *next;	/* until their configuration is in force */
	struct timer again;
	bool told;		/* that there is no spool */
	struct timer stop;
	int64_t stop_at;
	struct early {
		uint32_t index;
		int fd;
	} early[EARLY];
	size_t n_early;
};

static void
take_passwords(struct relay *r, struct frame *f)
{
	struct err e;

	passwords_free(&r->next);
	if (f->fd >= 0)
		r->next = passwords_read(f->fd, &e);
	else
		err_set(&e, ERR_TEMP, "passwords: no descriptor");
	f->fd = -1;
	if (r->next == NULL && r->lf != NULL)
		log_error(life_log(r->lf), LOG_LEVEL_ERROR, NULL,
		    "passwords not taken", &e);
}

/* Deliveries have copies. */
static void
use_passwords(struct relay *r)
{
	struct passwords *old = r->passwords;

	if (r->next == NULL)
		return;
	r->passwords = r->next;
	r->next = NULL;
	if (r->desk.queue != NULL)
		queue_passwords(r->desk.queue, r->passwords);
	passwords_free(&old);
}

static void
take_secret(struct relay *r, struct frame *f)
{
	if (f->id == SECRET_SMTP)
		take_passwords(r, f);
	if (f->id != SECRET_SENDER || f->body.len != TICKET_KEY)
		return;
	memcpy(r->key, f->body.ptr, TICKET_KEY);
	r->desk.key = r->key;
}

static void
take_channel(struct relay *r, struct frame *f)
{
	struct msg_channel m;

	if (f->fd < 0 || msg_channel_unpack(&m, f->body) < 0 ||
	    m.role != ROLE_FRONT)
		return;
	if (r->lf == NULL && r->n_early == EARLY)
		return;
	if (r->lf == NULL)
		r->early[r->n_early++] = (struct early){ m.index, f->fd };
	else
		(void)links_add(&r->links, m.index, f->fd);
	f->fd = -1;
}

static void
on_frame(struct frame *f, void *arg)
{
	if (f->type == MSG_SECRET)
		take_secret(arg, f);
	else if (f->type == MSG_CHANNEL)
		take_channel(arg, f);
}

static void
on_conf(const struct conf *new, const struct conf *old, void *arg)
{
	struct relay *r = arg;

	(void)old;
	r->desk.conf = new;
	use_passwords(r);
	if (r->desk.queue != NULL)
		queue_conf(r->desk.queue, new);
}

static void
stop_due(struct loop *l, struct timer *t)
{
	struct relay *r = LOOP_OWNER(t, struct relay, stop);

	if (r->desk.queue != NULL && queue_busy(r->desk.queue) > 0 &&
	    loop_time(l)->mono < r->stop_at &&
	    timer_after(l, t, STOP_STEP) == 0)
		return;
	life_stopped(r->lf);
}

static void
on_stop(void *arg)
{
	struct relay *r = arg;

	if (r->desk.queue != NULL)
		queue_stop(r->desk.queue);
	r->stop.due = stop_due;
	r->stop_at = loop_time(r->desk.loop)->mono + STOP_MS;
	stop_due(r->desk.loop, &r->stop);
}

static int
open_spool(struct relay *r, struct err *e)
{
	struct desk_env *d = &r->desk;
	struct queue *q;

	if (d->spool == NULL)
		d->spool = spool_open(d->conf->state_dir, e);
	if (d->spool == NULL)
		return -1;
	q = queue_new(d->loop, d->log, d->spool, d->conf);
	if (q == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	queue_passwords(q, r->passwords);
	if (queue_load(q, e) < 0) {
		queue_free(&q);
		return -1;
	}
	d->queue = q;
	return 0;
}

/* A disk in trouble is no reason to end: clients are told to try again, and
 * so do we. */
static void
try_spool(struct loop *l, struct timer *t)
{
	struct relay *r = LOOP_OWNER(t, struct relay, again);
	struct err e;

	if (open_spool(r, &e) == 0) {
		links_queue(&r->links);
		return;
	}
	if (!r->told)
		log_error(r->desk.log, LOG_LEVEL_ERROR, NULL,
		    "spool cannot be opened", &e);
	r->told = true;
	(void)timer_after(l, t, AGAIN_MS);
}

/* After rights were given up: the spool is this user's. */
static int
prepare(struct relay *r)
{
	struct desk_env *d = &r->desk;
	size_t i;

	d->loop = life_loop(r->lf);
	d->log = life_log(r->lf);
	d->conf = life_conf(r->lf);
	d->rate = rate_new();
	if (d->rate == NULL)
		return -1;
	use_passwords(r);
	links_begin(&r->links, d);
	r->again.due = try_spool;
	try_spool(d->loop, &r->again);
	for (i = 0; i < r->n_early; i++)
		(void)links_add(&r->links, r->early[i].index,
		    r->early[i].fd);
	return 0;
}

static void
release(struct relay *r)
{
	links_end(&r->links);
	queue_free(&r->desk.queue);
	spool_close(&r->desk.spool);
	rate_free(&r->desk.rate);
	passwords_free(&r->passwords);
	passwords_free(&r->next);
	mem_wipe(r->key, sizeof(r->key));
}

static int
relay_main(int argc, char **argv)
{
	static const struct life_ops ops = {
		.frame = on_frame,
		.conf = on_conf,
		.stop = on_stop,
	};
	static struct relay r;
	struct err e;
	int code = EX_OK;

	r.lf = life_inherit(ROLE_RELAY, argc, argv, &ops, &r);
	life_drop(r.lf, life_conf(r.lf)->user, NULL);
	if (prepare(&r) < 0) {
		release(&r);
		return life_end(&r.lf) | EX_TEMPFAIL;
	}
	life_signals(r.lf);
	life_ready(r.lf);
	if (loop_run(r.desk.loop, &e) < 0)
		code = EX_OSERR;
	else if (r.links.broken)
		code = EX_PROTOCOL;
	timer_stop(r.desk.loop, &r.stop);
	timer_stop(r.desk.loop, &r.again);
	release(&r);
	return life_end(&r.lf) | code;
}

int
main(int argc, char **argv)
{
	return relay_main(argc, argv);
}
