/*
 * test_pop3_xmit.c - what XTND XMIT holds, hands on and shows
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "t/unit/unit.h"
#include "t/unit/pop3_unit.h"

#define MAX	1000000

static const struct pop3_peer tls_peer = { .tls = true };
static struct pop3_conf conf;
static struct droplist list;
static struct buf block;

/* Logged in, and past the go-ahead. */
static struct pop3 *
begin(bool permit)
{
	struct pop3 *p;

	conf = unit_conf;
	conf.xmit = true;
	conf.xmit_max = MAX;
	unit_list(&list, &block, 2, 100);
	p = pop3_new(&conf, &tls_peer);
	pop3_permit_xmit(p, permit);
	unit_login(p, &list);
	unit_say(p, "XTND XMIT\r\n");
	return p;
}

static struct pop3 *
go(void)
{
	struct pop3 *p = begin(true);

	ck_assert_int_eq(pop3_run(p), POP3_XMIT);
	ck_assert_int_eq(pop3_xmit(p)->kind, POP3_XMIT_OPEN);
	pop3_give_xmit(p, POP3_XMIT_GO, span_of(""));
	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	unit_hear(p, NULL);
	return p;
}

static void
end(struct pop3 *p)
{
	pop3_free(&p);
	buf_free(&block);
}

/* Feed n times text, a slice of 1000 octets at a time; what was handed on. */
static uint64_t
pour(struct pop3 *p, const char *text, unsigned n, size_t *most_r)
{
	uint64_t sum = 0;

	*most_r = 0;
	while (n-- > 0) {
		unit_say(p, text);
		while (pop3_run(p) == POP3_XMIT) {
			ck_assert_int_eq(pop3_xmit(p)->kind, POP3_XMIT_DATA);
			sum += pop3_xmit(p)->data.len;
			ck_assert_uint_le(pop3_xmit(p)->data.len,
			    POP3_XMIT_BLOCK);
			pop3_give_xmit(p, POP3_XMIT_GO, span_of(""));
		}
		if (pop3_memory(p) > *most_r)
			*most_r = pop3_memory(p);
	}
	return sum;
}

START_TEST(memory_is_bounded_and_given_back)
{
	struct pop3 *p = go();
	size_t most, idle;
	char line[1001];
	uint64_t sum;

	memset(line, 'x', 998);
	memcpy(line + 998, "\r\n", 3);
	sum = pour(p, line, 900, &most);
	ck_assert_uint_gt(sum, 800000);
	ck_assert_uint_lt(most, 2 * POP3_XMIT_BLOCK + 16384);
	unit_say(p, ".\r\n");
	ck_assert_int_eq(pop3_run(p), POP3_XMIT);
	sum += pop3_xmit(p)->data.len;
	ck_assert_uint_eq(sum, 900000);
	pop3_give_xmit(p, POP3_XMIT_GO, span_of(""));
	ck_assert_int_eq(pop3_run(p), POP3_XMIT);
	ck_assert_int_eq(pop3_xmit(p)->kind, POP3_XMIT_END);
	ck_assert(!pop3_idle(p));
	pop3_give_xmit(p, POP3_XMIT_GO, span_of("id"));
	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	unit_hear(p, NULL);
	idle = pop3_memory(p);
	ck_assert_uint_lt(idle, 4096);
	ck_assert(pop3_idle(p));
	end(p);
}
END_TEST

/* Nothing is awaited from a peer while its block is on the way. */
START_TEST(input_waits_for_the_answer)
{
	struct pop3 *p = go();

	ck_assert(pop3_taking(p));
	unit_say(p, "To: a@b\r\n.\r\nNOOP\r\n");
	ck_assert_int_eq(pop3_run(p), POP3_XMIT);
	ck_assert(!pop3_taking(p));
	ck_assert_int_eq(pop3_run(p), POP3_XMIT);
	ck_assert_uint_eq(pop3_out(p).len, 0);
	end(p);
}
END_TEST

START_TEST(answers_out_of_turn_do_nothing)
{
	struct pop3 *p = begin(false);

	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	unit_hear(p, NULL);
	pop3_give_xmit(p, POP3_XMIT_GO, span_of("x"));
	pop3_give_xmit(p, POP3_XMIT_PERM, span_of("x"));
	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	ck_assert_uint_eq(pop3_out(p).len, 0);
	ck_assert(!pop3_taking(p));
	end(p);
}
END_TEST

/* The words are relay's, the line is ours. */
START_TEST(long_words_make_one_line)
{
	struct pop3 *p = begin(true);
	char words[2000];
	struct span out;

	memset(words, 'w', sizeof(words));
	words[7] = '\n';
	ck_assert_int_eq(pop3_run(p), POP3_XMIT);
	pop3_give_xmit(p, POP3_XMIT_PERM, span_mem(words, sizeof(words)));
	out = pop3_out(p);
	ck_assert_uint_le(out.len, 512);
	ck_assert_ptr_eq(memchr(out.ptr, '\n', out.len),
	    out.ptr + out.len - 1);
	end(p);
}
END_TEST

static void
collect(enum trace_dir dir, struct span text, void *arg)
{
	struct buf *b = arg;

	(void)dir;
	ck_assert_int_eq(buf_add(b, text.ptr, text.len), 0);
	ck_assert_int_eq(buf_addc(b, '\n'), 0);
}

START_TEST(a_trace_shows_no_mail)
{
	struct pop3 *p = begin(true);
	struct buf b;

	buf_init(&b, UNIT_ANY);
	pop3_trace(p, collect, &b);
	ck_assert_int_eq(pop3_run(p), POP3_XMIT);
	pop3_give_xmit(p, POP3_XMIT_GO, span_of(""));
	unit_say(p, "Subject: private\r\nPASS private\r\n.\r\nNOOP\r\n");
	while (pop3_run(p) == POP3_XMIT)
		pop3_give_xmit(p, POP3_XMIT_GO, span_of("7q"));
	ck_assert_int_eq(buf_addc(&b, '\0'), 0);
	ck_assert_ptr_null(strstr(buf_data(&b), "private"));
	ck_assert_str_eq(buf_data(&b), "XTND XMIT\n+OK Start sending message."
	    "\n(message)\n+OK Message sent successfully (7q)\nNOOP\n+OK\n");
	buf_free(&b);
	end(p);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, memory_is_bounded_and_given_back);
	tcase_add_test(tc, input_waits_for_the_answer);
	tcase_add_test(tc, answers_out_of_turn_do_nothing);
	tcase_add_test(tc, long_words_make_one_line);
	tcase_add_test(tc, a_trace_shows_no_mail);
}

UNIT_MAIN("pop3_xmit", add)
