/*
 * keeper_conf.c - the configuration as keeper hands it on
 *
 * Runs in: keeper.  Trusts: lib/conf, which has checked it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "pop3srvd/ipc/life.h"
#include "pop3srvd/ipc/memfd.h"

#include "pop3srvd/keeper/keeper.h"

#define CONF_MAX	(64u << 20)	/* octets of a packed one */

/* Standard error ends in the journal (systemd.exec(5), JOURNAL_STREAM). */
static bool
stderr_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char here[64];
	struct stat st;

	if (stream == NULL || fstat(STDERR_FILENO, &st) < 0)
		return false;
	snprintf(here, sizeof(here), "%ju:%ju", (uintmax_t)st.st_dev,
	    (uintmax_t)st.st_ino);
	return strcmp(stream, here) == 0;
}

/* Not where each line would come a second time. */
static bool
wants_stderr(const struct keeper *k, const struct conf *c)
{
	bool twice = stderr_is_journal();
	size_t i;

	for (i = 0; i < c->n_logs; i++)
		if (c->logs[i].to == CONF_LOG_STDERR ||
		    (twice && c->logs[i].to == CONF_LOG_SYSLOG))
			return false;
	return k->foreground;
}

int
keeper_adapt(const struct keeper *k, struct conf *c)
{
	struct conf_log *logs, *l;

	if (!wants_stderr(k, c))
		return 0;
	logs = mem_new(c->n_logs + 1, sizeof(*logs));
	if (logs == NULL)
		return -1;
	if (c->n_logs > 0)
		memcpy(logs, c->logs, c->n_logs * sizeof(*logs));
	l = &logs[c->n_logs];
	l->to = CONF_LOG_STDERR;
	l->level = CONF_LEVEL_INFO;
	l->path = mem_strdup("");
	l->folder = mem_strdup("");
	l->address = mem_strdup("");
	l->name = mem_strdup("");
	l->ca_file = mem_strdup("");
	free(c->logs);
	c->logs = logs;
	c->n_logs++;
	return l->path != NULL && l->folder != NULL && l->address != NULL &&
	    l->name != NULL && l->ca_file != NULL ? 0 : -1;
}

/* Without the ranges: 100,000 of them for each listener would be copied by
 * every process, and only front has a use for them. */
static void
forget_ranges(struct conf_access *a)
{
	a->grant.n = a->deny.n = 0;
	a->grant_files.n = a->deny_files.n = 0;
}

int
keeper_pack_bare(const struct conf *c, struct buf *b)
{
	struct conf bare = *c;
	size_t i;
	int r;

	bare.listeners = mem_new(c->n_listeners + 1, sizeof(*bare.listeners));
	if (bare.listeners == NULL)
		return -1;
	forget_ranges(&bare.server.access);
	for (i = 0; i < c->n_listeners; i++) {
		bare.listeners[i] = c->listeners[i];
		forget_ranges(&bare.listeners[i].server.access);
	}
	r = conf_pack(&bare, b);
	free(bare.listeners);
	return r;
}

int
keeper_pack_conf(const struct conf *c, struct err *e)
{
	struct buf b;
	int fd = -1;

	buf_init(&b, CONF_MAX);
	if (keeper_pack_bare(c, &b) == 0)
		fd = memfd_write("pop3srvd-conf", buf_span(&b), e);
	else
		err_set(e, ERR_TEMP, "configuration: out of memory");
	buf_free(&b);
	return fd;
}

void
keeper_send_conf(struct keeper *k, struct channel *ch, bool first)
{
	const struct msg_conf m = { first, !k->foreground };
	struct buf b;

	buf_init(&b, 16);
	if (msg_conf_pack(&m, &b) == 0) {
		if (ch != NULL)
			(void)channel_send(ch, MSG_CONF, k->generation,
			    buf_span(&b), k->conf_fd);
		else
			children_tell(k->children, MSG_CONF, k->generation,
			    buf_span(&b), k->conf_fd);
	}
	buf_free(&b);
	log_out_level(k->log, life_log_level(k->conf));
}

void
keeper_send_access(struct keeper *k, struct channel *front)
{
	static const struct err e = { ERR_TEMP, 0, "front cannot be told" };

	if (channel_send(front, MSG_ACCESS, k->generation, span_mem(NULL, 0),
	    k->access_fd) < 0)
		log_error(k->log, LOG_LEVEL_ERROR, NULL,
		    "access lists not sent", &e);
}
