/*
 * main.c - drop: opens, lists, reads and removes mail for front
 *
 * Runs in: drop, as the owner of all mail.
 * Trusts: keeper for its settings, the key and the channels.
 */
#include <malloc.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "pop3srvd/drop/serve.h"
#include "pop3srvd/ipc/life.h"

#define EARLY	16	/* channels that come before the loop is ours */

/* A large maildrop's list comes and goes with each login; asking the kernel
 * for its pages anew each time costs as much as all other work. */
#define KEEP_OCTETS	(32 * 1024 * 1024)

struct drop {
	struct life *lf;
	struct serve serve;
	struct early {
		uint32_t index;
		int fd;
	} early[EARLY];
	size_t n_early;
};

static void
take_secret(struct drop *d, const struct frame *f)
{
	if (f->body.len != TICKET_KEY)
		return;
	memcpy(d->serve.key, f->body.ptr, TICKET_KEY);
	d->serve.has_key = true;
}

static void
take_channel(struct drop *d, struct frame *f)
{
	struct msg_channel m;

	if (f->fd < 0 || msg_channel_unpack(&m, f->body) < 0 ||
	    m.role != ROLE_FRONT)
		return;
	if (d->lf == NULL && d->n_early == EARLY)
		return;
	if (d->lf == NULL)
		d->early[d->n_early++] = (struct early){ m.index, f->fd };
	else
		(void)serve_front(&d->serve, m.index, f->fd);
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
on_stop(void *arg)
{
	struct drop *d = arg;

	serve_stop(&d->serve);
}

static void
on_stopped(void *arg)
{
	struct drop *d = arg;

	life_stopped(d->lf);
}

static int
prepare(struct drop *d)
{
	const struct conf *conf = life_conf(d->lf);
	struct log_out *log = life_log(d->lf);
	struct err e = { .class = ERR_TEMP, .text = "out of memory" };
	size_t i;

	d->serve.env.root = -1;
	d->serve.stopped = on_stopped;
	d->serve.arg = d;
	d->serve.mail_root = mem_strdup(conf->mail_root);
	if (d->serve.mail_root == NULL || serve_begin(&d->serve,
	    life_loop(d->lf), log, conf->mail.store, &e) < 0) {
		log_error(log, LOG_LEVEL_ERROR, NULL, "drop cannot begin",
		    &e);
		return -1;
	}
	for (i = 0; i < d->n_early; i++)
		(void)serve_front(&d->serve, d->early[i].index,
		    d->early[i].fd);
	return 0;
}

static int
drop_main(int argc, char **argv)
{
	static const struct life_ops ops = {
		.frame = on_frame,
		.stop = on_stop,
	};
	static struct drop d;
	struct err e;
	int code = EX_OK;

	(void)mallopt(M_MMAP_THRESHOLD, KEEP_OCTETS);
	(void)mallopt(M_TRIM_THRESHOLD, KEEP_OCTETS);
	d.lf = life_inherit(ROLE_DROP, argc, argv, &ops, &d);
	if (prepare(&d) < 0) {
		serve_end(&d.serve);
		return life_end(&d.lf) | EX_CONFIG;
	}
	life_drop(d.lf, life_conf(d.lf)->mail.user, NULL);
	if (serve_root(&d.serve, &e) < 0)
		log_error(life_log(d.lf), LOG_LEVEL_ERROR, NULL,
		    "mail root cannot be opened", &e);
	life_signals(d.lf);
	life_ready(d.lf);
	if (loop_run(life_loop(d.lf), &e) < 0)
		code = EX_OSERR;
	else if (d.serve.broken)
		code = EX_PROTOCOL;
	serve_end(&d.serve);
	return life_end(&d.lf) | code;
}

int
main(int argc, char **argv)
{
	return drop_main(argc, argv);
}
