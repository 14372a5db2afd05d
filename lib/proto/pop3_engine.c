/*
 * pop3_engine.c - from octets to lines to handlers to the next want
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/proto/pop3_priv.h"

#define CHUNK		1024	/* replies beside a block of a message */

void
pop3_free(struct pop3 **p_p)
{
	struct pop3 *p = *p_p;

	if (p == NULL)
		return;
	line_free(&p->in);
	pop3_forget(p);
	pop3_xmit_free(p);
	buf_free(&p->out);
	pop3_stamp_forget(p);
	free(p->deleted);
	mem_wipe(p, sizeof(*p));
	free(p);
	*p_p = NULL;
}

struct pop3 *
pop3_new(const struct pop3_conf *conf, const struct pop3_peer *peer)
{
	struct pop3 *p = mem_new(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->conf = conf;
	p->tls = peer->tls;
	p->plaintext_ok = peer->plaintext_ok;
	line_init(&p->in, IN_MAX);
	buf_init(&p->out, conf->out_high + 2 * POP3_BLOCK_MAX + CHUNK);
	buf_init(&p->user, COMMAND_TEXT);
	buf_init(&p->secret, SASL_TEXT);
	pop3_forget(p);
	if (pop3_stamp_keep(p, peer->stamp) < 0)
		pop3_free(&p);
	return p;
}

void
pop3_close(struct pop3 *p, enum pop3_end end)
{
	if (p->want == POP3_CLOSE)
		return;
	p->want = POP3_CLOSE;
	p->end = (unsigned char)end;
	p->listing = LISTING_NONE;
	p->sasl = NULL;
	pop3_xmit_free(p);
	line_free(&p->in);
	pop3_forget(p);
}

/* SASL lines are exempt from the 512 rule (seeds.md A3). */
static bool
sasl_line_due(const struct pop3 *p)
{
	struct span held = line_held(&p->in);

	if (p->sasl != NULL)
		return true;
	if (p->state != POP3_AUTHORIZATION || held.len < 5)
		return false;
	return span_ieq(span_mem(held.ptr, 5), "AUTH ");
}

size_t
pop3_feed(struct pop3 *p, const void *bytes, size_t n)
{
	long taken;

	if (p->want == POP3_CLOSE)
		return 0;
	taken = line_feed(&p->in, bytes, n,
	    sasl_line_due(p) ? IN_MAX : IN_USUAL);
	if (taken < 0) {
		pop3_close(p, POP3_END_MEMORY);
		return 0;
	}
	return (size_t)taken;
}

static enum pop3_say
overlong(struct pop3 *p)
{
	if (sasl_line_due(p))
		return SAY_LONG_SASL;
	if (!p->conf->auto_deny)
		return SAY_OVERLONG;
	p->stats.overlong = (uint32_t)line_length(&p->in);
	pop3_close(p, POP3_END_OVERLONG);
	return SAY_NOTHING;
}

/*
 * Words behind the verb.  Exactly one space parts them: a second one makes an
 * empty word, which no handler takes.  -1: more than MAX_ARGS.
 */
static int
split(struct pop3_args *a, struct span line, struct span text)
{
	a->n = 0;
	a->rest = line;
	span_word(&a->rest);
	span_word(&text);
	while (text.len > 0) {
		if (a->n == MAX_ARGS)
			return -1;
		a->v[a->n++] = span_word(&text);
	}
	return 0;
}

static enum pop3_say
allowed(const struct pop3 *p, const struct pop3_verb *v)
{
	if (v == NULL || ((v->flags & IF_LAST) && !p->conf->last) ||
	    ((v->flags & IF_APOP) && p->stamp == NULL &&
	    p->state == POP3_AUTHORIZATION))
		return SAY_UNKNOWN;
	if (p->state == POP3_AUTHORIZATION && !(v->flags & IN_AUTH))
		return SAY_LOG_IN_FIRST;
	if (p->state != POP3_AUTHORIZATION && !(v->flags & IN_TRANS))
		return SAY_ALREADY_IN;
	if ((v->flags & PASSWORD) && !pop3_password_ok(p))
		return SAY_NEED_TLS;
	return SAY_OK;
}

static enum pop3_say
command(struct pop3 *p, struct span line)
{
	struct span text = span_rtrim(line), name = text;
	const struct pop3_verb *v;
	struct pop3_args a;
	enum pop3_say no;

	if (span_has(line, '\0'))
		return SAY_NUL;
	v = pop3_verb_find(span_word(&name));
	if (v != NULL)
		p->stats.verb = v->name;
	no = allowed(p, v);
	if (no != SAY_OK)
		return no;
	if (v->flags & ONE_TEXT) {
		a.rest = line;
		span_word(&a.rest);
		a.n = line.len > strlen(v->name);
	} else if (split(&a, line, text) < 0) {
		return SAY_ARGS;
	}
	if (a.n < v->min || a.n > v->max)
		return SAY_ARGS;
	return v->run(p, &a);
}

/* Take one line; false when there is none yet. */
static bool
step(struct pop3 *p)
{
	struct line_limit usual = { COMMAND_TOTAL, COMMAND_TEXT };
	struct line_limit sasl = { SASL_TEXT + 2, SASL_TEXT };
	enum pop3_say say = SAY_LONG;
	struct span text;

	if (!p->spoken && line_foreign(line_held(&p->in))) {
		pop3_trace_note(p, TRACE_CLIENT, "(not POP3)");
		pop3_close(p, POP3_END_NOT_POP3);
		return true;
	}
	switch (line_next(&p->in, sasl_line_due(p) ? sasl : usual, &text)) {
	case LINE_PART:
		return false;
	case LINE_GOOD:
		p->stats.verb = p->sasl != NULL ? "response" : "other";
		pop3_trace_line(p, text);
		say = p->sasl != NULL ? pop3_sasl_line(p, text) :
		    command(p, text);
		break;
	case LINE_LONG:
		p->stats.verb = "other";
		pop3_trace_note(p, TRACE_CLIENT, "(line too long)");
		break;
	case LINE_OVER:
		p->stats.verb = "other";
		pop3_trace_note(p, TRACE_CLIENT, "(line too long)");
		say = overlong(p);
		break;
	}
	p->spoken = true;
	p->stats.commands++;
	line_done(&p->in);
	pop3_say(p, say);
	return true;
}

static bool
out_full(const struct pop3 *p)
{
	return buf_len(&p->out) > p->conf->out_high;
}

enum pop3_want
pop3_run(struct pop3 *p)
{
	if (!p->greeted && p->want != POP3_CLOSE)
		pop3_greet(p);
	p->greeted = true;
	while (p->want == POP3_INPUT) {
		if (out_full(p))
			return POP3_DRAIN;
		if (p->listing != LISTING_NONE)
			pop3_list_on(p);
		else if (!(p->taking != NULL ? pop3_xmit_on(p) : step(p)))
			return POP3_INPUT;
	}
	/* What was sent in the clear must never run inside TLS (S-20). */
	if (p->want == POP3_TLS && line_held(&p->in).len > 0)
		pop3_close(p, POP3_END_INJECTION);
	if (p->want == POP3_MSG && out_full(p))
		return POP3_DRAIN;
	return (enum pop3_want)p->want;
}

/* A reply has begun whose end the peer waits for. */
static bool
in_reply(const struct pop3 *p)
{
	return p->listing != LISTING_NONE ||
	    (p->want == POP3_MSG && p->started);
}

static int
last_words(struct pop3 *p, const char *text)
{
	size_t before = buf_len(&p->out);

	if (buf_adds(&p->out, "-ERR ") < 0 || buf_adds(&p->out, text) < 0 ||
	    buf_adds(&p->out, "\r\n") < 0)
		return -1;
	pop3_trace_reply(p, span_mem(buf_data(&p->out) + before,
	    buf_len(&p->out) - before));
	return 0;
}

void
pop3_abort(struct pop3 *p, const char *text)
{
	if (p->want == POP3_CLOSE)
		return;
	if (!in_reply(p) && p->want != POP3_TLS &&
	    last_words(p, text) < 0) {
		pop3_close(p, POP3_END_MEMORY);
		return;
	}
	p->greeted = true;
	pop3_close(p, POP3_END_NONE);
}
