/*
 * test_poppass.c - what the password-change engine holds and shows
 *
 * malloc, calloc and free are wrapped by the linker.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/proto/poppass_priv.h"

#include "t/unit/unit.h"

static const struct poppass_conf conf = {
	.on = true, .auto_deny = true, .max_bad_before = 100,
	.max_bad_after = 100, .max_auth = 100
};

#define CANARY	"canary4711"

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void __wrap_free(void *p);

static long fail_at = -1;	/* this allocation and all behind it fail */
static long allocations;
static int leaked;		/* freed blocks with the canary in them */

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

	leaked += p != NULL && memmem(p, n, CANARY, strlen(CANARY)) != NULL;
	__real_free(p);
}

static void
say(struct poppass *p, const char *text)
{
	ck_assert_uint_eq(poppass_feed(p, text, strlen(text)), strlen(text));
}

static void
hear(struct poppass *p, const char *code)
{
	struct span out = poppass_out(p);

	ck_assert_uint_gt(out.len, 4);
	ck_assert_msg(memcmp(out.ptr, code, 3) == 0, "%.*s", (int)out.len,
	    out.ptr);
	poppass_sent(p, out.len);
}

static struct poppass *
logged_in(void)
{
	struct poppass *p = made(poppass_new(&conf, true));

	ck_assert_int_eq(poppass_run(p), POPPASS_INPUT);
	say(p, "user anna\r\npass geheim\r\n");
	ck_assert_int_eq(poppass_run(p), POPPASS_AUTH);
	poppass_give(p, POPPASS_OK, span_of(""));
	ck_assert_int_eq(poppass_run(p), POPPASS_INPUT);
	poppass_sent(p, poppass_out(p).len);
	return p;
}

/* The old password is needed for the change, and for nothing after it. */
START_TEST(passwords_go_when_they_have_served)
{
	struct poppass *p = logged_in();

	ck_assert_uint_eq(buf_len(&p->password), 6);
	say(p, "newpass anders\r\n");
	ck_assert_int_eq(poppass_run(p), POPPASS_CHANGE);
	poppass_give(p, POPPASS_OK, span_of(""));
	ck_assert_int_eq(poppass_run(p), POPPASS_INPUT);
	hear(p, "200");
	ck_assert_uint_eq(buf_held(&p->user) + buf_held(&p->password) +
	    buf_held(&p->wish) + buf_held(&p->in.buf), 0);
	ck_assert(!poppass_logged_in(p));
	ck_assert_uint_eq(poppass_memory(p), sizeof(*p));
	poppass_free(&p);
	ck_assert_ptr_null(p);
}
END_TEST

START_TEST(a_close_forgets_all)
{
	struct poppass *p = logged_in();

	poppass_abort(p, "idle");
	ck_assert_int_eq(poppass_run(p), POPPASS_CLOSE);
	hear(p, "421");
	ck_assert_uint_eq(buf_held(&p->user) + buf_held(&p->password), 0);
	ck_assert_uint_eq(poppass_feed(p, "x", 1), 0);
	poppass_give(p, POPPASS_OK, span_of(""));
	ck_assert_uint_eq(poppass_out(p).len, 0);
	poppass_free(&p);
}
END_TEST

/* Who pipelines without reading holds little. */
START_TEST(a_flood_is_bounded)
{
	struct poppass *p = made(poppass_new(&conf, true));
	size_t n = 0;
	int i;

	for (i = 0; i < 100000 && n < 60000; i++) {
		if (poppass_feed(p, "user a\n", 7) < 7)
			break;
		if (i % 100 == 99) {
			poppass_run(p);
			n += poppass_out(p).len;
			ck_assert_uint_lt(poppass_memory(p), 65536);
			poppass_sent(p, poppass_out(p).len);
		}
	}
	ck_assert_uint_ge(n, 60000);
	poppass_free(&p);
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

START_TEST(a_trace_shows_no_password)
{
	static const char lines[] = "user an\tna\r\npass geheim\r\ngeheim\r\n"
	    "PASS geheim\r\nnewpass geheim\r\npass\r\nquit geheim\r\n"
	    "user a\r\n";
	struct poppass *p = made(poppass_new(&conf, true));
	struct buf b;

	buf_init(&b, 65536);
	poppass_trace(p, collect, &b);
	poppass_run(p);
	say(p, lines);
	while (poppass_run(p) == POPPASS_AUTH || poppass_run(p) ==
	    POPPASS_CHANGE)
		poppass_give(p, POPPASS_FAIL, span_of(""));
	ck_assert_int_eq(buf_addc(&b, '\0'), 0);
	ck_assert_ptr_null(strstr(buf_data(&b), "geheim"));
	ck_assert_str_eq(buf_data(&b),
	    "200 password change service ready\n"
	    "USER an\\x09na\n300 send the present password\n"
	    "PASS ...\n535 wrong name or password\n"
	    "(unknown command)\n501 unknown command\n"
	    "PASS ...\n503 send USER first\n"
	    "NEWPASS ...\n503 send USER and PASS first\n"
	    "PASS\n503 send USER first\n"
	    "QUIT ...\n501 unknown command\n"
	    "USER a\n300 send the present password\n");
	buf_free(&b);
	poppass_free(&p);
}
END_TEST

/* Wrong, refused, taken, and cut off; slices of 9 octets. */
static void
whole_session(void)
{
	static const char talk[] = "user anna\r\npass x" CANARY "\r\n"
	    "user anna\r\npass " CANARY "\r\nnewpass " CANARY "1\r\n"
	    "newpass " CANARY "2\r\nuser anna\r\npass " CANARY "2\r\n"
	    "newpass " CANARY "\r\n" CANARY "\r\nnewpass " CANARY;
	static const enum poppass_result answers[] = { POPPASS_FAIL,
		POPPASS_OK, POPPASS_PERM, POPPASS_OK, POPPASS_OK,
		POPPASS_TEMP };
	struct poppass *p = poppass_new(&conf, true);
	size_t at = 0, n, end = strlen(talk);
	enum poppass_want w;
	int asked = 0;

	while (p != NULL && (w = poppass_run(p)) != POPPASS_CLOSE) {
		poppass_sent(p, poppass_out(p).len);
		n = end - at < 9 ? end - at : 9;
		if (w != POPPASS_INPUT)
			poppass_give(p, answers[asked++ % 6], span_of("no"));
		else if (n == 0)
			poppass_abort(p, "over");
		else
			at += poppass_feed(p, talk + at, n);
	}
	poppass_free(&p);
}

START_TEST(no_memory_is_no_crash_and_no_leak)
{
	long total;

	leaked = 0;
	fail_at = 1000000;
	allocations = 0;
	whole_session();
	total = allocations;
	ck_assert_int_gt(total, 5);
	for (fail_at = 0; fail_at < total; fail_at++) {
		allocations = 0;
		whole_session();
	}
	fail_at = -1;
	ck_assert_int_eq(leaked, 0);
}
END_TEST

START_TEST(ends_have_names)
{
	int i, j;

	for (i = POPPASS_END_NONE; i <= POPPASS_END_MEMORY; i++)
		for (j = POPPASS_END_NONE; j < i; j++)
			ck_assert_str_ne(
			    poppass_end_name((enum poppass_end)i),
			    poppass_end_name((enum poppass_end)j));
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, passwords_go_when_they_have_served);
	tcase_add_test(tc, a_close_forgets_all);
	tcase_add_test(tc, a_flood_is_bounded);
	tcase_add_test(tc, a_trace_shows_no_password);
	tcase_add_test(tc, no_memory_is_no_crash_and_no_leak);
	tcase_add_test(tc, ends_have_names);
}

UNIT_MAIN("poppass", add)
