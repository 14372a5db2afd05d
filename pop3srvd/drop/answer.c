/*
 * answer.c - what drop says to front
 *
 * Runs in: drop.
 * Trusts: nobody; it only speaks.
 */
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/droplist.h"

#include "pop3srvd/drop/answer.h"
#include "pop3srvd/ipc/memfd.h"

#define INLINE_MAX	((size_t)32 * 1024)
#define WORDS		4096	/* more than any answer but a list */

/* Kept, so that an answer does not fail for want of memory: that would cost
 * all sessions here, not the one that it is for. */
static struct buf *
no_words(void)
{
	static struct buf b;
	static bool begun;

	if (!begun) {
		buf_init(&b, FRAME_MAX);
		(void)buf_reserve(&b, WORDS);
		begun = true;
	}
	buf_eat(&b, buf_len(&b));
	return &b;
}

/*
 * Front would wait for ever for an answer that is lost.  It is either dead,
 * then its end is told soon, or so far behind that its channel must end.
 */
static void
say(struct peer *p, uint16_t type, uint32_t sid, struct span body, int fd)
{
	if (channel_send(p->ch, type, sid, body, fd) < 0)
		serve_lost(p);
}

void
answer_refused(struct peer *p, uint32_t sid, const struct err *e)
{
	struct msg_fault m = { .class = e->class, .age = -1,
	    .text = e->text };
	struct buf *b = no_words();

	if (msg_fault_pack(&m, b) == 0)
		say(p, MSG_DROP_FAULT, sid, buf_span(b), -1);
	else
		serve_lost(p);
}

void
answer_fault(struct session *s, const struct err *e, int64_t age,
    uint32_t number)
{
	struct msg_fault m = { .class = e->class, .age = age,
	    .number = number, .text = e->text };
	struct buf *b = no_words();

	if (msg_fault_pack(&m, b) == 0)
		say(s->peer, MSG_DROP_FAULT, s->sid, buf_span(b), -1);
	else
		serve_lost(s->peer);
}

static int
send_list(struct session *s, struct span block, struct err *e)
{
	int fd;

	if (block.len <= INLINE_MAX) {
		say(s->peer, MSG_DROP_LIST, s->sid, block, -1);
		return 0;
	}
	fd = memfd_write("droplist", block, e);
	if (fd < 0)
		return -1;
	say(s->peer, MSG_DROP_LIST, s->sid, span_of(""), fd);
	(void)close(fd);
	return 0;
}

int
answer_list(struct session *s, struct err *e)
{
	struct buf b;
	int r;

	if (s->store->ops->list(s->store, &b, e) < 0)
		return -1;
	r = send_list(s, buf_span(&b), e);
	buf_free(&b);
	return r;
}

void
answer_message(struct session *s, uint32_t number,
    const struct store_message *from)
{
	struct msg_message m = { .number = number, .octets = from->octets,
	    .file_octets = from->file_octets, .pipe = from->pipe };
	struct buf *b = no_words();

	if (msg_message_pack(&m, b) == 0)
		say(s->peer, MSG_DROP_MSG, s->sid, buf_span(b), from->fd);
	else
		serve_lost(s->peer);
}

void
answer_ahead(struct session *s, const struct msg_ahead *m)
{
	struct buf *b = no_words();

	if (msg_ahead_pack(m, b) == 0)
		say(s->peer, MSG_DROP_AHEAD_DONE, s->sid, buf_span(b), -1);
	else
		serve_lost(s->peer);
}

void
answer_verbatim(struct session *s, const struct msg_verbatim *m)
{
	struct buf *b = no_words();

	if (msg_verbatim_pack(m, b) == 0)
		say(s->peer, MSG_DROP_VERBATIM_IS, s->sid, buf_span(b), -1);
	else
		serve_lost(s->peer);
}

void
answer_committed(struct session *s, const struct store_result *r)
{
	struct msg_committed m = { .class = r->class, .removed = r->removed,
	    .failed = r->failed,
	    .text = r->class == ERR_NONE ? "" : r->why.text };
	struct buf *b = no_words();

	if (msg_committed_pack(&m, b) == 0)
		say(s->peer, MSG_DROP_COMMITTED, s->sid, buf_span(b), -1);
	else
		serve_lost(s->peer);
}
