/*
 * children.c - the processes that keeper starts and starts again
 *
 * Runs in: keeper.  Trusts: no child; one that sends what it should not is
 * ended and started again.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "lib/net/child.h"

#include "pop3srvd/keeper/children_own.h"

#define BACKOFF_FIRST	100		/* ms */
#define BACKOFF_SERVED	1000		/* most, of one that did serve */
#define BACKOFF_MOST	60000
#define HEALTHY_MS	60000
#define HOPELESS	3		/* starts that never got ready */

static void
log_child(const struct child *c, enum log_level level, const char *what)
{
	const struct log_field fields[] = {
		LOG_STR("role", role_name(c->role)),
		LOG_NUM("index", c->index),
		LOG_NUM("pid", c->pid),
		{ NULL }
	};

	log_event(c->all->log, level, NULL, what, fields);
}

static void
check_complete(struct children *cs)
{
	size_t i;

	for (i = 0; i < cs->n; i++)
		if (!cs->at[i].ready)
			return;
	if (!cs->complete && !cs->stopping) {
		cs->complete = true;
		cs->ops->all_ready(cs->arg);
	}
}

static void
child_frame(struct channel *ch, struct frame *f, void *arg)
{
	struct child *c = arg;

	if (f->type == MSG_READY) {
		c->ready = c->was_ready = true;
		check_complete(c->all);
	} else if (f->type != MSG_STOPPED && f->type != MSG_CONF_TAKEN) {
		c->all->ops->frame(c->role, ch, f, c->all->arg);
	}
}

/* It has ended, or will: without its channel it is of no use. */
static void
child_gone(struct channel *ch, void *arg)
{
	struct child *c = arg;

	(void)ch;
	channel_free(&c->ch);
	if (c->pid > 0 && !c->all->stopping)
		(void)kill(c->pid, SIGKILL);
}

/* fork and exec with the far end as descriptor 3. */
static int
launch(struct child *c, struct err *e)
{
	const char *role = role_name(c->role);
	char path[4096], name[32], index[16];
	char *argv[] = { name, index, NULL };
	int fds[2];

	snprintf(name, sizeof(name), "pop3srvd: %s", role);	/* for ps */
	snprintf(index, sizeof(index), "%u", (unsigned)c->index);
	if (c->index == 0)
		argv[1] = NULL;
	if (path_join(path, sizeof(path), c->all->conf->libexec_dir,
	    role) < 0)
		return err_set(e, ERR_CONFIG, "libexec_dir: too long");
	if (channel_pair(fds, e) < 0)
		return -1;
	c->pid = child_start(path, argv, &fds[1], 1, e);
	(void)close(fds[1]);
	if (c->pid > 0)
		return fds[0];
	c->pid = 0;
	(void)close(fds[0]);
	return -1;
}

static int
start(struct child *c, struct err *e)
{
	static const struct channel_ops ops = {
		.frame = child_frame,
		.gone = child_gone,
	};
	struct children *cs = c->all;
	int fd = launch(c, e);

	if (fd < 0)
		return -1;
	c->starts++;
	c->ready = false;
	c->since = loop_time(cs->loop)->mono;
	c->ch = channel_new(cs->loop, fd, &ops, c);
	if (c->ch == NULL) {
		(void)kill(c->pid, SIGKILL);	/* reaped as any other end */
		return 0;
	}
	cs->ops->outfit(c->role, c->ch, cs->arg);
	children_connect(cs, c);
	(void)channel_send(c->ch, MSG_BEGIN, 0, span_mem(NULL, 0), -1);
	log_child(c, LOG_LEVEL_INFO, "process started");
	return 0;
}

/*
 * One that never gets ready is tried less and less.  One that served is needed:
 * whoever can make it crash must not be able to keep it away for a minute.
 */
static void
start_later(struct child *c)
{
	int64_t most = c->ready ? BACKOFF_SERVED : BACKOFF_MOST;
	int64_t now = loop_time(c->all->loop)->mono;

	if (c->ready && now - c->since >= HEALTHY_MS)
		c->backoff = 0;
	c->backoff = c->backoff == 0 ? BACKOFF_FIRST : c->backoff * 2;
	if (c->backoff > most)
		c->backoff = most;
	(void)timer_after(c->all->loop, &c->again, c->backoff);
}

static void
start_again(struct loop *l, struct timer *t)
{
	struct child *c = LOOP_OWNER(t, struct child, again);
	struct err e;

	(void)l;
	if (start(c, &e) == 0)
		return;
	log_error(c->all->log, LOG_LEVEL_ERROR, NULL, "process not started",
	    &e);
	start_later(c);
}

/* "exit-3", "signal-9": one word for a log line. */
static const char *
status_word(int status, char out[32])
{
	if (WIFSIGNALED(status))
		snprintf(out, 32, "signal-%d", WTERMSIG(status));
	else
		snprintf(out, 32, "exit-%d", WEXITSTATUS(status));
	return out;
}

static void
log_ended(const struct child *c, int status)
{
	char word[32];
	const struct log_field fields[] = {
		LOG_STR("role", role_name(c->role)),
		LOG_NUM("index", c->index),
		LOG_NUM("pid", c->pid),
		LOG_STR("status", status_word(status, word)),
		LOG_NUM("restart_in", c->backoff),	/* ms */
		{ NULL }
	};

	log_event(c->all->log, LOG_LEVEL_ERROR, NULL, "process ended", fields);
}

/* Before the server served at all there is somebody to tell it to. */
static void
check_hopeless(struct child *c, const char *status)
{
	char why[128];

	if (c->all->complete || c->was_ready || c->starts < HOPELESS)
		return;
	snprintf(why, sizeof(why), "%s does not start: %s",
	    role_name(c->role), status);
	c->all->ops->hopeless(why, c->all->arg);
}

static void
ended(struct child *c, int status)
{
	char text[48];

	child_status_text(status, text);
	channel_free(&c->ch);
	if (c->role == ROLE_LOG)
		c->all->ops->log_channel(-1, c->all->arg);
	if (c->all->stopping) {
		log_child(c, LOG_LEVEL_INFO, "process stopped");
		c->pid = 0;
		children_stop_next(c->all);
		return;
	}
	start_later(c);
	log_ended(c, status);
	c->pid = 0;
	c->ready = false;
	check_hopeless(c, text);
}

void
children_reap(struct children *cs)
{
	int status;
	pid_t pid;
	size_t i;

	while ((pid = child_reap(&status)) > 0)
		for (i = 0; i < cs->n; i++)
			if (cs->at[i].pid == pid) {
				ended(&cs->at[i], status);
				break;
			}
}

static void
add(struct children *cs, enum role role, int64_t count)
{
	struct child *c;
	int64_t i;

	for (i = 0; i < count; i++) {
		c = &cs->at[cs->n++];
		c->all = cs;
		c->role = role;
		c->index = (uint32_t)i;
		c->again.due = start_again;
	}
}

int
children_start(struct children *cs, const struct conf *c, struct err *e)
{
	size_t i;

	cs->conf = c;
	cs->at = mem_new((size_t)(c->auth.processes + c->mail.processes) + 3,
	    sizeof(*cs->at));
	if (cs->at == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	add(cs, ROLE_LOG, 1);
	add(cs, ROLE_AUTH, c->auth.processes);
	add(cs, ROLE_DROP, c->mail.processes);
	add(cs, ROLE_RELAY, 1);
	add(cs, ROLE_FRONT, 1);
	for (i = 0; i < cs->n; i++)
		if (start(&cs->at[i], e) < 0)
			return -1;
	return 0;
}

void
children_conf(struct children *cs, const struct conf *c)
{
	cs->conf = c;
}

struct children *
children_new(struct loop *l, struct log_out *log,
    const struct children_ops *ops, void *arg)
{
	struct children *cs = mem_new(1, sizeof(*cs));

	if (cs == NULL)
		return NULL;
	cs->loop = l;
	cs->log = log;
	cs->ops = ops;
	cs->arg = arg;
	return cs;
}

void
children_free(struct children **cs_p)
{
	struct children *cs = *cs_p;
	size_t i;

	if (cs == NULL)
		return;
	for (i = 0; i < cs->n; i++) {
		timer_stop(cs->loop, &cs->at[i].again);
		channel_free(&cs->at[i].ch);
		if (cs->at[i].pid > 0)
			(void)kill(cs->at[i].pid, SIGKILL);
	}
	timer_stop(cs->loop, &cs->patience);
	free(cs->at);
	free(cs);
	*cs_p = NULL;
}
