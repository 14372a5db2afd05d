/*
 * pop3_trace.c - what a trace may show of a line (I10)
 *
 * The name of a verb or mechanism is taken from our tables, never from the
 * line.  Arguments are shown for the verbs whose row says SHOW_ARGS; those of
 * all others could be secrets, and so could a line that is no command at all:
 * a response behind an AUTH that was refused, a password typed too early.  Not
 * even their length is told.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/visible.h"

#include "lib/proto/pop3_priv.h"

#define ARG_MAX		256	/* octets of an argument that are shown */
#define TEXT_MAX	(4 * ARG_MAX + 64)

void
pop3_trace(struct pop3 *p, trace_fn *fn, void *arg)
{
	p->trace.fn = fn;
	p->trace.arg = arg;
}

static void
tell(const struct pop3 *p, enum trace_dir dir, const char *text)
{
	p->trace.fn(dir, span_of(text), p->trace.arg);
}

/* Each word of several by itself: the spaces between them are ours. */
static void
show(char *text, struct span args, bool one)
{
	size_t n = strlen(text);
	struct span word;

	while (args.len > 0 && n < TEXT_MAX - 8) {
		word = one ? args : span_word(&args);
		if (one)
			args.len = 0;
		text[n++] = ' ';
		visible(word, ARG_MAX, text + n, TEXT_MAX - n);
		n += strlen(text + n);
	}
}

static void
show_mech(const struct pop3 *p, char *text, struct span args)
{
	const struct pop3_mech *m = pop3_mech_find(p->conf, span_word(&args));
	size_t n = strlen(text);

	if (m != NULL)
		snprintf(text + n, TEXT_MAX - n, " %s%s", m->name,
		    args.len > 0 ? " ..." : "");
	else
		snprintf(text + n, TEXT_MAX - n, " ...");
}

static void
command(const struct pop3 *p, struct span line)
{
	struct span args = span_rtrim(line);
	const struct pop3_verb *v = pop3_verb_find(span_word(&args));
	char text[TEXT_MAX] = "";

	if (v == NULL || span_has(line, '\0')) {
		tell(p, TRACE_CLIENT, v == NULL ? "(unknown command)" :
		    "(command with NUL)");
		return;
	}
	snprintf(text, sizeof(text), "%s%s", v->name, args.len == 0 ||
	    (v->flags & (SHOW_ARGS | SHOW_MECH)) ? "" : " ...");
	if (args.len > 0 && (v->flags & SHOW_ARGS))
		show(text, args, (v->flags & ONE_TEXT) != 0);
	else if (args.len > 0 && (v->flags & SHOW_MECH))
		show_mech(p, text, args);
	tell(p, TRACE_CLIENT, text);
}

void
pop3_trace_line(const struct pop3 *p, struct span line)
{
	if (p->trace.fn == NULL)
		return;
	if (p->sasl == NULL)
		command(p, line);
	else
		tell(p, TRACE_CLIENT, span_eq(span_rtrim(line), "*") ? "*" :
		    "(response)");
}

void
pop3_trace_note(const struct pop3 *p, enum trace_dir dir, const char *text)
{
	if (p->trace.fn != NULL)
		tell(p, dir, text);
}

void
pop3_trace_reply(const struct pop3 *p, struct span line)
{
	if (p->trace.fn == NULL)
		return;
	while (line.len > 0 && (line.ptr[line.len - 1] == '\n' ||
	    line.ptr[line.len - 1] == '\r'))
		line.len--;
	p->trace.fn(TRACE_SERVER, line, p->trace.arg);
}

void
pop3_trace_size(const struct pop3 *p, uint64_t n, const char *unit)
{
	char text[64];

	if (p->trace.fn == NULL)
		return;
	snprintf(text, sizeof(text), "(%llu %s)", (unsigned long long)n,
	    unit);
	tell(p, TRACE_SERVER, text);
}
