/*
 * main.c - the auth process: who may log in, and the accounts
 *
 * The only process that reads passwords and hashes.  A pool of these works on
 * one database; each blocks while it hashes or writes.
 *
 * Runs in: auth.  Trusts: keeper for configuration and key, front for nothing
 * but the record's form.
 */
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>

#include "pop3srvd/auth/auth.h"
#include "pop3srvd/auth/link.h"
#include "pop3srvd/ipc/life.h"

#define EARLY_MAX	4

struct process {
	struct life *life;		/* NULL until it is inherited */
	struct auth auth;
	struct links links;
	int early[EARLY_MAX];		/* channels that came before that */
	size_t n_early;
};

/* One of another length leaves us without: then no login gets a ticket, and
 * each says so in the log. */
static bool
take_octets(const struct frame *f, unsigned char key[TICKET_KEY])
{
	if (f->body.len != TICKET_KEY)
		return false;
	memcpy(key, f->body.ptr, TICKET_KEY);
	return true;
}

static void
take_key(struct auth *a, const struct frame *f)
{
	if (f->id == SECRET_TICKET)
		a->has_key = take_octets(f, a->key);
	else if (f->id == SECRET_SENDER)
		a->has_sender_key = take_octets(f, a->sender_key);
	else if (f->id == SECRET_APOP)
		a->verify.apop.there = take_octets(f, a->verify.apop.key);
}

static void
add_link(struct process *p, int fd)
{
	struct err e;

	if (link_add(&p->links, fd, &e) < 0)
		log_error(p->auth.log, LOG_LEVEL_ERROR, NULL,
		    "channel not taken", &e);
}

/* A descriptor that stays in the frame is closed by life. */
static void
take_channel(struct process *p, struct frame *f)
{
	struct msg_channel m;
	int fd = f->fd;

	if (fd < 0 || msg_channel_unpack(&m, f->body) < 0 ||
	    m.role != ROLE_FRONT ||
	    (p->life == NULL && p->n_early == EARLY_MAX))
		return;
	f->fd = -1;
	if (p->life == NULL)
		p->early[p->n_early++] = fd;
	else
		add_link(p, fd);
}

static void
keeper_frame(struct frame *f, void *arg)
{
	struct process *p = arg;

	if (f->type == MSG_SECRET)
		take_key(&p->auth, f);
	else if (f->type == MSG_CHANNEL)
		take_channel(p, f);
}

/* Services are made anew, so that every key of auth.* is a matter of a
 * reload; open exchanges go on. */
static void
new_conf(const struct conf *new, const struct conf *old, void *arg)
{
	struct process *p = arg;
	struct err e;

	(void)old;
	if (p->life == NULL)
		return;			/* what is in force at the end counts */
	p->auth.conf = new;
	if (auth_set_up(&p->auth, new, &e) < 0)
		log_error(life_log(p->life), LOG_LEVEL_ERROR, NULL,
		    "new settings not taken", &e);
}

/* Nothing is left half done between two frames. */
static void
stop(void *arg)
{
	struct process *p = arg;

	life_stopped(p->life);
}

static const struct life_ops ops = {
	.frame = keeper_frame,
	.conf = new_conf,
	.stop = stop,
};

int
main(int argc, char **argv)
{
	struct process p;
	struct err e;
	size_t i;
	int code;

	memset(&p, 0, sizeof(p));
	p.life = life_inherit(ROLE_AUTH, argc, argv, &ops, &p);
	p.links.auth = &p.auth;
	p.auth.loop = life_loop(p.life);
	p.auth.log = life_log(p.life);
	(void)umask(077);
	life_drop(p.life, life_conf(p.life)->auth.user, NULL);
	if (auth_set_up(&p.auth, life_conf(p.life), &e) < 0) {
		log_error(p.auth.log, LOG_LEVEL_ERROR, NULL, "cannot serve",
		    &e);
		(void)life_end(&p.life);
		return EX_TEMPFAIL;
	}
	for (i = 0; i < p.n_early; i++)
		add_link(&p, p.early[i]);
	life_signals(p.life);
	life_ready(p.life);
	if (loop_run(p.auth.loop, &e) < 0)
		log_error(p.auth.log, LOG_LEVEL_ERROR, NULL, "loop failed",
		    &e);
	code = p.links.broken ? EX_PROTOCOL : EX_OK;
	links_end(&p.links);
	auth_clear(&p.auth);
	return life_end(&p.life) | code;
}
