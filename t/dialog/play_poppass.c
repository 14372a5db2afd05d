/*
 * play_poppass.c - one exchange against the password-change engine
 *
 * The steps of README that it knows; the others belong to POP3.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/proto/poppass.h"

#include "t/dialog/play.h"
#include "t/dialog/show.h"

#define ANY	((size_t)1 << 24)

struct player {
	const struct exchange *x;
	enum slicing how;
	struct poppass *p;
	struct buf to_feed, got;
	size_t sent_up_to, at;
	bool failed;
};

static void
fail(struct player *y, const char *what, const char *is)
{
	static const char *const names[] = { "lines", "octets", "blob" };

	printf("# line %u, %s: %s%s\n", y->x->steps[y->at].line,
	    names[y->how], what, is);
	y->failed = true;
}

static enum poppass_want
pump(struct player *y)
{
	enum poppass_want want = poppass_run(y->p);
	struct span out;
	size_t n;

	for (;;) {
		out = poppass_out(y->p);
		buf_add(&y->got, out.ptr, out.len);
		poppass_sent(y->p, out.len);
		n = buf_len(&y->to_feed);
		if (want != POPPASS_INPUT || n == 0 || y->failed)
			return want;
		n = poppass_feed(y->p, buf_data(&y->to_feed),
		    y->how == SLICE_OCTETS ? 1 : n);
		if (n == 0)
			fail(y, "wants input and takes none", "");
		buf_eat(&y->to_feed, n);
		want = poppass_run(y->p);
	}
}

static void
nothing_waits(struct player *y)
{
	if (!y->failed && buf_len(&y->got) > 0)
		fail(y, "unexpected: ", show(buf_span(&y->got)));
}

static void
send_step(struct player *y, const struct step *s)
{
	size_t i;

	if (y->how != SLICE_BLOB) {
		pump(y);
		nothing_waits(y);
		buf_add(&y->to_feed, buf_data(&s->bytes), buf_len(&s->bytes));
		return;
	}
	if (y->at < y->sent_up_to)
		return;
	for (i = y->at; i < y->x->n_steps; i++) {
		s = &y->x->steps[i];
		if (s->kind == STEP_ABORT || s->kind == STEP_IDLE)
			break;
		if (s->kind == STEP_SEND)
			buf_add(&y->to_feed, buf_data(&s->bytes),
			    buf_len(&s->bytes));
	}
	y->sent_up_to = i;
}

static void
reply(struct player *y, const struct step *s)
{
	const char *p, *lf;
	struct span line;

	pump(y);
	p = buf_data(&y->got);
	lf = memchr(p, '\n', buf_len(&y->got));
	if (lf == NULL || lf == p || lf[-1] != '\r') {
		fail(y, lf == NULL ? "no reply, expected: " :
		    "a line without CR, expected: ", s->text);
		return;
	}
	line = span_mem(p, (size_t)(lf - p) - 1);
	if (!show_match(s->text, line))
		fail(y, "got: ", show(line));
	buf_eat(&y->got, line.len + 2);
}

static void
same(struct player *y, const char *text, const char *key, struct span is)
{
	struct buf v;

	buf_init(&v, ANY);
	if (script_value(text, key, &v) && (buf_len(&v) != is.len ||
	    memcmp(buf_data(&v), is.ptr, is.len) != 0))
		fail(y, "the question holds ", show(is));
	buf_free(&v);
}

static void
want(struct player *y, const struct step *s)
{
	static const char *const names[] = { "INPUT", "AUTH", "CHANGE",
		"CLOSE" };
	enum poppass_want is = pump(y);
	const struct poppass_question *q = poppass_question(y->p);
	size_t n = strlen(names[is]);

	nothing_waits(y);
	if (strncmp(s->text, names[is], n) != 0) {
		fail(y, "wants ", names[is]);
	} else if (is == POPPASS_AUTH || is == POPPASS_CHANGE) {
		same(y, s->text + n, "user", q->user);
		same(y, s->text + n, "password", q->password);
		same(y, s->text + n, "wish", q->wish);
	}
}

static void
give(struct player *y, const char *text)
{
	static const char *const words[] = { "OK", "FAIL", "TEMP", "PERM" };
	size_t i, n;

	for (i = 0; i < 4; i++) {
		n = strlen(words[i]);
		if (strncmp(text, words[i], n) != 0)
			continue;
		poppass_give(y->p, (enum poppass_result)i,
		    span_of(text + n + (text[n] == ' ')));
		return;
	}
	fail(y, "GIVE what? ", text);
}

static void
stats(struct player *y, const char *text)
{
	const struct poppass_stats *st = poppass_stats(y->p);
	char n[3][16];

	pump(y);
	snprintf(n[0], sizeof(n[0]), "%u", st->changed);
	snprintf(n[1], sizeof(n[1]), "%u", st->bad);
	snprintf(n[2], sizeof(n[2]), "%u", st->auth_failed);
	same(y, text, "changed", span_of(n[0]));
	same(y, text, "bad", span_of(n[1]));
	same(y, text, "auth_failed", span_of(n[2]));
}

static void
do_close(struct player *y, const char *text)
{
	enum poppass_want is = pump(y);
	const char *end = poppass_end_name(poppass_end(y->p));

	nothing_waits(y);
	if (is != POPPASS_CLOSE || strcmp(end, text) != 0)
		fail(y, "closed by ", is == POPPASS_CLOSE ? end : "nobody");
}

static void
do_step(struct player *y, const struct step *s)
{
	switch (s->kind) {
	case STEP_SEND: send_step(y, s); break;
	case STEP_REPLY: reply(y, s); break;
	case STEP_WANT: want(y, s); break;
	case STEP_GIVE: give(y, s->text); break;
	case STEP_CLOSE: do_close(y, s->text); break;
	case STEP_STATS: stats(y, s->text); break;
	case STEP_IDLE:
		pump(y);
		if (poppass_idle(y->p) != (strcmp(s->text, "yes") == 0))
			fail(y, "idle is not ", s->text);
		break;
	case STEP_ABORT: pump(y); poppass_abort(y->p, s->text); break;
	default: fail(y, "a step of POP3", ""); break;
	}
}

bool
play_poppass(const struct exchange *x, enum slicing how)
{
	struct player y = { .x = x, .how = how };
	struct poppass_conf conf = {
		.on = !x->setup.off, .auto_deny = x->setup.conf.auto_deny,
		.max_bad_before = x->setup.conf.max_bad_before,
		.max_bad_after = x->setup.conf.max_bad_after,
		.max_auth = x->setup.conf.max_auth
	};

	buf_init(&y.to_feed, ANY);
	buf_init(&y.got, ANY);
	y.p = script_need(poppass_new(&conf, x->setup.peer.tls ||
	    x->setup.peer.plaintext_ok));
	for (; y.at < x->n_steps && !y.failed; y.at++)
		do_step(&y, &x->steps[y.at]);
	if (!y.failed) {
		y.at = x->n_steps - 1;
		pump(&y);
		nothing_waits(&y);
	}
	poppass_free(&y.p);
	buf_free(&y.to_feed);
	buf_free(&y.got);
	return !y.failed;
}
