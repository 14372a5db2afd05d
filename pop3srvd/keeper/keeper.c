/*
 * keeper.c - the process that holds everything together
 *
 * Order of life: signals, children, "ready" once each of them is; at the end
 * the same list backwards.
 *
 * Runs in: keeper, as root if started so.  Trusts: its own configuration; of
 * its children only front's control requests, and only their form.
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/net/child.h"
#include "lib/net/notify.h"

#include "pop3srvd/ipc/memfd.h"

#include "pop3srvd/keeper/access.h"
#include "pop3srvd/keeper/audit.h"
#include "pop3srvd/keeper/ctl.h"
#include "pop3srvd/keeper/ctl_access.h"
#include "pop3srvd/keeper/keeper.h"
#include "pop3srvd/keeper/reload.h"
#include "pop3srvd/keeper/setup.h"

#define HUP_MS		1000
#define MEND_MS		5000

static void
outfit(enum role role, struct channel *ch, void *arg)
{
	struct keeper *k = arg;

	keeper_send_conf(k, ch, true);
	keys_send(&k->keys, role, ch);
	if (role == ROLE_LOG)
		audit_send(k, ch);
	if (role != ROLE_FRONT)
		return;
	keeper_send_access(k, ch);
	certs_watch_send(k->certs, ch);
	sockets_send(k->sockets, NULL, ch);
	control_send(k->control, ch);
	/* not looked into: only a front knows, and may have lied */
	(void)channel_send(ch, MSG_KEPT, 0, span_mem(NULL, 0), k->kept_fd);
}

void
keeper_log_apop(const struct keeper *k)
{
	if (k->keys.apop.fault.class != ERR_NONE)
		log_error(k->log, LOG_LEVEL_ERROR, NULL, "apop off",
		    &k->keys.apop.fault);
}

static void
log_frame(struct channel *ch, struct frame *f, void *arg)
{
	(void)ch;
	(void)f;
	(void)arg;		/* log has nothing to say here */
}

static void
log_gone(struct channel *ch, void *arg)
{
	struct keeper *k = arg;

	(void)ch;
	log_out_hold(k->log);
	channel_free(&k->log_ch);
}

static void
log_channel(int fd, void *arg)
{
	static const struct channel_ops ops = {
		.frame = log_frame,
		.gone = log_gone,
	};
	struct keeper *k = arg;

	if (k->log_ch != NULL) {
		channel_flush(k->log_ch, 500);
		log_gone(k->log_ch, k);
	}
	if (fd < 0)
		return;
	k->log_ch = channel_new(k->loop, fd, &ops, k);
	if (k->log_ch != NULL)
		log_out_channel(k->log, k->log_ch);
}

static void
child_said(enum role role, struct channel *ch, struct frame *f, void *arg)
{
	struct keeper *k = arg;
	const struct log_field fields[] = {
		LOG_STR("role", role_name(role)),
		LOG_NUM("type", f->type),
		{ NULL }
	};

	if (role == ROLE_FRONT && f->type == MSG_CTL)
		ctl_serve(k, ch, f);
	else
		log_event(k->log, LOG_LEVEL_ERROR, NULL,
		    "frame not awaited", fields);
}

static void
tell_ready(struct keeper *k, int code)
{
	if (k->ready_fd >= 0)
		child_ready(k->ready_fd, code);
	k->ready_fd = -1;
}

static void
all_ready(void *arg)
{
	struct keeper *k = arg;
	const struct log_field fields[] = {
		LOG_STR("version", PACKAGE_VERSION),
		LOG_NUM("generation", k->generation),
		{ NULL }
	};

	log_event(k->log, LOG_LEVEL_INFO, NULL, "server started", fields);
	audit_note(k, "start", "server.start", "ok");
	if (k->set_aside != NULL)
		log_event(k->log, LOG_LEVEL_ERROR, NULL, "settings set aside",
		    (const struct log_field[]){
		    LOG_STR("error", k->set_aside), { NULL } });
	free(k->set_aside);
	k->set_aside = NULL;
	reload_log_notes(k);
	notify_send("READY=1");
	tell_ready(k, EX_OK);
}

static void
hopeless(const char *why, void *arg)
{
	struct keeper *k = arg;

	fprintf(stderr, "pop3srvd: %s\n", why);
	k->exit_code = EX_UNAVAILABLE;
	keeper_stop(k);
}

static void
all_stopped(void *arg)
{
	struct keeper *k = arg;

	loop_stop(k->loop);
}

static void
certs_changed(void *arg)
{
	struct keeper *k = arg;
	struct channel *front = children_front(k->children);

	if (front != NULL)
		certs_watch_send(k->certs, front);
}

/* A file with ranges: all lists are made anew, or all stay. */
static void
lists_changed(void *arg)
{
	struct keeper *k = arg;
	struct channel *front = children_front(k->children);
	struct err e;
	int fd = access_make(k->conf, k->source, k->lists, &e);

	if (fd < 0) {
		log_error(k->log, LOG_LEVEL_ERROR, NULL,
		    "access lists not made", &e);
		return;
	}
	(void)close(k->access_fd);
	k->access_fd = fd;
	if (front != NULL)
		keeper_send_access(k, front);
	mem_give_back();
}

void
keeper_stop(struct keeper *k)
{
	if (!k->stopping) {
		notify_send("STOPPING=1");
		log_event(k->log, LOG_LEVEL_INFO, NULL, "server stopping",
		    NULL);
	}
	k->stopping = true;
	children_stop(k->children);
}

/* At once, but once a second: each reload costs every child a memory file, and
 * one that is slow to take it costs us descriptors. */
static void
reload_by_signal(struct keeper *k)
{
	struct err e;

	k->hup_again = timer_is_set(&k->hup);
	if (k->hup_again || k->stopping)
		return;
	audit_note(k, "signal", "reload", reload_ordered(k, NULL, &e) == 0 ?
	    "ok" : "configuration");
	audit_mend(k);
	(void)timer_after(k->loop, &k->hup, HUP_MS);
}

static void
hup_due(struct loop *l, struct timer *t)
{
	struct keeper *k = LOOP_OWNER(t, struct keeper, hup);

	(void)l;
	if (k->hup_again)
		reload_by_signal(k);
}

static void
on_signal(struct loop *l, int signo, void *arg)
{
	struct keeper *k = arg;

	(void)l;
	switch (signo) {
	case SIGCHLD:
		children_reap(k->children);
		break;
	case SIGHUP:
		reload_by_signal(k);
		break;
	case SIGUSR1:
		setup_logs(k->conf);
		children_tell_role(k->children, ROLE_LOG, MSG_REOPEN, 0,
		    span_mem(NULL, 0));
		audit_mend(k);
		break;
	default:
		if (!k->stopping)
			audit_note(k, "signal", "server.stop", "ok");
		keeper_stop(k);
	}
}

/* The control socket and the audit file in their places: a lost socket would
 * lock the administrator out (F-40). */
static void
mend(struct loop *l, struct timer *t)
{
	struct keeper *k = LOOP_OWNER(t, struct keeper, mend);
	struct channel *front = children_front(k->children);
	struct err e;

	(void)timer_after(l, t, MEND_MS);
	if (k->stopping)
		return;
	audit_mend(k);
	if (control_mend(k->control, &e)) {
		log_event(k->log, LOG_LEVEL_WARNING, NULL,
		    "control socket made anew", NULL);
		if (front != NULL)
			control_send(k->control, front);
	} else if (e.class != ERR_NONE && !k->mend_failed) {
		log_error(k->log, LOG_LEVEL_ERROR, NULL,
		    "control socket lost", &e);
	}
	k->mend_failed = e.class != ERR_NONE;
}

static int
prepare_signals(struct keeper *k, struct err *e)
{
	static const int handled[] = { SIGCHLD, SIGHUP, SIGUSR1, SIGTERM,
		SIGINT };
	size_t i;

	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return err_sys(e, ERR_TEMP, "SIGPIPE");
	for (i = 0; i < sizeof(handled) / sizeof(handled[0]); i++)
		if (loop_signal(k->loop, handled[i], on_signal, k) < 0)
			return err_sys(e, ERR_TEMP, "signal %d", handled[i]);
	return 0;
}

static int
prepare(struct keeper *k, struct err *e)
{
	static const struct children_ops ops = {
		.outfit = outfit,
		.log_channel = log_channel,
		.frame = child_said,
		.all_ready = all_ready,
		.hopeless = hopeless,
		.all_stopped = all_stopped,
	};

	k->generation = 1;
	k->loop = loop_new(e);
	if (k->loop == NULL)
		return -1;
	k->since = loop_time(k->loop)->wall;
	if (keys_make(&k->keys, e) < 0)
		return -1;
	k->conf_fd = keeper_pack_conf(k->conf, e);
	k->access_fd = access_make(k->conf, k->source, k->lists, e);
	if (k->access_fd < 0)
		return -1;
	k->kept_fd = memfd_kept("kept", MSG_KEPT_OCTETS, e);
	if (k->conf_fd < 0 || k->kept_fd < 0 || prepare_signals(k, e) < 0)
		return -1;
	k->log = log_out_new();
	if (k->log == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	log_out_hold(k->log);	/* until log runs */
	keeper_log_apop(k);
	k->children = children_new(k->loop, k->log, &ops, k);
	k->certs = certs_watch_new(k->loop, k->log, certs_changed, k);
	k->runtime = json_object();
	if (k->children == NULL || k->certs == NULL || k->runtime == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	if (listfiles_watch(k->lists, k->loop, k->log, lists_changed, k) < 0)
		return err_set(e, ERR_TEMP, "out of memory");
	listfiles_take(k->lists, k->conf);
	k->hup.due = hup_due;
	k->mend.due = mend;
	return timer_after(k->loop, &k->mend, MEND_MS);
}

static void
release(struct keeper *k)
{
	children_free(&k->children);
	certs_watch_free(&k->certs);
	channel_free(&k->log_ch);
	log_out_free(&k->log);
	if (k->conf_fd >= 0)
		(void)close(k->conf_fd);
	if (k->access_fd >= 0)
		(void)close(k->access_fd);
	listfiles_free(&k->lists);
	ctl_imports_free(&k->imports);
	if (k->kept_fd >= 0)
		(void)close(k->kept_fd);
	json_decref(k->runtime);
	json_decref(k->notes);
	json_decref(k->told);
	free(k->last.text);
	free(k->faults);
	if (k->loop != NULL)
		timer_stop(k->loop, &k->mend);
	loop_free(&k->loop);
}

int
keeper_run(struct keeper *k, struct cert_set *certs)
{
	struct err e;
	int r;

	k->conf_fd = k->access_fd = k->kept_fd = -1;
	r = prepare(k, &e);
	if (r < 0) {
		cert_set_free(&certs);
	} else {
		certs_watch_take(k->certs, certs);
		r = children_start(k->children, k->conf, &e);
		if (r == 0)
			r = loop_run(k->loop, &e);
	}
	if (r < 0) {
		fprintf(stderr, "pop3srvd: %s\n", e.text);
		k->exit_code = e.class == ERR_CONFIG ? EX_CONFIG : EX_OSERR;
	}
	tell_ready(k, k->exit_code);
	release(k);
	return k->exit_code;
}
