/*
 * test_mem.c - allocation and wiping
 */
#include <stdint.h>
#include <string.h>

#include "lib/base/mem.h"

#include "t/unit/unit.h"

static const struct {
	const char *holds;
	size_t n, size;
	bool given;
} news[] = {
	{ "an array is given", 10, 8, true },
	{ "nothing asked is not out of memory", 0, 8, true },
	{ "elements of no size likewise", 8, 0, true },
	{ "a product that overflows is refused", SIZE_MAX / 2, 3, false },
	{ "the largest product is refused", SIZE_MAX, SIZE_MAX, false },
};

START_TEST(mem_new_rows)
{
	unsigned char *p = mem_new(news[_i].n, news[_i].size);
	size_t i;

	ck_assert_msg((p != NULL) == news[_i].given, "%s", news[_i].holds);
	for (i = 0; p != NULL && i < news[_i].n * news[_i].size; i++)
		ck_assert_msg(p[i] == 0, "%s: zeroed", news[_i].holds);
	free(p);
}
END_TEST

static const struct {
	const char *holds;
	size_t cap, need, size, least;
} grows[] = {
	{ "the first element makes room for several", 0, 1, 4, 8 },
	{ "room that is there is kept", 16, 16, 4, 16 },
	{ "one more doubles", 16, 17, 4, 32 },
	{ "a leap is followed", 8, 1000, 4, 1000 },
};

START_TEST(mem_grow_rows)
{
	size_t cap = grows[_i].cap;
	char *old = cap == 0 ? NULL : mem_new(cap, grows[_i].size);
	char *p;

	if (old != NULL)
		old[0] = 'x';
	p = mem_grow(old, &cap, grows[_i].need, grows[_i].size);
	ck_assert_msg(p != NULL && cap >= grows[_i].least &&
	    cap >= grows[_i].need, "%s: %zu", grows[_i].holds, cap);
	if (grows[_i].cap != 0)
		ck_assert_msg(p[0] == 'x', "%s: kept", grows[_i].holds);
	memset(p, 1, cap * grows[_i].size);
	free(p);
}
END_TEST

START_TEST(mem_grow_failure_leaves_the_old)
{
	size_t cap = 4;
	char *old = mem_new(cap, 16);

	ck_assert_ptr_null(mem_grow(old, &cap, SIZE_MAX / 8, 16));
	ck_assert_uint_eq(cap, 4);
	memset(old, 1, 64);
	free(old);
}
END_TEST

START_TEST(copies_are_copies)
{
	char text[] = "abcdef", *a = mem_strdup(text);
	char *b = mem_strndup(text, 3);

	text[0] = 'X';
	ck_assert_str_eq(a, "abcdef");
	ck_assert_str_eq(b, "abc");
	ck_assert_ptr_null(mem_strdup(NULL));
	ck_assert_ptr_null(mem_strndup(NULL, 3));
	free(a);
	free(b);
}
END_TEST

START_TEST(secrets_go)
{
	char text[] = "secret", *s = mem_strdup(text);

	mem_wipe(text, 3);
	ck_assert(memcmp(text, "\0\0\0ret", 7) == 0);
	mem_wipe(NULL, 0);
	mem_free_secret(&s);
	ck_assert_ptr_null(s);
	mem_free_secret(&s);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, mem_new_rows, news);
	UNIT_ROWS(tc, mem_grow_rows, grows);
	tcase_add_test(tc, mem_grow_failure_leaves_the_old);
	tcase_add_test(tc, copies_are_copies);
	tcase_add_test(tc, secrets_go);
}

UNIT_MAIN("mem", add)
