/*
 * test_pop3_login.c - who is in, by enumeration of what a peer can say (S-22)
 */
#include <string.h>

#include "t/unit/unit.h"
#include "t/unit/pop3_unit.h"

#define DEPTH	6

enum word { W_USER, W_GOOD, W_BAD, W_EMPTY, W_AUTH, W_AUTH_BAD, W_CANCEL,
    W_STLS, WORDS };

/* The other side says OK to the password "good" only. */
static const char *const words[WORDS] = {
	"USER anna\r\n", "PASS good\r\n", "PASS bad\r\n", "PASS \r\n",
	"AUTH PLAIN Z29vZA==\r\n", "AUTH PLAIN YmFk\r\n",
	"AUTH PLAIN\r\n*\r\n", "STLS\r\n"
};

struct model {
	bool user, tls, in;
};

static void
model_step(struct model *m, enum word w)
{
	if (m->in)
		return;
	if (w == W_USER)
		m->user = true;
	else if (w == W_GOOD)
		m->in = m->user;
	else if (w == W_AUTH)
		m->in = true;
	else if (w != W_STLS || !m->tls)
		m->user = false;
	m->tls = m->tls || w == W_STLS;
}

static void
answer_auth(struct pop3 *p)
{
	const struct pop3_auth *a = pop3_auth(p);
	bool good = span_eq(a->data, "good");

	if (a->kind == POP3_AUTH_BEGIN && !a->has_data)
		pop3_give_auth(p, POP3_AUTH_MORE, span_of(""));
	else if (a->kind == POP3_AUTH_PASS && !span_eq(a->user, "anna"))
		ck_abort_msg("PASS without its USER");
	else
		pop3_give_auth(p, good ? POP3_AUTH_OK : POP3_AUTH_FAIL,
		    span_of(""));
}

static void
engine_step(struct pop3 *p, const struct droplist *l, enum word w)
{
	enum pop3_want want;

	unit_say(p, words[w]);
	while ((want = pop3_run(p)) != POP3_INPUT) {
		if (want == POP3_AUTH)
			answer_auth(p);
		else if (want == POP3_DROP)
			pop3_give_drop(p, l);
		else if (want == POP3_TLS)
			pop3_give_tls(p, true);
		else
			ck_abort_msg("wants %d", want);
	}
	unit_hear(p, NULL);
}

/* All sequences of DEPTH words that begin with word _i. */
START_TEST(in_only_by_a_full_pair)
{
	struct droplist l;
	struct buf block;
	struct model m;
	struct pop3 *p;
	unsigned long n, rest, all = 1;
	int i;

	for (i = 1; i < DEPTH; i++)
		all *= WORDS;
	unit_list(&l, &block, 1, 100);
	for (n = 0; n < all; n++) {
		memset(&m, 0, sizeof(m));
		p = made(pop3_new(&unit_conf, &unit_peer));
		rest = n * WORDS + (unsigned long)_i;
		for (i = 0; i < DEPTH; i++, rest /= WORDS) {
			engine_step(p, &l, (enum word)(rest % WORDS));
			model_step(&m, (enum word)(rest % WORDS));
			if ((pop3_state(p) == POP3_TRANSACTION) != m.in)
				ck_abort_msg("sequence %lu, step %d: in is "
				    "%d", n * WORDS + (unsigned long)_i, i,
				    !m.in);
		}
		pop3_free(&p);
	}
	buf_free(&block);
}
END_TEST

/* An answer nobody waits for changes nothing. */
START_TEST(late_answers_are_ignored)
{
	struct droplist l;
	struct buf block;
	struct pop3 *p = made(pop3_new(&unit_conf, &unit_peer));

	unit_list(&l, &block, 1, 100);
	pop3_run(p);
	unit_hear(p, NULL);
	pop3_give_auth(p, POP3_AUTH_OK, span_of(""));
	pop3_give_drop(p, &l);
	pop3_give_commit(p, true);
	pop3_give_msg(p, "x", 1, true);
	pop3_give_msg_fault(p, true);
	pop3_give_tls(p, true);
	pop3_give_drop_fault(p, POP3_DROP_TEMP, -1);
	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	ck_assert_int_eq(pop3_state(p), POP3_AUTHORIZATION);
	ck_assert_uint_eq(pop3_out(p).len, 0);
	pop3_free(&p);
	buf_free(&block);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_loop_test(tc, in_only_by_a_full_pair, 0, WORDS);
	tcase_add_test(tc, late_answers_are_ignored);
}

UNIT_MAIN("pop3_login", add)
