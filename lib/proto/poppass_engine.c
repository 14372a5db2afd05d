/*
 * poppass_engine.c - from octets to lines to handlers to the next want
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/proto/poppass_priv.h"

#define IN_MOST		1024	/* taken ahead: two lines */
#define OUT_MOST	32768	/* replies to those are far less */
#define NAME_MOST	255	/* seeds.md P-5; 512 octets a password
				 * cannot pass: the line ends before */

static void
forget(struct poppass *p)
{
	buf_wipe(&p->user);
	buf_wipe(&p->password);
	buf_wipe(&p->wish);
	memset(&p->question, 0, sizeof(p->question));
	p->logged_in = false;
}

void
poppass_close(struct poppass *p, enum poppass_end end)
{
	if (p->want == POPPASS_CLOSE)
		return;
	p->want = POPPASS_CLOSE;
	p->end = end;
	line_free(&p->in);
	forget(p);
}

static enum poppass_say
ask(struct poppass *p, enum poppass_want want)
{
	p->question.user = buf_span(&p->user);
	p->question.password = buf_span(&p->password);
	p->question.wish = buf_span(&p->wish);
	p->want = want;
	return PASS_SAY_NOTHING;
}

/* Always the same answer: it must not tell which names exist (P-21). */
static enum poppass_say
do_user(struct poppass *p, struct span arg)
{
	struct span name = span_rtrim(arg);

	if (p->logged_in)
		return PASS_SAY_ALREADY_IN;
	if (!p->private_ok)
		return PASS_SAY_NEED_TLS;
	forget(p);
	if (name.len == 0)
		return PASS_SAY_NO_NAME;
	if (name.len > NAME_MOST)
		return PASS_SAY_LONG_NAME;
	if (buf_add(&p->user, name.ptr, name.len) < 0)
		return PASS_SAY_NO_MEMORY;
	return PASS_SAY_USER;
}

/* All behind the one space is the password, blanks too. */
static enum poppass_say
do_pass(struct poppass *p, struct span arg)
{
	if (p->logged_in)
		return PASS_SAY_ALREADY_IN;
	if (buf_len(&p->user) == 0)
		return PASS_SAY_USER_FIRST;
	if (arg.len == 0)
		return PASS_SAY_NO_PASSWORD;
	buf_wipe(&p->password);
	if (buf_add(&p->password, arg.ptr, arg.len) < 0)
		return PASS_SAY_NO_MEMORY;
	return ask(p, POPPASS_AUTH);
}

static enum poppass_say
do_newpass(struct poppass *p, struct span arg)
{
	if (!p->logged_in)
		return PASS_SAY_LOG_IN_FIRST;
	if (arg.len == 0)
		return PASS_SAY_NO_PASSWORD;
	if (buf_add(&p->wish, arg.ptr, arg.len) < 0)
		return PASS_SAY_NO_MEMORY;
	return ask(p, POPPASS_CHANGE);
}

static enum poppass_say
do_quit(struct poppass *p, struct span arg)
{
	(void)p;
	(void)arg;
	return PASS_SAY_BYE;
}

const struct poppass_verb poppass_verbs[] = {
	{ "USER", SHOW_ARG, do_user },
	{ "PASS", 0, do_pass },
	{ "NEWPASS", 0, do_newpass },
	{ "QUIT", NO_ARG, do_quit }
};

const size_t poppass_n_verbs =
    sizeof(poppass_verbs) / sizeof(poppass_verbs[0]);

static const struct poppass_verb *
find(struct span name)
{
	size_t i;

	for (i = 0; i < poppass_n_verbs; i++)
		if (span_ieq(name, poppass_verbs[i].name))
			return &poppass_verbs[i];
	return NULL;
}

static enum poppass_say
command(struct poppass *p, struct span line)
{
	struct span arg = line;
	const struct poppass_verb *v = find(span_rtrim(span_word(&arg)));

	if (v == NULL || span_has(line, '\0')) {
		poppass_note(p, v == NULL ? "(unknown command)" :
		    "(command with NUL)", span_of(""));
		return v == NULL ? PASS_SAY_UNKNOWN : PASS_SAY_NUL;
	}
	poppass_note(p, v->name, v->flags & SHOW_ARG ? arg :
	    span_of(arg.len > 0 ? "..." : ""));
	if ((v->flags & NO_ARG) && span_rtrim(arg).len > 0)
		return PASS_SAY_UNKNOWN;
	return v->run(p, arg);
}

static enum poppass_say
overlong(struct poppass *p)
{
	poppass_note(p, "(line too long)", span_of(""));
	if (!p->conf->auto_deny)
		return PASS_SAY_OVERLONG;
	p->stats.overlong = (uint32_t)line_length(&p->in);
	poppass_close(p, POPPASS_END_OVERLONG);
	return PASS_SAY_NOTHING;
}

/* Take one line; false when there is none yet. */
static bool
step(struct poppass *p)
{
	struct line_limit limit = { POPPASS_LINE + 2, POPPASS_LINE };
	enum poppass_say say = PASS_SAY_NOTHING;
	struct span text;

	if (!p->spoken && line_foreign(line_held(&p->in))) {
		poppass_note(p, "(another protocol)", span_of(""));
		poppass_close(p, POPPASS_END_FOREIGN);
		return true;
	}
	switch (line_next(&p->in, limit, &text)) {
	case LINE_PART:
		return false;
	case LINE_GOOD:
		say = command(p, text);
		break;
	case LINE_LONG:
	case LINE_OVER:
		say = overlong(p);
		break;
	}
	p->spoken = true;
	line_done(&p->in);
	poppass_say(p, say, span_of(""));
	return true;
}

enum poppass_want
poppass_run(struct poppass *p)
{
	if (!p->greeted && p->want != POPPASS_CLOSE) {
		p->greeted = true;
		poppass_say(p, p->conf->on ? PASS_SAY_READY : PASS_SAY_OFF,
		    span_of(""));
	}
	while (p->want == POPPASS_INPUT && step(p))
		continue;
	return p->want;
}

size_t
poppass_feed(struct poppass *p, const void *bytes, size_t n)
{
	long taken;

	if (p->want == POPPASS_CLOSE)
		return 0;
	taken = line_feed(&p->in, bytes, n, IN_MOST);
	if (taken < 0) {
		poppass_close(p, POPPASS_END_MEMORY);
		return 0;
	}
	return (size_t)taken;
}

static void
give_auth(struct poppass *p, enum poppass_result r)
{
	static const enum poppass_say says[] = {
		[POPPASS_OK] = PASS_SAY_IN,
		[POPPASS_FAIL] = PASS_SAY_FAILED,
		[POPPASS_TEMP] = PASS_SAY_TEMP,
		[POPPASS_PERM] = PASS_SAY_PERM
	};

	if (r != POPPASS_OK)
		forget(p);
	p->logged_in = r == POPPASS_OK;
	if (p->logged_in)
		p->bad = 0;
	poppass_say(p, says[r], span_of(""));
}

/* A new password that was refused may be tried otherwise; the present one,
 * when it is wrong by now, may not. */
static void
give_change(struct poppass *p, enum poppass_result r, struct span text)
{
	static const enum poppass_say says[] = {
		[POPPASS_OK] = PASS_SAY_CHANGED,
		[POPPASS_FAIL] = PASS_SAY_FAILED,
		[POPPASS_TEMP] = PASS_SAY_TEMP,
		[POPPASS_PERM] = PASS_SAY_REFUSED
	};
	enum poppass_say say = says[r];

	buf_wipe(&p->wish);
	if (r == POPPASS_PERM && text.len == 0)
		say = PASS_SAY_PERM;
	if (r == POPPASS_OK || r == POPPASS_FAIL)
		forget(p);
	p->stats.changed += r == POPPASS_OK;
	poppass_say(p, say, text);
}

void
poppass_give(struct poppass *p, enum poppass_result r, struct span text)
{
	enum poppass_want want = p->want;

	if (want != POPPASS_AUTH && want != POPPASS_CHANGE)
		return;
	p->want = POPPASS_INPUT;
	if (want == POPPASS_AUTH)
		give_auth(p, r);
	else
		give_change(p, r, text);
}

struct poppass *
poppass_new(const struct poppass_conf *conf, bool private_ok)
{
	struct poppass *p = mem_new(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->conf = conf;
	p->private_ok = private_ok;
	line_init(&p->in, IN_MOST);
	buf_init(&p->out, OUT_MOST);
	buf_init(&p->user, POPPASS_LINE);
	buf_init(&p->password, POPPASS_LINE);
	buf_init(&p->wish, POPPASS_LINE);
	return p;
}

void
poppass_free(struct poppass **p_p)
{
	struct poppass *p = *p_p;

	if (p == NULL)
		return;
	line_free(&p->in);
	forget(p);
	buf_free(&p->out);
	mem_wipe(p, sizeof(*p));
	free(p);
	*p_p = NULL;
}
