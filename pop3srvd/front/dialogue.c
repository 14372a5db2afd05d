/*
 * dialogue.c - what a session and its peer say, line by line, into the log
 *
 * When one account is to be debugged nobody knows who connects: what is said
 * before the login waits, some lines of it, until auth names the account.
 *
 * Runs in: front.
 * Trusts: nothing from the peer; the engine for taking out what is secret.
 */
#include <string.h>

#include "pop3srvd/front/debug.h"
#include "pop3srvd/front/dialogue.h"
#include "pop3srvd/front/engine.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"

#define HELD_MAX	4096

/* At level info: who asks for a dialogue wants it where the log goes, without
 * making everything else talkative. */
static void
say(const struct session *s, enum trace_dir dir, struct span text)
{
	session_log(s, LOG_LEVEL_INFO, "dialogue", (struct log_field[]){
	    LOG_STR("dir", dir == TRACE_CLIENT ? "C" : "S"),
	    LOG_SPAN("text", text), { NULL, { NULL, 0 }, 0 } });
}

static void
hold(struct session *s, enum trace_dir dir, struct span text)
{
	struct buf *b = &s->dialogue.held;

	if (buf_room(b) < text.len + 2)
		return;
	if (buf_addc(b, dir == TRACE_CLIENT ? 'C' : 'S') == 0 &&
	    buf_add(b, text.ptr, text.len) == 0)
		(void)buf_addc(b, '\n');
}

static void
on_line(enum trace_dir dir, struct span text, void *arg)
{
	struct session *s = arg;

	if (s->dialogue.verdict == DEBUG_YES)
		say(s, dir, text);
	else
		hold(s, dir, text);
}

static void
say_held(struct session *s)
{
	struct buf *b = &s->dialogue.held;
	const char *lf;
	size_t n;

	while ((lf = memchr(buf_data(b), '\n', buf_len(b))) != NULL) {
		n = (size_t)(lf - buf_data(b));
		say(s, buf_data(b)[0] == 'C' ? TRACE_CLIENT : TRACE_SERVER,
		    span_mem(buf_data(b) + 1, n - 1));
		buf_eat(b, n + 1);
	}
	buf_free(b);
}

static void
take(struct session *s, enum debug_verdict v)
{
	struct dialogue *g = &s->dialogue;

	if (v == DEBUG_YES)
		say_held(s);
	else if (v == DEBUG_NO)
		buf_free(&g->held);
	if ((v == DEBUG_NO) != (g->verdict == DEBUG_NO))
		s->engine->trace(s, v == DEBUG_NO ? NULL : on_line);
	if (v == DEBUG_MAYBE && g->verdict != DEBUG_MAYBE)
		buf_init(&g->held, HELD_MAX);
	g->verdict = (uint8_t)v;
}

void
dialogue_look(struct session *s)
{
	uint32_t turn = debug_turn(s->srv->debug);

	if (s->dialogue.turn == turn || !s->begun)
		return;
	s->dialogue.turn = turn;
	take(s, debug_judge(s->srv->debug, s, s->logged_in ? s->account :
	    NULL));
}

void
dialogue_named(struct session *s, const char *account, bool logged_in)
{
	enum debug_verdict v;

	if (s->dialogue.verdict != DEBUG_MAYBE || account[0] == '\0')
		return;
	v = debug_judge(s->srv->debug, s, account);
	if (v == DEBUG_NO && !logged_in) {
		/* the next try may be another's */
		buf_eat(&s->dialogue.held, buf_len(&s->dialogue.held));
		return;
	}
	take(s, v);
}

void
dialogue_end(struct session *s)
{
	buf_free(&s->dialogue.held);
}
