/*
 * pop3.c - what the session may look at
 */
#include <string.h>

#include "lib/proto/pop3_priv.h"

struct span
pop3_out(const struct pop3 *p)
{
	return buf_span(&p->out);
}

void
pop3_sent(struct pop3 *p, size_t n)
{
	buf_eat(&p->out, n);
	/* Idle connections hold no memory; busy ones keep theirs. */
	if (p->want == POP3_INPUT && p->listing == LISTING_NONE)
		buf_rest(&p->out);
}

const struct pop3_auth *
pop3_auth(const struct pop3 *p)
{
	return &p->auth;
}

struct span
pop3_stamp(const struct pop3 *p)
{
	return span_of(p->stamp == NULL ? "" : p->stamp);
}

const struct pop3_msg *
pop3_msg(const struct pop3 *p)
{
	return &p->msg;
}

const uint8_t *
pop3_deleted(const struct pop3 *p, uint32_t *count_r)
{
	*count_r = p->n_deleted;
	return p->deleted;
}

enum pop3_state
pop3_state(const struct pop3 *p)
{
	return (enum pop3_state)p->state;
}

enum pop3_end
pop3_end(const struct pop3 *p)
{
	return (enum pop3_end)p->end;
}

const char *
pop3_end_name(enum pop3_end end)
{
	static const char *const names[] = {
		[POP3_END_NONE] = "none",
		[POP3_END_QUIT] = "quit",
		[POP3_END_BAD_COMMANDS] = "bad-commands",
		[POP3_END_AUTH_FAILED] = "auth-failed",
		[POP3_END_OVERLONG] = "overlong",
		[POP3_END_INJECTION] = "injection",
		[POP3_END_NOT_POP3] = "not-pop3",
		[POP3_END_TLS] = "tls",
		[POP3_END_READ_ERROR] = "read-error",
		[POP3_END_FLOOD] = "message-flood",
		[POP3_END_MEMORY] = "memory"
	};

	return names[end];
}

const struct pop3_stats *
pop3_stats(const struct pop3 *p)
{
	return &p->stats;
}

size_t
pop3_memory(const struct pop3 *p)
{
	size_t n = sizeof(*p);

	n += buf_held(&p->in.buf) + buf_held(&p->out);
	n += buf_held(&p->user) + buf_held(&p->secret) + pop3_xmit_memory(p);
	if (p->stamp != NULL)
		n += strlen(p->stamp) + 1;
	if (p->deleted != NULL)
		n += (size_t)p->list->count / 8 + 1;
	return n;
}

bool
pop3_idle(const struct pop3 *p)
{
	return p->want == POP3_INPUT && p->listing == LISTING_NONE &&
	    p->sasl == NULL && p->taking == NULL && line_held(&p->in).len == 0 &&
	    buf_len(&p->out) == 0;
}
