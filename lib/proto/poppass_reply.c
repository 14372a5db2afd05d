/*
 * poppass_reply.c - every reply of the password-change protocol, and its trace
 *
 * Three digits, a space in column 4, one line: Eudora skips what has "-" there
 * and shows the rest of a 4xx or 5xx to its user (seeds.md P-8).  Nothing that
 * came from the peer is repeated.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/visible.h"

#include "lib/proto/poppass_priv.h"

#define TEXT_MOST	500	/* seeds.md P-21 */
#define NAME_SHOWN	64

enum cost { FREE, BAD, FAILED };

struct reply {
	const char *text;
	enum cost cost;
	enum poppass_end end;		/* the session ends behind it */
};

static const struct reply replies[PASS_SAY_COUNT] = {
	[PASS_SAY_READY] = { "200 password change service ready" },
	[PASS_SAY_OFF] = { "550 changing passwords is switched off here",
	    FREE, POPPASS_END_OFF },
	[PASS_SAY_USER] = { "300 send the present password" },
	[PASS_SAY_IN] = { "200 send the new password" },
	[PASS_SAY_CHANGED] = { "200 password changed" },
	[PASS_SAY_BYE] = { "200 bye", FREE, POPPASS_END_QUIT },
	[PASS_SAY_UNKNOWN] = { "501 unknown command", BAD },
	[PASS_SAY_NUL] = { "500 NUL in command", BAD },
	[PASS_SAY_NO_NAME] = { "500 a name is missing", BAD },
	[PASS_SAY_LONG_NAME] = { "500 the name is too long", BAD },
	[PASS_SAY_NO_PASSWORD] = { "500 a password is missing", BAD },
	[PASS_SAY_OVERLONG] = { "500 line too long", FREE,
	    POPPASS_END_OVERLONG },
	[PASS_SAY_NEED_TLS] = { "530 this needs TLS", BAD },
	[PASS_SAY_USER_FIRST] = { "503 send USER first", BAD },
	[PASS_SAY_LOG_IN_FIRST] = { "503 send USER and PASS first", BAD },
	[PASS_SAY_ALREADY_IN] = { "503 send NEWPASS or QUIT", BAD },
	[PASS_SAY_FAILED] = { "535 wrong name or password", FAILED },
	[PASS_SAY_TEMP] = { "450 not possible now, try again later" },
	[PASS_SAY_PERM] = { "550 not possible for this account", BAD },
	[PASS_SAY_REFUSED] = { "550 @", BAD },
	[PASS_SAY_TOO_MANY] = { "421 too many bad commands", FREE,
	    POPPASS_END_BAD_COMMANDS },
	[PASS_SAY_NO_MEMORY] = { "451 out of memory" }
};

static size_t
put_words(char *to, struct span s, size_t room)
{
	size_t i, n = s.len < room ? s.len : room;

	for (i = 0; i < n; i++)
		to[i] = s.ptr[i] < ' ' || s.ptr[i] > '~' ? '?' : s.ptr[i];
	return n;
}

static int
put(struct poppass *p, const char *text, struct span words)
{
	char line[TEXT_MOST + 8];
	size_t n = 0;

	for (; *text != '\0' && n < TEXT_MOST; text++)
		if (*text == '@')
			n += put_words(line + n, words, TEXT_MOST - n);
		else
			line[n++] = *text;
	if (p->trace.fn != NULL)
		p->trace.fn(TRACE_SERVER, span_mem(line, n), p->trace.arg);
	line[n++] = '\r';
	line[n++] = '\n';
	return buf_add(&p->out, line, n);
}

/* Count a refusal; the one too many gets other words. */
static enum poppass_say
judge(struct poppass *p, enum poppass_say say)
{
	unsigned max = p->logged_in ? p->conf->max_bad_after :
	    p->conf->max_bad_before;

	if (replies[say].cost == FAILED)
		p->stats.auth_failed++;
	if (replies[say].cost != BAD)
		return say;
	p->stats.bad++;
	return ++p->bad < max ? say : PASS_SAY_TOO_MANY;
}

void
poppass_say(struct poppass *p, enum poppass_say say, struct span text)
{
	const struct reply *r;

	if (say == PASS_SAY_NOTHING || p->want == POPPASS_CLOSE)
		return;
	r = &replies[judge(p, say)];
	if (put(p, r->text, text) < 0)
		poppass_close(p, POPPASS_END_MEMORY);
	else if (r->end != POPPASS_END_NONE)
		poppass_close(p, r->end);
	else if (r->cost == FAILED &&
	    p->stats.auth_failed >= p->conf->max_auth)
		poppass_close(p, POPPASS_END_AUTH_FAILED);
}

void
poppass_abort(struct poppass *p, const char *text)
{
	const char *words = strstr(text, "] ");

	if (p->want == POPPASS_CLOSE)
		return;
	words = text[0] == '[' && words != NULL ? words + 2 : text;
	p->greeted = true;
	poppass_close(p, put(p, "421 @", span_of(words)) < 0 ?
	    POPPASS_END_MEMORY : POPPASS_END_NONE);
}

void
poppass_note(const struct poppass *p, const char *verb, struct span shown)
{
	char name[4 * NAME_SHOWN + 8], text[sizeof(name) + 24];

	if (p->trace.fn == NULL)
		return;
	visible(shown, NAME_SHOWN, name, sizeof(name));
	snprintf(text, sizeof(text), "%s%s%s", verb,
	    name[0] == '\0' ? "" : " ", name);
	p->trace.fn(TRACE_CLIENT, span_of(text), p->trace.arg);
}

void
poppass_trace(struct poppass *p, trace_fn *fn, void *arg)
{
	p->trace.fn = fn;
	p->trace.arg = arg;
}
