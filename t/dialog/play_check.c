/*
 * play_check.c - what the script expects against what the engine says
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t/dialog/play_priv.h"
#include "t/dialog/show.h"

/* One line of what was put out, without CRLF; false when there is none. */
static bool
take_line(struct player *y, struct buf *line)
{
	const char *p, *lf;
	size_t n;

	play_pump(y);
	p = buf_data(&y->got);
	lf = memchr(p, '\n', buf_len(&y->got));
	if (lf == NULL)
		return false;
	n = (size_t)(lf - p);
	if (n == 0 || lf[-1] != '\r')
		play_fail(y, "a reply line without CR");
	buf_add(line, p, n == 0 ? 0 : n - 1);
	buf_eat(&y->got, n + 1);
	return true;
}

void
play_reply(struct player *y, const struct step *s)
{
	struct buf line;

	buf_init(&line, ANY);
	if (!take_line(y, &line))
		play_fail(y, "no reply, expected: %s", s->text);
	else if (!show_match(s->text, buf_span(&line)))
		play_fail(y, "expected: %s, got: %s", s->text,
		    show(buf_span(&line)));
	buf_free(&line);
}

void
play_skip(struct player *y, const struct step *s)
{
	struct buf line;
	bool end = false;

	(void)s;
	buf_init(&line, ANY);
	while (!end && !y->failed) {
		buf_eat(&line, buf_len(&line));
		if (!take_line(y, &line))
			play_fail(y, "no \".\" line");
		end = span_eq(buf_span(&line), ".");
	}
	buf_free(&line);
}

const char *
play_want_name(enum pop3_want want)
{
	static const char *const names[] = { "INPUT", "DRAIN", "TLS", "AUTH",
		"DROP", "MSG", "COMMIT", "XMIT", "CLOSE" };

	return names[want];
}

const char *
play_xmit_name(enum pop3_xmit_kind kind)
{
	static const char *const names[] = { "OPEN", "DATA", "END", "ABORT" };

	return names[kind];
}

/* key=value in the script against what the engine says. */
static void
same(struct player *y, const char *text, const char *key, struct span is)
{
	struct buf v;

	buf_init(&v, ANY);
	if (script_value(text, key, &v) &&
	    (buf_len(&v) != is.len ||
	    memcmp(buf_data(&v), is.ptr, is.len) != 0))
		play_fail(y, "%s is %s", key, show(is));
	buf_free(&v);
}

static void
compare_auth(struct player *y, const char *text)
{
	static const char *const kinds[] = { "PASS", "APOP", "BEGIN", "STEP",
		"ABORT" };
	const struct pop3_auth *a = pop3_auth(y->p);

	same(y, text, "kind", span_of(kinds[a->kind]));
	same(y, text, "mech", span_of(a->mech));
	same(y, text, "user", a->user);
	same(y, text, "data", a->data);
	same(y, text, "stamp", pop3_stamp(y->p));
	same(y, text, "has_data", span_of(a->has_data ? "yes" : "no"));
}

static void
compare_xmit(struct player *y, const char *text)
{
	const struct pop3_xmit *m = pop3_xmit(y->p);
	char octets[24];

	snprintf(octets, sizeof(octets), "%zu", buf_len(&y->xmit));
	same(y, text, "kind", span_of(play_xmit_name(m->kind)));
	same(y, text, "octets", span_of(octets));
	same(y, text, "data", m->kind == POP3_XMIT_DATA ? m->data :
	    buf_span(&y->xmit));
}

static void
compare_commit(struct player *y, const char *text)
{
	char list[TEXT_ROOM] = "";
	uint32_t count, i, seen = 0;
	const uint8_t *bits = pop3_deleted(y->p, &count);
	size_t n = 0;

	for (i = 0; i < y->setup.n_mails; i++)
		if (bits[i / 8] >> (i & 7) & 1) {
			n += (size_t)snprintf(list + n, sizeof(list) - n,
			    "%s%u", seen++ > 0 ? "," : "", i + 1);
		}
	if (seen != count)
		play_fail(y, "%u bits, count %u", seen, count);
	if (strcmp(list, text) != 0)
		play_fail(y, "to be removed: %s", list);
}

void
play_want(struct player *y, const struct step *s)
{
	const char *rest = strchr(s->text, ' ');
	size_t n = rest == NULL ? strlen(s->text) : (size_t)(rest - s->text);
	enum pop3_want want = play_pump(y);
	const char *name = play_want_name(want);

	play_nothing_waits(y);
	if (y->failed)
		return;
	if (strlen(name) != n || strncmp(s->text, name, n) != 0)
		play_fail(y, "wants %s, not %s", name, s->text);
	else if (want == POP3_AUTH && rest != NULL)
		compare_auth(y, rest);
	else if (want == POP3_XMIT && rest != NULL)
		compare_xmit(y, rest);
	else if (want == POP3_COMMIT && rest != NULL)
		compare_commit(y, rest + 1);
}

void
play_tls(struct player *y, const struct step *s)
{
	if (play_pump(y) != POP3_TLS)
		play_fail(y, "does not want TLS");
	play_nothing_waits(y);
	pop3_give_tls(y->p, strcmp(s->text, "ok") == 0);
}

void
play_close(struct player *y, const struct step *s)
{
	enum pop3_want want = play_pump(y);
	const char *end = pop3_end_name(pop3_end(y->p));

	play_nothing_waits(y);
	if (want != POP3_CLOSE)
		play_fail(y, "wants %s, not CLOSE", play_want_name(want));
	else if (strcmp(end, s->text) != 0)
		play_fail(y, "ended by %s, not %s", end, s->text);
}

void
play_state(struct player *y, const struct step *s)
{
	static const char *const names[] = { "AUTHORIZATION", "TRANSACTION",
		"UPDATE" };

	play_pump(y);
	if (strcmp(names[pop3_state(y->p)], s->text) != 0)
		play_fail(y, "state is %s", names[pop3_state(y->p)]);
}

void
play_stats(struct player *y, const struct step *s)
{
	const struct pop3_stats *is;
	char text[24];
	size_t i;

	play_pump(y);
	is = pop3_stats(y->p);
	const struct { const char *key; uint64_t v; } all[] = {
		{ "retr", is->retr }, { "top", is->top }, { "dele", is->dele },
		{ "bad", is->bad }, { "auth_failed", is->auth_failed },
		{ "retr_octets", is->retr_octets },
		{ "top_octets", is->top_octets },
		{ "xmit", is->xmit }, { "xmit_octets", is->xmit_octets }
	};
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		snprintf(text, sizeof(text), "%llu",
		    (unsigned long long)all[i].v);
		same(y, s->text, all[i].key, span_of(text));
	}
}

void
play_idle(struct player *y, const struct step *s)
{
	play_pump(y);
	if (pop3_idle(y->p) != (strcmp(s->text, "yes") == 0))
		play_fail(y, "idle is not %s", s->text);
}
