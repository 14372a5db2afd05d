/*
 * test_pop3_memory.c - idle size, lack of memory, secrets in freed memory
 *
 * malloc, calloc and free are wrapped by the linker.
 */
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "t/unit/unit.h"
#include "t/unit/pop3_unit.h"

#define IDLE_MAX	500
#define CANARY		"canary4711"
#define CANARY64	"AGFubmEAY2FuYXJ5NDcxMQ=="	/* \0anna\0canary4711 */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void __wrap_free(void *p);

static long fail_at = -1;	/* this allocation and all behind it fail */
static long allocations;
static bool watch;		/* look for the canary in what is freed */
static int leaked;

static bool
fails(void)
{
	return fail_at >= 0 && allocations++ >= fail_at;
}

void *
__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void
__wrap_free(void *p)
{
	size_t n = p == NULL ? 0 : malloc_usable_size(p);

	if (watch && p != NULL && (memmem(p, n, CANARY, 10) != NULL ||
	    memmem(p, n, CANARY64, strlen(CANARY64)) != NULL))
		leaked++;
	__real_free(p);
}

START_TEST(an_idle_engine_is_small)
{
	struct droplist l;
	struct buf block;
	struct pop3 *p = made(pop3_new(&unit_conf, &unit_peer));

	unit_list(&l, &block, 1000, 100);
	pop3_run(p);
	unit_hear(p, NULL);
	ck_assert_uint_le(pop3_memory(p), IDLE_MAX);
	unit_say(p, "CAPA\r\nAUTH\r\n");
	pop3_run(p);
	unit_hear(p, NULL);
	ck_assert_uint_le(pop3_memory(p), IDLE_MAX);
	unit_login(p, &l);
	unit_say(p, "LIST\r\nUIDL\r\nSTAT\r\n");
	while (pop3_run(p) == POP3_DRAIN)
		unit_hear(p, NULL);
	unit_hear(p, NULL);
	ck_assert(pop3_idle(p));
	ck_assert_uint_le(pop3_memory(p), IDLE_MAX);
	unit_say(p, "DELE 1000\r\n");
	pop3_run(p);
	unit_hear(p, NULL);
	ck_assert_uint_le(pop3_memory(p), IDLE_MAX + 1000 / 8 + 1);
	pop3_free(&p);
	buf_free(&block);
}
END_TEST

/* Between two steps of an exchange nothing of the first is kept. */
START_TEST(a_step_leaves_nothing)
{
	struct pop3 *p = made(pop3_new(&unit_conf, &unit_peer));

	pop3_run(p);
	unit_say(p, "AUTH PLAIN " CANARY64 "\r\n");
	ck_assert_int_eq(pop3_run(p), POP3_AUTH);
	pop3_give_auth(p, POP3_AUTH_MORE, span_of(""));
	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	unit_hear(p, NULL);
	ck_assert_uint_le(pop3_memory(p), IDLE_MAX);
	pop3_free(&p);
}
END_TEST

START_TEST(a_closed_engine_takes_nothing)
{
	struct pop3 *p = made(pop3_new(&unit_conf, &unit_peer));

	pop3_run(p);
	unit_say(p, "QUIT\r\n");
	ck_assert_int_eq(pop3_run(p), POP3_CLOSE);
	ck_assert_uint_eq(pop3_feed(p, "NOOP\r\n", 6), 0);
	unit_hear(p, NULL);
	ck_assert_uint_le(pop3_memory(p), IDLE_MAX + 260);
	pop3_free(&p);
}
END_TEST

/* One session with everything in it, whatever fails on its way. */
static void
whole_session(const struct droplist *l)
{
	static const char talk[] = "CAPA\r\nAUTH\r\nUSER anna\r\nCAPA\r\n"
	    "AUTH PLAIN\r\nAGFu\r\nUSER anna\r\nPASS good\r\nSTAT\r\nLIST\r\n"
	    "UIDL\r\nRETR 1\r\nTOP 2 1\r\nDELE 1\r\nLIST 2\r\nUIDL 2\r\n"
	    "RSET\r\nDELE 2\r\nFOO\r\nXTND XMIT\r\nTo: a\r\n\r\n..b\r\n"
	    ".\r\nQUIT\r\n";
	static const char text[] = "A: b\n\n.one\ntwo\n";
	static const struct pop3_peer peer = { .tls = true };
	struct pop3_conf conf = unit_conf;
	struct pop3 *p;
	size_t at = 0;
	enum pop3_want w;

	conf.xmit = true;
	conf.xmit_max = 1000;
	p = pop3_new(&conf, &peer);
	if (p == NULL)
		return;
	pop3_permit_xmit(p, true);
	while ((w = pop3_run(p)) != POP3_CLOSE) {
		pop3_sent(p, pop3_out(p).len);
		if (w == POP3_INPUT)
			at += pop3_feed(p, talk + at, strlen(talk) - at);
		else if (w == POP3_AUTH && pop3_auth(p)->has_data)
			pop3_give_auth(p, pop3_auth(p)->kind ==
			    POP3_AUTH_PASS ? POP3_AUTH_OK : POP3_AUTH_FAIL,
			    span_of(""));
		else if (w == POP3_AUTH)
			pop3_give_auth(p, POP3_AUTH_MORE, span_of("hello"));
		else if (w == POP3_DROP)
			pop3_give_drop(p, l);
		else if (w == POP3_MSG)
			pop3_give_msg(p, text, strlen(text), true);
		else if (w == POP3_COMMIT)
			pop3_give_commit(p, true);
		else if (w == POP3_XMIT)
			pop3_give_xmit(p, POP3_XMIT_GO, span_of("id"));
	}
	pop3_free(&p);
}

START_TEST(no_memory_is_no_crash)
{
	struct droplist l;
	struct buf block;
	long total;

	unit_list(&l, &block, 3, 100);
	fail_at = 1000000;
	allocations = 0;
	whole_session(&l);
	total = allocations;
	ck_assert_int_gt(total, 10);
	for (fail_at = 0; fail_at < total; fail_at++) {
		allocations = 0;
		whole_session(&l);
	}
	fail_at = -1;
	buf_free(&block);
}
END_TEST

/* A message that there is no memory for is read to its end, and none of it is
 * a command. */
START_TEST(no_memory_for_a_block)
{
	static const struct pop3_peer peer = { .tls = true };
	struct pop3_conf conf = unit_conf;
	struct droplist l;
	struct buf block, got;
	struct pop3 *p;
	enum pop3_want w;

	conf.xmit = true;
	conf.xmit_max = 1000;
	p = made(pop3_new(&conf, &peer));
	pop3_permit_xmit(p, true);
	unit_list(&l, &block, 3, 100);
	buf_init(&got, UNIT_ANY);
	unit_login(p, &l);
	unit_say(p, "XTND XMIT\r\n");
	ck_assert_int_eq(pop3_run(p), POP3_XMIT);
	pop3_give_xmit(p, POP3_XMIT_GO, span_of(""));
	unit_hear(p, NULL);
	unit_say(p, "To: a\r\n\r\nDELE 1\r\n.\r\nSTAT\r\n");
	fail_at = allocations = 0;
	w = pop3_run(p);
	fail_at = -1;
	ck_assert_int_eq(w, POP3_XMIT);
	ck_assert_int_eq(pop3_xmit(p)->kind, POP3_XMIT_ABORT);
	pop3_give_xmit(p, POP3_XMIT_GO, span_of(""));
	ck_assert_int_eq(pop3_run(p), POP3_INPUT);
	unit_hear(p, &got);
	ck_assert(span_eq(buf_span(&got),
	    "-ERR [SYS/TEMP] out of memory\r\n+OK 3 300\r\n"));
	buf_free(&got);
	pop3_free(&p);
	buf_free(&block);
}
END_TEST

/* The engine says why, or closes for that reason; it never goes on wrongly. */
START_TEST(no_memory_for_marks)
{
	struct droplist l;
	struct buf block, got;
	struct pop3 *p = made(pop3_new(&unit_conf, &unit_peer));
	enum pop3_want w;		/* ck_assert() needs memory itself */

	unit_list(&l, &block, 3, 100);
	buf_init(&got, UNIT_ANY);
	unit_login(p, &l);
	unit_say(p, "NOOP\r\nDELE 1\r\n");
	fail_at = 1;			/* 0 is the output's memory */
	allocations = 0;
	w = pop3_run(p);
	fail_at = -1;
	ck_assert_int_eq(w, POP3_INPUT);
	unit_hear(p, &got);
	ck_assert(span_eq(buf_span(&got),
	    "+OK\r\n-ERR [SYS/TEMP] out of memory\r\n"));
	unit_say(p, "DELE 1\r\n");
	fail_at = allocations = 0;
	w = pop3_run(p);
	fail_at = -1;
	ck_assert_int_eq(w, POP3_CLOSE);
	ck_assert_int_eq(pop3_end(p), POP3_END_MEMORY);
	buf_free(&got);
	pop3_free(&p);
	buf_free(&block);
}
END_TEST

static const char *const secret_talks[] = {
	"USER anna\r\nPASS " CANARY "\r\n",
	"AUTH PLAIN " CANARY64 "\r\n",
	"AUTH PLAIN\r\n" CANARY64 "\r\n",
	"CAPA\r\nCAPA\r\nCAPA\r\nUSER anna\r\nPASS " CANARY "\r\nSTAT\r\n",
	"AUTH SCRAM-SHA-256\r\n" CANARY64 "\r\n*\r\n",
	"PASS " CANARY "\r\n",
	"USER anna\r\nPASS " CANARY,
	"USER anna\r\nPASS " CANARY "\r\nGET /\r\nQUIT\r\n",
};

/* S-25, I10: no secret stays in memory that is given back. */
START_TEST(secrets_are_wiped)
{
	struct pop3 *p = made(pop3_new(&unit_conf, &unit_peer));
	const char *talk = secret_talks[_i];
	size_t at, n = strlen(talk), step;
	struct span out;
	enum pop3_want w;

	watch = true;
	for (step = 1; step < 64; step += 31) {
		for (at = 0; at < n;) {
			w = pop3_run(p);
			if (w == POP3_AUTH)
				pop3_give_auth(p, pop3_auth(p)->has_data ?
				    POP3_AUTH_FAIL : POP3_AUTH_MORE,
				    span_of(""));
			else if (w == POP3_INPUT)
				at += pop3_feed(p, talk + at,
				    n - at < step ? n - at : step);
			else
				break;
			out = pop3_out(p);
			ck_assert(memmem(out.ptr, out.len, CANARY, 10) ==
			    NULL);
			pop3_sent(p, out.len);
		}
		pop3_free(&p);
		ck_assert_msg(leaked == 0, "%s, %zu at a time", talk, step);
		p = made(pop3_new(&unit_conf, &unit_peer));
	}
	pop3_free(&p);
	watch = false;
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, an_idle_engine_is_small);
	tcase_add_test(tc, a_step_leaves_nothing);
	tcase_add_test(tc, a_closed_engine_takes_nothing);
	tcase_add_test(tc, no_memory_is_no_crash);
	tcase_add_test(tc, no_memory_for_a_block);
	tcase_add_test(tc, no_memory_for_marks);
	UNIT_ROWS(tc, secrets_are_wiped, secret_talks);
}

UNIT_MAIN("pop3_memory", add)
