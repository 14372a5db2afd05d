/*
 * every_login.c - every sequence of commands up to a length, against a model
 *
 * The engine is asked after each command whether somebody is logged in; the
 * model says when that may be: a whole correct login, in order, in one state
 * of the connection.  Who serves the engine here knows one account.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/droplist.h"
#include "lib/base/err.h"
#include "lib/proto/pop3.h"

#define RIGHT	"\0anna\0secret"
#define RIGHT_LEN	(sizeof(RIGHT) - 1)
#define LONGEST	6

enum verb { USER_OK, USER_BAD, PASS_OK, PASS_BAD, PASS_EMPTY, AUTH_OK,
	AUTH_BAD, AUTH_EMPTY, AUTH, RESPONSE_OK, STAR, STLS, RSET, STAT, QUIT,
	VERBS };

static const char *const lines[VERBS] = {
	[USER_OK] = "USER anna\r\n", [USER_BAD] = "USER bob\r\n",
	[PASS_OK] = "PASS secret\r\n", [PASS_BAD] = "PASS wrong\r\n",
	[PASS_EMPTY] = "PASS \r\n",
	[AUTH_OK] = "AUTH PLAIN AGFubmEAc2VjcmV0\r\n",
	[AUTH_BAD] = "AUTH PLAIN AGJvYgBzZWNyZXQ=\r\n",
	[AUTH_EMPTY] = "AUTH PLAIN =\r\n", [AUTH] = "AUTH PLAIN\r\n",
	[RESPONSE_OK] = "AGFubmEAc2VjcmV0\r\n", [STAR] = "*\r\n",
	[STLS] = "STLS\r\n", [RSET] = "RSET\r\n", [STAT] = "STAT\r\n",
	[QUIT] = "QUIT\r\n"
};

struct model {
	bool inside, over, asked, tls;
	int named;		/* -1, or which USER */
};

static struct droplist list;

static void
response(struct model *m, enum verb v)
{
	m->asked = false;
	m->named = -1;
	m->inside = v == RESPONSE_OK;
}

static void
outside(struct model *m, enum verb v)
{
	switch (v) {
	case USER_OK:
	case USER_BAD:
		m->named = (int)v;
		break;
	case PASS_OK:
	case PASS_BAD:
	case PASS_EMPTY:
		m->inside = v == PASS_OK && m->named == USER_OK;
		m->named = -1;
		break;
	case AUTH_OK:
		m->inside = true;
		break;
	case AUTH_BAD:
	case AUTH_EMPTY:
		m->named = -1;
		break;
	case AUTH:
		m->asked = true;
		break;
	case STLS:
		m->named = m->tls ? m->named : -1;
		m->tls = true;
		break;
	default:
		m->over = v == QUIT;
	}
}

static void
follow(struct model *m, enum verb v)
{
	if (m->asked)
		response(m, v);
	else if (m->inside)
		m->over = v == QUIT;
	else
		outside(m, v);
}

static enum pop3_auth_result
judge(const struct pop3_auth *a)
{
	if (a->kind == POP3_AUTH_ABORT)
		return POP3_AUTH_FAIL;
	if (a->kind == POP3_AUTH_PASS)
		return span_eq(a->user, "anna") && span_eq(a->data, "secret") ?
		    POP3_AUTH_OK : POP3_AUTH_FAIL;
	if (a->kind == POP3_AUTH_BEGIN && !a->has_data)
		return POP3_AUTH_MORE;
	return a->data.len == RIGHT_LEN &&
	    memcmp(a->data.ptr, RIGHT, RIGHT_LEN) == 0 ?
	    POP3_AUTH_OK : POP3_AUTH_FAIL;
}

/* One line and all it leads to. */
static void
play(struct pop3 *p, const char *line)
{
	enum pop3_want want;

	pop3_feed(p, line, strlen(line));
	while ((want = pop3_run(p)) != POP3_INPUT && want != POP3_CLOSE) {
		if (want == POP3_TLS)
			pop3_give_tls(p, true);
		else if (want == POP3_AUTH)
			pop3_give_auth(p, judge(pop3_auth(p)), span_of(""));
		else if (want == POP3_DROP)
			pop3_give_drop(p, &list);
		pop3_sent(p, pop3_out(p).len);
	}
	pop3_sent(p, pop3_out(p).len);
}

static void
wrong(const int *seq, size_t n, const char *what)
{
	size_t i;

	printf("%s after:\n", what);
	for (i = 0; i < n; i++)
		fputs(lines[seq[i]], stdout);
	exit(1);
}

static void
run(const int *seq, size_t n)
{
	static const struct pop3_mech mechs[] = { { "PLAIN", true } };
	static const struct pop3_conf conf = { .mechs = mechs, .n_mechs = 1,
	    .starttls = true, .expire_days = -2, .max_bad_before = 1000,
	    .max_bad_after = 1000, .max_auth = 1000, .out_high = 16384 };
	static const struct pop3_peer peer = { .plaintext_ok = true };
	struct pop3 *p = pop3_new(&conf, &peer);
	struct model m = { .named = -1 };
	size_t i;

	if (p == NULL)
		wrong(seq, 0, "no memory");
	pop3_run(p);
	for (i = 0; i < n && !m.over; i++) {
		play(p, lines[seq[i]]);
		follow(&m, (enum verb)seq[i]);
		if (m.over != (pop3_run(p) == POP3_CLOSE))
			wrong(seq, i + 1, m.over ? "open" : "closed");
		if (!m.over && m.inside !=
		    (pop3_state(p) == POP3_TRANSACTION))
			wrong(seq, i + 1, m.inside ? "not in" : "in");
	}
	pop3_free(&p);
}

static void
make_list(struct buf *block)
{
	struct droplist_maker m;
	struct err e;

	buf_init(block, 4096);
	droplist_begin(&m);
	droplist_add(&m, 10, span_of("a"));
	if (droplist_end(&m, block) < 0 || droplist_view(&list,
	    buf_data(block), buf_len(block), &e) < 0)
		exit(1);
}

int
main(int argc, char **argv)
{
	size_t depth = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 4;
	int seq[LONGEST] = { 0 };
	unsigned long n = 0;
	struct buf block;
	size_t at;

	if (depth < 1 || depth > LONGEST)
		return 64;
	make_list(&block);
	/* Each one of full length tries all that it begins with. */
	do {
		run(seq, depth);
		n++;
		for (at = 0; at < depth && ++seq[at] == VERBS; at++)
			seq[at] = 0;
	} while (at < depth);
	printf("%lu\n", n);
	buf_free(&block);
	return 0;
}
