/*
 * play.c - one exchange against the engine
 *
 * Plays the session: feeds, serves what the script does not mention
 * (messages, draining) and compares everything else with the script.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "t/dialog/play_priv.h"
#include "t/dialog/show.h"

void
play_fail(struct player *y, const char *fmt, ...)
{
	static const char *const names[] = { "lines", "octets", "blob" };
	va_list ap;

	printf("# line %u, %s: ", y->x->steps[y->at].line, names[y->how]);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	y->failed = true;
}

static void
collect(struct player *y)
{
	struct span out = pop3_out(y->p);

	if (buf_add(&y->got, out.ptr, out.len) < 0)
		play_fail(y, "too much output");
	pop3_sent(y->p, out.len);
}

/* The script wants to serve this message itself. */
static bool
scripted_msg(const struct player *y)
{
	const struct step *s;
	size_t i;

	for (i = y->at; i < y->x->n_steps; i++) {
		s = &y->x->steps[i];
		if (s->kind == STEP_WANT && strncmp(s->text, "MSG ", 4) == 0)
			return strtoul(s->text + 4, NULL, 10) ==
			    pop3_msg(y->p)->number;
		if (s->kind == STEP_GIVE || s->kind == STEP_ABORT)
			return true;
		if (s->kind == STEP_WANT || s->kind == STEP_CLOSE)
			return false;
	}
	return false;
}

/* Does the script's next WANT name this kind? */
static bool
scripted_xmit(const struct player *y)
{
	const char *kind = play_xmit_name(pop3_xmit(y->p)->kind);
	const struct step *s;
	size_t i;

	for (i = y->at; i < y->x->n_steps; i++) {
		s = &y->x->steps[i];
		if (s->kind == STEP_GIVE)
			return true;
		if (s->kind == STEP_WANT)
			return strncmp(s->text, "XMIT kind=", 10) == 0 &&
			    strncmp(s->text + 10, kind, strlen(kind)) == 0;
	}
	return false;
}

/* Blocks are collected, what is thrown away is forgotten. */
static bool
serve_xmit(struct player *y)
{
	const struct pop3_xmit *m = pop3_xmit(y->p);

	if (m->kind == POP3_XMIT_OPEN)
		buf_eat(&y->xmit, buf_len(&y->xmit));
	if (m->kind == POP3_XMIT_DATA && m->data.len > POP3_XMIT_BLOCK)
		play_fail(y, "a block of %zu octets", m->data.len);
	if (m->kind == POP3_XMIT_OPEN || m->kind == POP3_XMIT_END ||
	    scripted_xmit(y))
		return false;
	if (m->kind == POP3_XMIT_DATA)
		buf_add(&y->xmit, m->data.ptr, m->data.len);
	pop3_give_xmit(y->p, POP3_XMIT_GO, span_of(""));
	return true;
}

static void
feed(struct player *y)
{
	size_t n = buf_len(&y->to_feed);

	if (y->how == SLICE_OCTETS)
		n = 1;
	n = pop3_feed(y->p, buf_data(&y->to_feed), n);
	if (n == 0)
		play_fail(y, "wants input and takes none");
	buf_eat(&y->to_feed, n);
}

/* Run until something happens that the script must say. */
enum pop3_want
play_pump(struct player *y)
{
	enum pop3_want want;

	while (!y->failed) {
		want = pop3_run(y->p);
		collect(y);
		if (want == POP3_DRAIN || (want == POP3_XMIT && serve_xmit(y)))
			continue;
		if (want == POP3_MSG && !scripted_msg(y))
			drop_serve(y->drop, y->p, y->how);
		else if (want == POP3_INPUT && buf_len(&y->to_feed) > 0)
			feed(y);
		else
			return want;
	}
	return POP3_CLOSE;
}

void
play_nothing_waits(struct player *y)
{
	if (!y->failed && buf_len(&y->got) > 0)
		play_fail(y, "unexpected: %s", show(buf_span(&y->got)));
}

static void
give_auth(struct player *y, const char *text)
{
	static const struct { const char *word; enum pop3_auth_result r; }
	words[] = {
		{ "OK", POP3_AUTH_OK }, { "MORE", POP3_AUTH_MORE },
		{ "FAIL", POP3_AUTH_FAIL }, { "TEMP", POP3_AUTH_TEMP },
		{ "PERM", POP3_AUTH_PERM }, { "DELAY", POP3_AUTH_DELAY }
	};
	struct buf v;
	size_t i, n;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		n = strlen(words[i].word);
		if (strncmp(text, words[i].word, n) != 0)
			continue;
		buf_init(&v, ANY);
		script_unescape(text[n] == ' ' ? text + n + 1 : text + n, &v);
		pop3_give_auth(y->p, words[i].r, buf_span(&v));
		buf_free(&v);
		return;
	}
	play_fail(y, "GIVE %s does not answer AUTH", text);
}

static void
give_drop(struct player *y, const char *text)
{
	if (strcmp(text, "OK") == 0)
		pop3_give_drop(y->p, drop_list(y->drop));
	else if (strcmp(text, "TEMP") == 0)
		pop3_give_drop_fault(y->p, POP3_DROP_TEMP, -1);
	else if (strcmp(text, "PERM") == 0)
		pop3_give_drop_fault(y->p, POP3_DROP_PERM, -1);
	else if (strcmp(text, "IN-USE") == 0)
		pop3_give_drop_fault(y->p, POP3_DROP_IN_USE, -1);
	else if (strncmp(text, "IN-USE ", 7) == 0)
		pop3_give_drop_fault(y->p, POP3_DROP_IN_USE, atol(text + 7));
	else
		play_fail(y, "GIVE %s does not answer DROP", text);
}

static void
give_msg(struct player *y, const char *text)
{
	if (strcmp(text, "OK") == 0)
		drop_serve(y->drop, y->p, y->how);
	else if (strcmp(text, "GONE") == 0)
		pop3_give_msg_fault(y->p, true);
	else if (strcmp(text, "BROKEN") == 0)
		pop3_give_msg_fault(y->p, false);
	else if (strncmp(text, "PART ", 5) == 0)
		drop_serve_part(y->drop, y->p, strtoul(text + 5, NULL, 10));
	else
		play_fail(y, "GIVE %s does not answer MSG", text);
}

static void
give_xmit(struct player *y, const char *text)
{
	if (strncmp(text, "GO", 2) == 0)
		pop3_give_xmit(y->p, POP3_XMIT_GO,
		    span_of(text + 2 + (text[2] == ' ')));
	else if (strncmp(text, "TEMP ", 5) == 0)
		pop3_give_xmit(y->p, POP3_XMIT_TEMP, span_of(text + 5));
	else if (strncmp(text, "PERM ", 5) == 0)
		pop3_give_xmit(y->p, POP3_XMIT_PERM, span_of(text + 5));
	else
		play_fail(y, "GIVE %s does not answer XMIT", text);
}

static void
do_give(struct player *y, const struct step *s)
{
	enum pop3_want want = pop3_run(y->p);

	if (want == POP3_AUTH)
		give_auth(y, s->text);
	else if (want == POP3_DROP)
		give_drop(y, s->text);
	else if (want == POP3_MSG)
		give_msg(y, s->text);
	else if (want == POP3_XMIT)
		give_xmit(y, s->text);
	else if (want == POP3_COMMIT)
		pop3_give_commit(y->p, strcmp(s->text, "OK") == 0);
	else
		play_fail(y, "GIVE, but wants %s", play_want_name(want));
}

/* Queue what the client says; as a blob up to where it must wait for TLS. */
static void
do_send(struct player *y, const struct step *s)
{
	size_t i;

	if (y->how != SLICE_BLOB) {
		play_pump(y);
		play_nothing_waits(y);
		buf_add(&y->to_feed, buf_data(&s->bytes), buf_len(&s->bytes));
		return;
	}
	if (y->at < y->sent_up_to)
		return;
	for (i = y->at; i < y->x->n_steps; i++) {
		s = &y->x->steps[i];
		if (s->kind == STEP_TLS || s->kind == STEP_FORCE ||
		    s->kind == STEP_ABORT || s->kind == STEP_IDLE)
			break;
		if (s->kind == STEP_SEND)
			buf_add(&y->to_feed, buf_data(&s->bytes),
			    buf_len(&s->bytes));
	}
	y->sent_up_to = i;
}

static void
do_force(struct player *y, const struct step *s)
{
	const char *p = buf_data(&s->bytes);
	size_t n = buf_len(&s->bytes), i;

	play_pump(y);
	play_nothing_waits(y);
	if (y->how != SLICE_OCTETS) {
		pop3_feed(y->p, p, n);
		return;
	}
	for (i = 0; i < n; i++)
		pop3_feed(y->p, p + i, 1);
}

static void
do_step(struct player *y, const struct step *s)
{
	switch (s->kind) {
	case STEP_SEND: do_send(y, s); break;
	case STEP_FORCE: do_force(y, s); break;
	case STEP_REPLY: play_reply(y, s); break;
	case STEP_SKIP: play_skip(y, s); break;
	case STEP_WANT: play_want(y, s); break;
	case STEP_GIVE: do_give(y, s); break;
	case STEP_TLS: play_tls(y, s); break;
	case STEP_CLOSE: play_close(y, s); break;
	case STEP_STATE: play_state(y, s); break;
	case STEP_STATS: play_stats(y, s); break;
	case STEP_IDLE: play_idle(y, s); break;
	case STEP_ABORT: play_pump(y); pop3_abort(y->p, s->text); break;
	}
}

bool
play(const struct exchange *x, enum slicing how)
{
	struct player y = { .x = x, .how = how, .setup = x->setup };

	y.setup.conf.mechs = y.setup.mechs;
	buf_init(&y.to_feed, ANY);
	buf_init(&y.got, ANY);
	buf_init(&y.xmit, ANY);
	y.drop = drop_new(&y.setup);
	y.p = script_need(pop3_new(&y.setup.conf, &y.setup.peer));
	pop3_permit_xmit(y.p, y.setup.permit);
	for (y.at = 0; y.at < x->n_steps && !y.failed; y.at++)
		do_step(&y, &x->steps[y.at]);
	if (!y.failed) {
		y.at = x->n_steps - 1;
		play_pump(&y);
		play_nothing_waits(&y);
	}
	pop3_free(&y.p);
	drop_free(&y.drop);
	buf_free(&y.to_feed);
	buf_free(&y.got);
	buf_free(&y.xmit);
	return !y.failed;
}
