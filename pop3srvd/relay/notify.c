/*
 * notify.c - a report to a message's sender, put into the queue
 *
 * Runs in: relay.  Trusts: nothing of what a delivery said.
 */
#include <unistd.h>

#include "lib/base/path.h"

#include "pop3srvd/relay/queue_own.h"
#include "pop3srvd/relay/report.h"

/* For whom it is, from nobody: what fails of it is not reported (RFC 5321
 * section 6.1). */
static struct envelope *
address_it(const struct entry *t, const char *id, uint64_t octets)
{
	struct envelope *v = envelope_new(id);

	if (v == NULL)
		return NULL;
	v->created = v->saved = loop_time(t->q->loop)->wall;
	v->octets = octets;
	if (envelope_say(&v->account, t->v->account) < 0 ||
	    envelope_add(v, t->v->sender) < 0)
		envelope_free(&v);
	return v;
}

static int
compose(const struct entry *t, const char *id, bool delay, struct buf *out,
    struct err *e)
{
	struct buf header;
	struct report r = { .id = id, .about = t->v,
		.hostname = queue_hostname(t->q),
		.now = loop_time(t->q->loop)->wall, .delay = delay,
		.expire = t->q->conf->relay.expire };
	int status;

	buf_init(&header, REPORT_HEADER);
	status = spool_header(t->q->spool, t->v->id, REPORT_HEADER, &header,
	    e);
	r.header = buf_span(&header);
	if (status == 0 && report_write(&r, out) < 0)
		status = err_set(e, ERR_TEMP, "out of memory for a report");
	buf_free(&header);
	return status;
}

static int
put(struct entry *t, const char *id, int fd, struct span text, struct err *e)
{
	struct envelope *v = address_it(t, id, text.len);

	if (v == NULL)
		return err_set(e, ERR_TEMP, "out of memory for a report");
	if (path_write_all(fd, text) < 0) {
		envelope_free(&v);
		return path_fail("cannot write", id, e);
	}
	if (spool_accept(t->q->spool, v, fd, e) < 0) {
		envelope_free(&v);
		return -1;
	}
	queue_add(t->q, v);
	return 0;
}

int
notify_sender(struct entry *t, bool delay, struct err *e)
{
	char id[ENVELOPE_ID + 1];
	int fd = spool_temp(t->q->spool, id, e), r;
	struct buf text;

	if (fd < 0)
		return -1;
	buf_init(&text, REPORT_MAX);
	r = compose(t, id, delay, &text, e);
	if (r == 0)
		r = put(t, id, fd, buf_span(&text), e);
	buf_free(&text);
	(void)close(fd);
	if (r < 0) {
		spool_drop_temp(t->q->spool, id);
		return -1;
	}
	log_event(t->q->log, LOG_LEVEL_INFO, NULL, delay ? "mail notice" :
	    "mail bounced", (const struct log_field[]){
	    LOG_STR("queue_id", t->v->id), LOG_STR("report", id),
	    LOG_STR("user", t->v->account), LOG_NUM("recipients",
	    envelope_count(t->v, delay ? RCPT_WAITS : RCPT_FAILED)),
	    { NULL } });
	return 0;
}
