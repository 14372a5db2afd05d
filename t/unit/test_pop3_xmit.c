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
	p = made(pop3_new(&conf, &tls_peer));
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

#define LETTERS		7
#define TAIL		"\r\n.\r\nNOOP\r\n"

/* What stands before the first CR LF "." CR LF, naively. */
static size_t
end_of(const char *s)
{
	const char *at;

	if (strncmp(s, ".\r\n", 3) == 0)
		return 0;
	at = strstr(s, "\r\n.\r\n");
	return (size_t)(at - s) + 2;
}

/* Doubled dots made single, or false: a CR or LF stands alone. */
static bool
plain(const char *s, size_t n, struct buf *out)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (s[i] == '.' && s[i + 1] == '.' && (i == 0 ||
		    s[i - 1] == '\n'))
			i++;
		if (s[i] == '\n' || (s[i] == '\r' && s[i + 1] != '\n'))
			return false;
		if (s[i] == '\r')
			ck_assert_int_eq(buf_add(out, s + i++, 1), 0);
		ck_assert_int_eq(buf_add(out, s + i, 1), 0);
	}
	return true;
}

static void
serve(struct pop3 *p, struct buf *taken, bool *whole_r)
{
	while (pop3_run(p) == POP3_XMIT) {
		const struct pop3_xmit *x = pop3_xmit(p);

		ck_assert_int_eq(buf_add(taken, x->data.ptr, x->data.len), 0);
		*whole_r = *whole_r || x->kind == POP3_XMIT_END;
		pop3_give_xmit(p, POP3_XMIT_GO, span_of(""));
	}
}

static unsigned
line_ends(struct span s)
{
	unsigned n = 0;

	for (; s.len > 0; s.ptr++, s.len--)
		n += *s.ptr == '\n';
	return n;
}

/* Fed in pieces of so many octets: the same message, the same commands. */
static void
one_way(const char *text, size_t piece)
{
	size_t all = strlen(text), n = end_of(text), at;
	struct pop3 *p = go();
	struct buf want, taken;
	bool whole = false, good;

	buf_init(&want, 64);
	buf_init(&taken, 64);
	good = plain(text, n, &want);
	for (at = 0; at < all; at += piece) {
		size_t some = all - at < piece ? all - at : piece;

		ck_assert_uint_eq(pop3_feed(p, text + at, some), some);
		serve(p, &taken, &whole);
	}
	ck_assert(whole == good);
	if (good)
		ck_assert(buf_len(&taken) == buf_len(&want) && memcmp(
		    buf_data(&taken), buf_data(&want), buf_len(&want)) == 0);
	ck_assert_uint_eq(line_ends(pop3_out(p)), 1 +
	    line_ends(span_of(text + n + 3)));
	ck_assert_int_eq(memcmp(pop3_out(p).ptr, good ? "+" : "-", 1), 0);
	buf_free(&want);
	buf_free(&taken);
	end(p);
}

/* seeds.md X-46: every text of these four octets, in every rhythm. */
START_TEST(only_one_thing_ends_a_message)
{
	char text[LETTERS + sizeof(TAIL)];
	unsigned long i, v;
	size_t n;

	for (i = 0; i < 1ul << 2 * LETTERS; i++) {
		for (n = 0, v = i; n < LETTERS; n++, v >>= 2)
			text[n] = "\r\n.x"[v & 3];
		memcpy(text + LETTERS, TAIL, sizeof(TAIL));
		one_way(text, 1);
		one_way(text, 2 + i % 5);
		one_way(text, sizeof(text));
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, only_one_thing_ends_a_message);
	tcase_add_test(tc, memory_is_bounded_and_given_back);
	tcase_add_test(tc, input_waits_for_the_answer);
	tcase_add_test(tc, answers_out_of_turn_do_nothing);
	tcase_add_test(tc, long_words_make_one_line);
	tcase_add_test(tc, a_trace_shows_no_mail);
}

UNIT_MAIN("pop3_xmit", add)
