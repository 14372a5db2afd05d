/*
 * pop3_retr.c - RETR and TOP: a message passes through in blocks
 */
#include <assert.h>

#include "lib/base/num.h"

#include "lib/proto/pop3_priv.h"

static void
want_message(struct pop3 *p, uint32_t i, bool top)
{
	p->msg.number = i + 1;
	p->msg.octets = droplist_size(p->list, i);
	p->msg.top = top;
	p->msg.turn++;
	p->started = false;
	dot_init(&p->dot, p->conf->no_nuls);
	p->want = POP3_MSG;
}

enum pop3_say
pop3_do_retr(struct pop3 *p, const struct pop3_args *a)
{
	enum pop3_say say;
	uint32_t i;

	say = pop3_message_arg(p, a->v[0], &i);
	if (say != SAY_OK)
		return say;
	want_message(p, i, false);
	return SAY_NOTHING;
}

enum pop3_say
pop3_do_top(struct pop3 *p, const struct pop3_args *a)
{
	struct span count = a->v[1];
	enum pop3_say say;
	uint64_t lines;
	uint32_t i;

	say = pop3_message_arg(p, a->v[0], &i);
	if (say != SAY_OK)
		return say;
	if ((count.len > 1 && count.ptr[0] == '0') ||
	    num_u64(count, UINT64_MAX, &lines) < 0)
		return SAY_NUMBER;
	want_message(p, i, true);
	dot_top(&p->dot, lines);
	return SAY_NOTHING;
}

static void
begin(struct pop3 *p)
{
	p->started = true;
	p->say_n[0] = p->msg.octets;
	if (p->msg.top) {
		p->stats.top++;
	} else {
		p->stats.retr++;
		if (p->last < p->msg.number)
			p->last = p->msg.number;
	}
	pop3_say(p, p->msg.top ? SAY_TOP : SAY_OCTETS);
}

static int
end(struct pop3 *p)
{
	int r = dot_end(&p->dot, &p->out);

	p->want = POP3_INPUT;
	pop3_trace_size(p, p->dot.octets, "octets");
	return r;
}

/* Octets count also for a message that broke off: they were sent. */
static int
write_block(struct pop3 *p, const void *bytes, size_t n, bool last)
{
	uint64_t *sum = p->msg.top ? &p->stats.top_octets :
	    &p->stats.retr_octets;
	uint64_t before = p->dot.octets;
	int r = dot_write(&p->dot, bytes, n, &p->out);

	if (r == 0 && (last || dot_full(&p->dot)))
		r = end(p);
	*sum += p->dot.octets - before;
	return r;
}

void
pop3_give_msg(struct pop3 *p, const void *bytes, size_t n, bool last)
{
	if (p->want != POP3_MSG)
		return;
	assert(n <= POP3_BLOCK_MAX);
	if (!p->started)
		begin(p);
	if (p->want == POP3_CLOSE)
		return;
	/* Without the final dot the peer knows that it has not all (I3). */
	if (write_block(p, bytes, n, last) < 0)
		pop3_close(p, POP3_END_MEMORY);
}

bool
pop3_may_pass(const struct pop3 *p)
{
	return p->want == POP3_MSG && p->started && dot_may_pass(&p->dot);
}

void
pop3_give_passed(struct pop3 *p, uint64_t sent, struct span rest, bool last)
{
	if (!pop3_may_pass(p))
		return;
	assert(rest.len <= POP3_BLOCK_MAX);
	dot_pass(&p->dot, sent + rest.len);
	p->stats.retr_octets += sent + rest.len;
	if (buf_add(&p->out, rest.ptr, rest.len) < 0 ||
	    (last && end(p) < 0))
		pop3_close(p, POP3_END_MEMORY);
}

/*
 * A client that asks forever for a message that vanished is closed by the
 * count of bad commands (features.md 4.5).
 */
void
pop3_give_msg_fault(struct pop3 *p, bool gone)
{
	if (p->want != POP3_MSG)
		return;
	if (p->started) {
		pop3_close(p, POP3_END_READ_ERROR);
		return;
	}
	p->want = POP3_INPUT;
	pop3_say(p, gone ? SAY_GONE : SAY_READ);
}
