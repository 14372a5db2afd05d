/*
 * test_pop3_list.c - long replies are resumable and bounded
 */
#include <string.h>

#include "t/unit/unit.h"
#include "t/unit/pop3_unit.h"

#define COUNT_LONG	100000
#define ROW_LONG	83		/* "4294967295 <70 octets>" CRLF */

static const char *const commands[] = { "LIST\r\n", "UIDL\r\n" };

/* What a plain printf would have made of it. */
static void
expected(struct buf *b, int uidl)
{
	uint32_t i;

	for (i = 1; i <= COUNT_LONG; i++) {
		if (i % 7 == 0)		/* deleted */
			continue;
		if (uidl)
			buf_printf(b, "%u uidl%016u\r\n", i, i);
		else
			buf_printf(b, "%u 12345678901\r\n", i);
	}
	buf_adds(b, ".\r\n");
}

static void
delete_some(struct pop3 *p)
{
	char line[32];
	uint32_t i;

	for (i = 7; i <= COUNT_LONG; i += 7) {
		snprintf(line, sizeof(line), "DELE %u\r\n", i);
		unit_say(p, line);
		ck_assert_int_eq(pop3_run(p), POP3_INPUT);
		unit_hear(p, NULL);
	}
}

START_TEST(hundred_thousand_lines)
{
	struct droplist l;
	struct buf block, got, want;
	struct pop3 *p = made(pop3_new(&unit_conf, &unit_peer));
	enum pop3_want w;
	const char *lf;
	int drains = 0;

	unit_list(&l, &block, COUNT_LONG, 12345678901);
	buf_init(&got, UNIT_ANY);
	buf_init(&want, UNIT_ANY);
	unit_login(p, &l);
	delete_some(p);
	unit_say(p, commands[_i]);
	while ((w = pop3_run(p)) == POP3_DRAIN) {
		drains++;
		ck_assert_uint_le(pop3_out(p).len,
		    unit_conf.out_high + ROW_LONG);
		ck_assert_uint_lt(pop3_memory(p), 3 * unit_conf.out_high +
		    COUNT_LONG / 8);
		ck_assert(!pop3_idle(p));
		unit_hear(p, &got);
	}
	ck_assert_int_eq(w, POP3_INPUT);
	unit_hear(p, &got);
	ck_assert_int_gt(drains, 50);
	expected(&want, _i);
	lf = memchr(buf_data(&got), '\n', buf_len(&got));
	ck_assert(lf != NULL);
	buf_eat(&got, (size_t)(lf - buf_data(&got)) + 1);
	ck_assert_uint_eq(buf_len(&got), buf_len(&want));
	ck_assert_mem_eq(buf_data(&got), buf_data(&want), buf_len(&want));
	buf_free(&got);
	buf_free(&want);
	pop3_free(&p);
	buf_free(&block);
}
END_TEST

/* A peer that sends and does not read stops being read (I9). */
START_TEST(pipelining_without_reading)
{
	struct droplist l;
	struct buf block;
	struct pop3 *p = made(pop3_new(&unit_conf, &unit_peer));
	size_t taken = 0, n;
	enum pop3_want w;
	int i;

	unit_list(&l, &block, 10, 100);
	unit_login(p, &l);
	for (i = 0; i < 100000; i++) {
		n = pop3_feed(p, "UIDL\r\n", 6);
		taken += n;
		w = pop3_run(p);
		ck_assert_uint_le(pop3_out(p).len, unit_conf.out_high + 512);
		if (n < 6)
			break;
	}
	ck_assert_int_eq(w, POP3_DRAIN);
	ck_assert_uint_lt(taken, 16384);
	ck_assert_uint_lt(pop3_memory(p), 65536);
	pop3_free(&p);
	buf_free(&block);
}
END_TEST

/* RETR: output waits, never more than out_high and twice a block. */
START_TEST(a_large_message_pauses)
{
	static char text[4096];
	struct droplist l;
	struct buf block;
	struct pop3 *p = made(pop3_new(&unit_conf, &unit_peer));
	enum pop3_want w;
	int blocks = 0, drains = 0;

	memset(text, '\n', sizeof(text));
	unit_list(&l, &block, 1, 8192000);
	unit_login(p, &l);
	unit_say(p, "RETR 1\r\nNOOP\r\n");
	while ((w = pop3_run(p)) == POP3_MSG || w == POP3_DRAIN) {
		ck_assert_uint_le(pop3_out(p).len,
		    unit_conf.out_high + 2 * sizeof(text) + 64);
		if (w == POP3_DRAIN) {
			drains++;
			unit_hear(p, NULL);
		} else {
			blocks++;
			pop3_give_msg(p, text, sizeof(text), blocks == 1000);
		}
	}
	ck_assert_int_eq(w, POP3_INPUT);
	ck_assert_int_eq(blocks, 1000);
	ck_assert_int_gt(drains, 300);
	ck_assert_uint_eq(pop3_stats(p)->retr_octets, 8192000);
	unit_hear(p, NULL);
	ck_assert_uint_lt(pop3_memory(p), 512);
	pop3_free(&p);
	buf_free(&block);
}
END_TEST

/* RETR: what the session sends by itself is counted, and nothing else. */
START_TEST(lines_pass_the_engine)
{
	struct droplist l;
	struct buf block, out;
	struct pop3 *p = made(pop3_new(&unit_conf, &unit_peer));

	unit_list(&l, &block, 1, 10000017);
	buf_init(&out, UNIT_ANY);
	unit_login(p, &l);
	unit_say(p, "TOP 1 0\r\nRETR 1\r\nNOOP\r\n");
	ck_assert_int_eq(pop3_run(p), POP3_MSG);
	pop3_give_msg(p, "A: b\r\n", 6, false);
	ck_assert(!pop3_may_pass(p));
	pop3_give_msg(p, "\r\nc", 3, false);
	ck_assert_int_eq(pop3_run(p), POP3_MSG);	/* of RETR */
	ck_assert(!pop3_may_pass(p));
	pop3_give_passed(p, 100, span_of("no"), false);	/* not now */
	pop3_give_msg(p, "A: b\r\n\r\n", 8, false);
	ck_assert(pop3_may_pass(p));
	unit_hear(p, NULL);
	pop3_give_passed(p, 10000000, span_of(""), false);
	ck_assert_uint_eq(pop3_out(p).len, 0);
	ck_assert_int_eq(pop3_run(p), POP3_MSG);
	pop3_give_passed(p, 0, span_of("c\r\n"), false);
	unit_hear(p, &out);
	pop3_give_msg(p, ".\n", 2, false);
	pop3_give_passed(p, 1, span_of("d\r\n"), true);
	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	unit_hear(p, &out);
	ck_assert(span_eq(buf_span(&out),
	    "c\r\n..\r\nd\r\n.\r\n+OK\r\n"));
	ck_assert_uint_eq(pop3_stats(p)->retr_octets,
	    8 + 10000000 + 3 + 3 + 4);
	buf_free(&out);
	pop3_free(&p);
	buf_free(&block);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, hundred_thousand_lines, commands);
	tcase_add_test(tc, pipelining_without_reading);
	tcase_add_test(tc, a_large_message_pauses);
	tcase_add_test(tc, lines_pass_the_engine);
}

UNIT_MAIN("pop3_list", add)
