/*
 * poppass.c - what the session may look at
 */
#include "lib/proto/poppass_priv.h"

struct span
poppass_out(const struct poppass *p)
{
	return buf_span(&p->out);
}

void
poppass_sent(struct poppass *p, size_t n)
{
	buf_eat(&p->out, n);
	buf_rest(&p->out);
}

const struct poppass_question *
poppass_question(const struct poppass *p)
{
	return &p->question;
}

bool
poppass_logged_in(const struct poppass *p)
{
	return p->logged_in;
}

enum poppass_end
poppass_end(const struct poppass *p)
{
	return p->end;
}

const char *
poppass_end_name(enum poppass_end end)
{
	static const char *const names[] = {
		[POPPASS_END_NONE] = "none",
		[POPPASS_END_QUIT] = "quit",
		[POPPASS_END_OFF] = "switched-off",
		[POPPASS_END_BAD_COMMANDS] = "bad-commands",
		[POPPASS_END_AUTH_FAILED] = "auth-failed",
		[POPPASS_END_OVERLONG] = "overlong",
		[POPPASS_END_FOREIGN] = "not-poppass",
		[POPPASS_END_MEMORY] = "memory"
	};

	return names[end];
}

const struct poppass_stats *
poppass_stats(const struct poppass *p)
{
	return &p->stats;
}

size_t
poppass_memory(const struct poppass *p)
{
	return sizeof(*p) + buf_held(&p->in.buf) + buf_held(&p->out) +
	    buf_held(&p->user) + buf_held(&p->password) + buf_held(&p->wish);
}

bool
poppass_idle(const struct poppass *p)
{
	return p->want == POPPASS_INPUT && line_held(&p->in).len == 0 &&
	    buf_len(&p->out) == 0;
}
