/*
 * life.c - the beginning and end that all children share
 *
 * What keeper says in between is served in life_frames.c.
 *
 * Runs in: front, auth, drop, relay, log.  Trusts: keeper.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/num.h"
#include "lib/net/priv.h"
#include "pop3srvd/ipc/life_own.h"

#define KEEPER_FD	3
#define LAST_WORDS_MS	500
#define SPARE_FDS	128	/* channels, listeners, control connections */
#define FDS_A_SESSION	3	/* the connection and two messages ahead */

void
life_die(const struct life *lf, int code, const char *why)
{
	const struct log_field fields[] = {
		LOG_STR("role", role_name(lf->role)),
		LOG_NUM("index", lf->index),
		LOG_STR("error", why),
		{ NULL }
	};

	if (lf->log != NULL)
		log_event(lf->log, LOG_LEVEL_ERROR, NULL, "process failed",
		    fields);
	else
		fprintf(stderr, "pop3srvd %s: %s\n", role_name(lf->role), why);
	if (lf->log_ch != NULL)
		channel_flush(lf->log_ch, LAST_WORDS_MS);
	exit(code);
}

static struct life *
life_new(enum role role, const struct life_ops *ops, void *arg)
{
	struct life *lf = mem_new(1, sizeof(*lf));

	if (lf == NULL || (lf->log = log_out_new()) == NULL)
		exit(EX_OSERR);
	lf->role = role;
	lf->ops = ops;
	lf->arg = arg;
	lf->held_end = &lf->held;
	return lf;
}

/* Descriptor 3 is what keeper puts there, not what a shell left open. */
static bool
is_channel(int fd)
{
	int type = 0;
	socklen_t len = sizeof(type);

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 &&
	    type == SOCK_SEQPACKET;
}

struct life *
life_inherit(enum role role, int argc, char **argv,
    const struct life_ops *ops, void *arg)
{
	struct life *lf = life_new(role, ops, arg);
	uint64_t index = 0;
	struct err e;

	if (!is_channel(KEEPER_FD) || argc > 2 || (argc == 2 &&
	    num_u64(span_of(argv[1]), UINT32_MAX, &index) < 0))
		life_die(lf, EX_USAGE, "only pop3srvd starts this program");
	lf->index = (uint32_t)index;
	lf->loop = loop_new(&e);
	if (lf->loop == NULL)
		life_die(lf, EX_OSERR, e.text);
	lf->keeper = channel_new(lf->loop, KEEPER_FD, &life_keeper_ops,
	    lf);
	if (lf->keeper == NULL)
		life_die(lf, EX_OSERR, "out of memory");
	while (!lf->begun)
		if (loop_run(lf->loop, &e) < 0)
			life_die(lf, EX_OSERR, e.text);
	return lf;
}

struct loop *
life_loop(const struct life *lf)
{
	return lf->loop;
}

const struct conf *
life_conf(const struct life *lf)
{
	return lf->conf;
}

struct log_out *
life_log(const struct life *lf)
{
	return lf->log;
}

struct channel *
life_keeper(const struct life *lf)
{
	return lf->keeper;
}

struct channel *
life_log_channel(const struct life *lf)
{
	return lf->log_ch;
}

uint32_t
life_index(const struct life *lf)
{
	return lf->index;
}

/* A sanitizer's leak report needs a helper process. */
#ifdef SANITIZED
#define NO_PROCESSES	false
#else
#define NO_PROCESSES	true
#endif

static unsigned
fds_wanted(const struct life *lf)
{
	int64_t sessions = lf->conf->server.limits.connections;

	if (lf->role != ROLE_FRONT)
		return 0;
	if (sessions > 1000000)
		sessions = 1000000;
	return (unsigned)sessions * FDS_A_SESSION + SPARE_FDS;
}

void
life_drop(struct life *lf, const char *user, const char *root)
{
	struct priv_want want = { .root = root };
	struct err e;

	want.become = geteuid() == 0;
	/* PAM modules and sendmail are processes of their own. */
	want.no_processes = NO_PROCESSES && lf->role != ROLE_AUTH &&
	    lf->role != ROLE_RELAY;
	/* Postfix's sendmail hands mail over by a set-group-id program.  Only
	 * then, and the capabilities that set-user-id could give are gone. */
	want.may_gain = lf->role == ROLE_RELAY &&
	    lf->conf->relay.sendmail[0] != '\0';
	want.max_fds = fds_wanted(lf);
	if (want.become && priv_lookup(user, &want.uid, &want.gid, &e) < 0)
		life_die(lf, EX_NOUSER, e.text);
	if (priv_drop(&want, &e) < 0)
		life_die(lf, EX_NOPERM, e.text);
	/* A daemon's 0 and 1 lead nowhere; who started it gets 2 back.  Here
	 * and not when ready: front's filter knows no dup2(). */
	if (lf->detached && dup2(STDOUT_FILENO, STDERR_FILENO) < 0)
		life_die(lf, EX_OSERR, "cannot let go of standard error");
}

void
life_signals(struct life *lf)
{
	static const int ignored[] = { SIGPIPE, SIGTERM, SIGINT, SIGHUP,
		SIGUSR1 };
	size_t i;

	for (i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		if (signal(ignored[i], SIG_IGN) == SIG_ERR)
			life_die(lf, EX_OSERR, "cannot ignore a signal");
}

void
life_ready(struct life *lf)
{
	struct held *h;
	struct frame f;

	lf->ready = true;
	(void)channel_send(lf->keeper, MSG_READY, 0, span_mem(NULL, 0), -1);
	while ((h = lf->held) != NULL) {
		lf->held = h->next;
		f = (struct frame){ h->type, h->id, span_mem(h->body, h->len),
			h->fd };
		life_serve(lf, &f);
		if (f.fd >= 0)
			(void)close(f.fd);
		free(h->body);
		free(h);
	}
}

void
life_stopped(struct life *lf)
{
	(void)channel_send(lf->keeper, MSG_STOPPED, 0, span_mem(NULL, 0), -1);
	channel_flush(lf->keeper, LAST_WORDS_MS);
	loop_stop(lf->loop);
}

int
life_end(struct life **lf_p)
{
	struct life *lf = *lf_p;
	int code = lf->exit_code;

	if (lf->log_ch != NULL) {
		channel_flush(lf->log_ch, LAST_WORDS_MS);
		log_out_hold(lf->log);
		channel_free(&lf->log_ch);
	}
	channel_free(&lf->keeper);
	log_out_free(&lf->log);
	conf_free(&lf->conf);
	loop_free(&lf->loop);
	free(lf);
	*lf_p = NULL;
	return code;
}
