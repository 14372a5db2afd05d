/*
 * life_frames.c - what keeper says to a child
 *
 * Runs in: front, auth, drop, relay, log.  Trusts: keeper, whose channel it
 * is, for content; a frame that is not awaited still ends the process.
 */
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/pack.h"
#include "pop3srvd/ipc/life_own.h"
#include "pop3srvd/ipc/memfd.h"

#define CONF_MAX	(64u << 20)	/* octets of a packed configuration */

static void
end_with(struct life *lf, int code)
{
	lf->exit_code = code;
	if (!lf->ready)
		exit(code);
	loop_stop(lf->loop);
}

enum log_level
life_log_level(const struct conf *c)
{
	enum conf_log_level most = CONF_LEVEL_ERROR;
	size_t i;

	for (i = 0; i < c->n_logs; i++)
		if (c->logs[i].to != CONF_LOG_NONE && c->logs[i].level > most)
			most = c->logs[i].level;
	return (enum log_level)most;
}

static struct conf *
read_conf(struct frame *f, struct err *e)
{
	const void *mem;
	struct conf *c;
	size_t len;

	mem = memfd_map(f->fd, CONF_MAX, &len, e);
	f->fd = -1;
	if (mem == NULL)
		return NULL;
	c = conf_unpack(mem, len, e);
	memfd_unmap(mem, len);
	return c;
}

static void
take_conf(struct life *lf, struct frame *f)
{
	struct conf *new, *old = lf->conf;
	struct msg_conf m;
	struct err e;

	if (f->fd < 0 || msg_conf_unpack(&m, f->body) < 0)
		life_die(lf, EX_PROTOCOL, "configuration without its octets");
	lf->detached = m.detached;
	new = read_conf(f, &e);
	if (new == NULL && old == NULL)
		life_die(lf, EX_CONFIG, e.text);
	if (new == NULL) {
		log_error(lf->log, LOG_LEVEL_ERROR, NULL,
		    "configuration not taken", &e);
		return;
	}
	lf->conf = new;
	log_out_level(lf->log, life_log_level(new));
	if (old != NULL) {
		if (lf->ops->conf != NULL)
			lf->ops->conf(new, old, lf->arg);
		conf_free(&old);
	}
	(void)channel_send(lf->keeper, MSG_CONF_TAKEN, f->id,
	    span_mem(NULL, 0), -1);
}

static void
log_lost(struct life *lf, struct span body)
{
	struct unpack u;
	uint64_t total;

	unpack_begin(&u, body.ptr, body.len);
	total = unpack_u64(&u);
	if (unpack_end(&u) == 0)
		log_out_lost(lf->log, total);
}

static void
log_frame(struct channel *ch, struct frame *f, void *arg)
{
	struct life *lf = arg;

	(void)ch;
	if (f->type == MSG_LOG_DROPPED)
		log_lost(lf, f->body);
	else if (lf->ready && lf->ops->log_frame != NULL)
		lf->ops->log_frame(f, lf->arg);
}

static void
log_gone(struct channel *ch, void *arg)
{
	struct life *lf = arg;

	(void)ch;
	log_out_hold(lf->log);
	channel_free(&lf->log_ch);
}

static void
take_log_channel(struct life *lf, struct frame *f)
{
	static const struct channel_ops ops = {
		.frame = log_frame,
		.gone = log_gone,
	};

	if (lf->log_ch != NULL)
		log_gone(lf->log_ch, lf);
	lf->log_ch = channel_new(lf->loop, f->fd, &ops, lf);
	f->fd = -1;
	if (lf->log_ch == NULL)
		return;
	log_out_channel(lf->log, lf->log_ch);
	if (lf->ready && lf->ops->log_frame != NULL)
		lf->ops->log_frame(NULL, lf->arg);
}

/* Whether the channel leads to log and is ours to serve. */
static bool
is_log_channel(struct life *lf, const struct frame *f)
{
	struct msg_channel m;

	if (f->fd < 0 || msg_channel_unpack(&m, f->body) < 0)
		life_die(lf, EX_PROTOCOL, "channel without its descriptor");
	return m.role == ROLE_LOG;
}

static void
hold(struct life *lf, struct frame *f)
{
	struct held *h = mem_new(1, sizeof(*h));

	if (h == NULL || (h->body = mem_new(f->body.len + 1, 1)) == NULL) {
		free(h);
		life_die(lf, EX_TEMPFAIL, "out of memory");
	}
	if (f->body.len > 0)
		memcpy(h->body, f->body.ptr, f->body.len);
	h->len = f->body.len;
	h->type = f->type;
	h->id = f->id;
	h->fd = f->fd;
	f->fd = -1;
	*lf->held_end = h;
	lf->held_end = &h->next;
}

static void
begin(struct life *lf)
{
	if (lf->conf == NULL)
		life_die(lf, EX_PROTOCOL, "told to begin without settings");
	lf->begun = true;
	loop_stop(lf->loop);
}

void
life_serve(struct life *lf, struct frame *f)
{
	switch (f->type) {
	case MSG_CONF:
		take_conf(lf, f);
		break;
	case MSG_BEGIN:
		begin(lf);
		break;
	case MSG_STOP:
		if (lf->ready && lf->ops->stop != NULL)
			lf->ops->stop(lf->arg);
		else
			end_with(lf, EX_OK);
		break;
	case MSG_CHANNEL:
		if (is_log_channel(lf, f)) {
			take_log_channel(lf, f);
			break;
		}
		/* FALLTHROUGH */
	case MSG_SECRET:
	case MSG_CERTS:
	case MSG_LISTENER:
	case MSG_CONTROL:
	case MSG_REOPEN:
	case MSG_ACCESS:
	case MSG_KEPT:
	case MSG_AUDIT_FILE:
	case MSG_CTL_REPLY:
		if (lf->ops->frame != NULL)
			lf->ops->frame(f, lf->arg);
		break;
	default:
		life_die(lf, EX_PROTOCOL, "keeper sent what was not awaited");
	}
}

static void
keeper_frame(struct channel *ch, struct frame *f, void *arg)
{
	struct life *lf = arg;

	(void)ch;
	if (lf->begun && !lf->ready)
		hold(lf, f);
	else
		life_serve(lf, f);
	if (f->fd >= 0) {
		(void)close(f->fd);
		f->fd = -1;
	}
}

static void
keeper_gone(struct channel *ch, void *arg)
{
	(void)ch;
	end_with(arg, EX_UNAVAILABLE);
}

const struct channel_ops life_keeper_ops = {
	.frame = keeper_frame,
	.gone = keeper_gone,
};
