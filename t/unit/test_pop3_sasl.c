/*
 * test_pop3_sasl.c - exchanges given up and mechanisms switched, many times
 * (S-28, S-30)
 */
#include <string.h>

#include "config.h"

#include "t/unit/unit.h"
#include "t/unit/pop3_unit.h"
#include "t/unit/rss.h"

#define SWITCHES	1000
#define ABORTS		100000
#define FIRST		1000	/* until memory has its usual size */

static const struct pop3_mech mechs[] = {
	{ "SCRAM-SHA-256", false }, { "PLAIN", true }, { "LOGIN", true }
};

static struct pop3_conf conf;
static struct pop3 *p;

static void
setup(void)
{
	conf = unit_conf;
	conf.mechs = mechs;
	conf.n_mechs = 3;
	conf.max_bad_before = conf.max_auth = 1000000;
	p = pop3_new(&conf, &unit_peer);
	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	unit_hear(p, NULL);
}

static void
finish(void)
{
	pop3_free(&p);
}

static void
reply(const char *begins)
{
	struct span out = pop3_out(p);

	ck_assert_msg(out.len >= strlen(begins) &&
	    memcmp(out.ptr, begins, strlen(begins)) == 0, "%.*s is not %s",
	    (int)out.len, out.ptr, begins);
	pop3_sent(p, out.len);
}

/* One question to auth of this kind, for this mechanism. */
static void
asked(enum pop3_auth_kind kind, const char *mech)
{
	ck_assert_int_eq(pop3_run(p), POP3_AUTH);
	ck_assert_int_eq(pop3_auth(p)->kind, kind);
	ck_assert_str_eq(pop3_auth(p)->mech, mech);
}

static void
begin(const char *mech, const char *initial)
{
	unit_say(p, "AUTH ");
	unit_say(p, mech);
	unit_say(p, initial);
	unit_say(p, "\r\n");
	asked(POP3_AUTH_BEGIN, mech);
	ck_assert(pop3_auth(p)->has_data == (initial[0] != '\0'));
}

static void
challenge(void)
{
	pop3_give_auth(p, POP3_AUTH_MORE, span_of("who"));
	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	reply("+ d2hv\r\n");
}

static void
refused(enum pop3_auth_result r, const char *begins)
{
	pop3_give_auth(p, r, span_of(""));
	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	reply(begins);
}

/* A try of mech that does not succeed, one of several ways. */
static void
fail_one(const char *mech, int way)
{
	begin(mech, way % 2 == 0 ? "" : " YW5uYQ==");
	switch (way) {
	case 0:				/* refused at once */
	case 1:
		refused(POP3_AUTH_FAIL, "-ERR [AUTH]");
		return;
	case 2:				/* given up by the client */
	case 3:
		challenge();
		unit_say(p, "*\r\n");
		asked(POP3_AUTH_ABORT, mech);
		refused(POP3_AUTH_FAIL, "-ERR authentication cancelled");
		return;
	case 4:				/* no base64 */
		challenge();
		unit_say(p, "!!!\r\n");
		asked(POP3_AUTH_ABORT, mech);
		refused(POP3_AUTH_FAIL, "-ERR invalid base64");
		return;
	case 5:				/* refused after two steps */
		challenge();
		unit_say(p, "Ym9i\r\n");
		asked(POP3_AUTH_STEP, mech);
		ck_assert(span_eq(pop3_auth(p)->data, "bob"));
		challenge();
		unit_say(p, "\r\n");
		asked(POP3_AUTH_STEP, mech);
		ck_assert_uint_eq(pop3_auth(p)->data.len, 0);
		refused(POP3_AUTH_FAIL, "-ERR [AUTH]");
		return;
	default:			/* our trouble in the middle */
		challenge();
		unit_say(p, "Ym9i\r\n");
		asked(POP3_AUTH_STEP, mech);
		refused(POP3_AUTH_TEMP, "-ERR [SYS/TEMP]");
	}
}

#define WAYS	7

/* S-30: nothing of a failed mechanism is left for the next one. */
START_TEST(mechanisms_are_switched)
{
	struct droplist l;
	struct buf block;
	size_t idle = 0;
	int i;

	unit_list(&l, &block, 1, 100);
	for (i = 0; i < SWITCHES; i++) {
		fail_one(mechs[i % 3].name, i % WAYS);
		if (i % 5 == 0)		/* and USER and PASS between them */
			unit_say(p, "USER anna\r\nPASS wrong\r\n");
		if (i % 5 == 0) {
			ck_assert_int_eq(pop3_run(p), POP3_AUTH);
			ck_assert_int_eq(pop3_auth(p)->kind, POP3_AUTH_PASS);
			ck_assert(span_eq(pop3_auth(p)->user, "anna"));
			refused(POP3_AUTH_FAIL, "+OK");
		}
		unit_hear(p, NULL);
		if (i == WAYS * 5)
			idle = pop3_memory(p);
		if (i > WAYS * 5)
			ck_assert_uint_le(pop3_memory(p), idle);
	}
	begin("LOGIN", "");
	challenge();
	unit_say(p, "YW5uYQ==\r\n");
	asked(POP3_AUTH_STEP, "LOGIN");
	pop3_give_auth(p, POP3_AUTH_OK, span_of(""));
	ck_assert_int_eq(pop3_run(p), POP3_DROP);
	pop3_give_drop(p, &l);
	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	reply("+OK maildrop has 1 ");
	buf_free(&block);
}
END_TEST

/* S-28: "*", garbage, and the end of the connection in every state. */
START_TEST(exchanges_are_given_up)
{
	long before = 0;
	int i;

	for (i = 0; i < ABORTS; i++) {
		if (i == FIRST)
			before = rss_kib();
		if (i % 4 != 3) {
			fail_one(mechs[i % 3].name, 2 + i % 3);
			continue;
		}
		begin(mechs[i % 3].name, i % 8 == 3 ? "" : " YW5uYQ==");
		if (i % 16 > 7)
			challenge();
		finish();
		setup();
	}
	rss_check(before);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, finish);
	tcase_add_test(tc, mechanisms_are_switched);
	tcase_add_test(tc, exchanges_are_given_up);
}

UNIT_MAIN("pop3_sasl", add)
