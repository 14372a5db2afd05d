/*
 * main.c - the auth process: who may log in, and the accounts
 *
 * The only process that reads passwords and hashes.  A pool of these works on
 * one database; each blocks while it hashes or writes.
 *
 * Runs in: auth.  Trusts: keeper for configuration and key, front for nothing
 * but the record's form.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "lib/net/priv.h"

#include "pop3srvd/auth/auth.h"
#include "pop3srvd/auth/link.h"
#include "pop3srvd/ipc/life.h"

#define PATH_OCTETS	4096

struct process {
	struct life *life;
	struct auth auth;
	struct links links;
};

static void
take_key(struct process *p, const struct frame *f)
{
	struct err e;

	if (f->body.len != TICKET_KEY) {
		err_set(&e, ERR_BUG, "a ticket key of %zu octets", f->body.len);
		log_error(life_log(p->life), LOG_LEVEL_ERROR, NULL,
		    "key not taken", &e);
		return;
	}
	memcpy(p->auth.key, f->body.ptr, TICKET_KEY);
	p->auth.has_key = true;
}

static void
take_channel(struct process *p, struct frame *f)
{
	struct msg_channel m;
	struct err e;
	int fd = f->fd;

	if (fd < 0 || msg_channel_unpack(&m, f->body) < 0 ||
	    m.role != ROLE_FRONT)
		return;
	f->fd = -1;
	if (link_add(&p->links, fd, &e) < 0)
		log_error(life_log(p->life), LOG_LEVEL_ERROR, NULL,
		    "channel not taken", &e);
}

static void
keeper_frame(struct frame *f, void *arg)
{
	struct process *p = arg;

	if (f->type == MSG_SECRET)
		take_key(p, f);
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

static int
give_folder(const char *folder, const char *user, struct err *e)
{
	uid_t uid;
	gid_t gid;
	int fd, r;

	if (priv_lookup(user, &uid, &gid, e) < 0)
		return -1;
	fd = path_open_dir(AT_FDCWD, folder, e);
	if (fd < 0)
		return -1;
	r = fchown(fd, uid, gid) < 0 || fchmod(fd, 0700) < 0 ? -1 : 0;
	if (r < 0)
		err_sys(e, ERR_TEMP, "cannot give %s to %s", folder, user);
	(void)close(fd);
	return r;
}

/*
 * The folder of the database, made while root can.  The state directory
 * itself stays somebody else's; it only must let us pass.  Trouble here is no
 * reason to end: each login tries the database again (I8).
 */
static void
prepare(struct process *p)
{
	const struct conf *conf = life_conf(p->life);
	char folder[PATH_OCTETS];
	struct err e;
	int r;

	/* the state directory must let others pass, whatever root's umask */
	(void)umask(022);
	r = auth_folder(conf, folder, sizeof(folder), &e);
	if (r == 0)
		r = path_make_dirs(conf->state_dir, 0755, &e);
	if (r == 0)
		r = path_make_dirs(folder, 0700, &e);
	if (r == 0 && geteuid() == 0)
		r = give_folder(folder, conf->auth.user, &e);
	if (r < 0)
		log_error(life_log(p->life), LOG_LEVEL_ERROR, NULL,
		    "account folder", &e);
	(void)umask(077);
}

int
main(int argc, char **argv)
{
	struct process p;
	struct err e;

	memset(&p, 0, sizeof(p));
	p.life = life_inherit(ROLE_AUTH, argc, argv, &ops, &p);
	p.links.auth = &p.auth;
	p.auth.loop = life_loop(p.life);
	p.auth.log = life_log(p.life);
	prepare(&p);
	life_drop(p.life, life_conf(p.life)->auth.user, NULL);
	if (auth_set_up(&p.auth, life_conf(p.life), &e) < 0) {
		log_error(p.auth.log, LOG_LEVEL_ERROR, NULL, "cannot serve",
		    &e);
		return EX_TEMPFAIL;
	}
	life_signals(p.life);
	life_ready(p.life);
	if (loop_run(p.auth.loop, &e) < 0)
		log_error(p.auth.log, LOG_LEVEL_ERROR, NULL, "loop failed",
		    &e);
	links_end(&p.links);
	auth_clear(&p.auth);
	return life_end(&p.life);
}
