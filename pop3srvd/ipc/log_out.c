/*
 * log_out.c - a process's way to the log process
 *
 * Never waits: what the channel does not take is counted, and the count is
 * sent as soon as the channel takes frames again.  While the log process is
 * being restarted a few records are kept.
 *
 * Runs in: every process.  Trusts: its own callers.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/mem.h"
#include "lib/base/pack.h"
#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/ipc/msg.h"

#define KEPT_MAX	65536	/* octets of records kept without a channel */
#define LINE_MAX_OCTETS	32768

struct log_out {
	struct channel *ch;
	bool hold;		/* no channel now, one will come */
	uint32_t pid;
	enum log_level most;
	uint64_t dropped;	/* not yet told */
	uint64_t told;
	uint64_t lost;		/* by the present log's targets */
	uint64_t lost_before;	/* by those of logs that ended */
	struct buf kept;	/* span-packed records */
	void (*sink)(const struct logrec *r, void *arg);
	void *arg;
};

struct log_out *
log_out_new(void)
{
	struct log_out *o = mem_new(1, sizeof(*o));

	if (o != NULL) {
		o->pid = (uint32_t)getpid();
		o->most = LOG_LEVEL_INFO;
		buf_init(&o->kept, KEPT_MAX);
	}
	return o;
}

void
log_out_free(struct log_out **o_p)
{
	if (*o_p == NULL)
		return;
	buf_free(&(*o_p)->kept);
	free(*o_p);
	*o_p = NULL;
}

void
log_out_level(struct log_out *o, enum log_level most)
{
	o->most = most;
}

void
log_out_sink(struct log_out *o, void (*sink)(const struct logrec *r, void *arg),
    void *arg)
{
	o->sink = sink;
	o->arg = arg;
}

uint64_t
log_out_dropped(const struct log_out *o)
{
	return o->told + o->dropped + o->lost + o->lost_before;
}

void
log_out_lost(struct log_out *o, uint64_t total)
{
	if (total < o->lost)
		o->lost_before += o->lost;
	o->lost = total;
}

/* Tell how many are missing before the first one that follows them. */
static void
send_dropped(struct log_out *o)
{
	struct pack p;
	struct buf b;

	if (o->dropped == 0)
		return;
	buf_init(&b, 8);
	pack_begin(&p, &b);
	pack_u64(&p, o->dropped);
	if (pack_end(&p) == 0 &&
	    channel_send(o->ch, MSG_LOG_DROPPED, 0, buf_span(&b), -1) == 0) {
		o->told += o->dropped;
		o->dropped = 0;
	}
	buf_free(&b);
}

static void
send_record(struct log_out *o, struct span record)
{
	send_dropped(o);
	if (o->dropped > 0 ||
	    channel_send(o->ch, MSG_LOG, 0, record, -1) < 0)
		o->dropped++;
}

static void
keep_record(struct log_out *o, struct span record)
{
	struct pack p;

	pack_begin(&p, &o->kept);
	if (buf_room(&o->kept) < record.len + 4) {
		o->dropped++;
		return;
	}
	pack_span(&p, record);
	if (pack_end(&p) < 0)
		o->dropped++;
}

static void
send_kept(struct log_out *o)
{
	struct unpack u;
	struct span record;

	unpack_begin(&u, buf_data(&o->kept), buf_len(&o->kept));
	while (u.at < u.end) {
		record = unpack_span(&u);
		if (u.bad)
			break;
		send_record(o, record);
	}
	buf_free(&o->kept);
}

void
log_out_channel(struct log_out *o, struct channel *ch)
{
	o->ch = ch;
	o->hold = false;
	if (ch != NULL)
		send_kept(o);
}

void
log_out_hold(struct log_out *o)
{
	o->ch = NULL;
	o->hold = true;
}

static void
write_stderr(const struct logrec *r)
{
	struct buf b;
	ssize_t n;

	buf_init(&b, LINE_MAX_OCTETS);
	if (logrec_text(r, &b) == 0 && buf_addc(&b, '\n') == 0) {
		/* a lost line on a closed terminal is nobody's loss */
		n = write(STDERR_FILENO, buf_data(&b), buf_len(&b));
		(void)n;
	}
	buf_free(&b);
}

static void
deliver(struct log_out *o, const struct logrec *r)
{
	struct buf b;

	buf_init(&b, FRAME_MAX);
	if (logrec_pack(r, &b) < 0)
		o->dropped++;
	else if (o->ch != NULL)
		send_record(o, buf_span(&b));
	else
		keep_record(o, buf_span(&b));
	buf_free(&b);
}

void
log_event(struct log_out *o, enum log_level level,
    const struct log_where *where, const char *what,
    const struct log_field *fields)
{
	struct logrec r;
	struct moment now;

	if (level > o->most)
		return;
	memset(&r, 0, sizeof(r));
	clock_read(&now);
	r.level = level;
	r.wall = now.wall;
	r.pid = o->pid;
	if (where != NULL)
		r.where = *where;
	r.what = what;
	while (fields != NULL && fields[r.n_fields].key != NULL &&
	    r.n_fields < LOGREC_FIELDS) {
		r.fields[r.n_fields] = fields[r.n_fields];
		r.n_fields++;
	}
	if (o->sink != NULL)
		o->sink(&r, o->arg);
	else if (o->ch == NULL && !o->hold)
		write_stderr(&r);
	else
		deliver(o, &r);
}

void
log_error(struct log_out *o, enum log_level level,
    const struct log_where *where, const char *what, const struct err *e)
{
	const struct log_field fields[] = {
		LOG_STR("class", err_class_name(e->class)),
		LOG_STR("error", e->text),
		{ NULL }
	};

	log_event(o, level, where, what, fields);
}
