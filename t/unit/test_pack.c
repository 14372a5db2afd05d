/*
 * test_pack.c - binary records
 */
#include <string.h>

#include "lib/base/pack.h"

#include "t/unit/unit.h"

static void
fill(struct pack *p, struct buf *b)
{
	pack_begin(p, b);
	pack_u8(p, 0xfe);
	pack_u32(p, 0xdeadbeef);
	pack_u64(p, UINT64_MAX - 1);
	pack_i64(p, -5);
	pack_span(p, span_mem("a\0b", 3));
	pack_str(p, "text");
	pack_str(p, NULL);
	pack_str(p, "");
}

/* 0 when the whole record was read and ended where it should. */
static int
read_back(const void *mem, size_t n)
{
	struct unpack u;
	char *text, *null, *empty;
	struct span s;
	bool same;

	unpack_begin(&u, mem, n);
	same = unpack_u8(&u) == 0xfe;
	same = unpack_u32(&u) == 0xdeadbeef && same;
	same = unpack_u64(&u) == UINT64_MAX - 1 && same;
	same = unpack_i64(&u) == -5 && same;
	s = unpack_span(&u);
	text = unpack_str(&u);
	null = unpack_str(&u);
	empty = unpack_str(&u);
	if (unpack_end(&u) == 0)
		ck_assert(same && s.len == 3 &&
		    memcmp(s.ptr, "a\0b", 3) == 0 && null == NULL &&
		    strcmp(text, "text") == 0 && strcmp(empty, "") == 0);
	free(text);
	free(null);
	free(empty);
	return unpack_end(&u);
}

START_TEST(what_goes_in_comes_out)
{
	struct pack p;
	struct buf b;

	buf_init(&b, 1000);
	fill(&p, &b);
	ck_assert_int_eq(pack_end(&p), 0);
	ck_assert_int_eq(read_back(buf_data(&b), buf_len(&b)), 0);
	buf_free(&b);
}
END_TEST

START_TEST(every_shorter_record_is_bad)
{
	struct pack p;
	struct buf b;
	size_t n;
	char *copy;

	buf_init(&b, 1000);
	fill(&p, &b);
	for (n = 0; n < buf_len(&b); n++) {
		copy = malloc(n + 1);	/* exact, for the sanitizer */
		memcpy(copy + 1, buf_data(&b), n);
		ck_assert_int_eq(read_back(copy + 1, n), -1);
		free(copy);
	}
	buf_addc(&b, 'x');
	ck_assert_int_eq(read_back(buf_data(&b), buf_len(&b)), -1);
	buf_free(&b);
}
END_TEST

START_TEST(every_lower_ceiling_is_noticed)
{
	struct pack p;
	struct buf b;
	size_t whole, max;

	buf_init(&b, 1000);
	fill(&p, &b);
	whole = buf_len(&b);
	buf_free(&b);
	for (max = 0; max < whole; max++) {
		buf_init(&b, max);
		fill(&p, &b);
		ck_assert_int_eq(pack_end(&p), -1);
		buf_free(&b);
	}
}
END_TEST

static const struct {
	const char *holds, *mem;
	size_t n;
	bool str_good, span_good;
} fields[] = {
	{ "an empty string", "\0\0\0\0", 4, true, true },
	{ "one octet", "\1\0\0\0a", 5, true, true },
	{ "NULL is no span", "\xff\xff\xff\xff", 4, true, false },
	{ "a NUL inside is no string", "\2\0\0\0a\0", 6, false, true },
	{ "a length beyond the end", "\2\0\0\0a", 5, false, false },
	{ "a huge length", "\xfe\xff\xff\xff""abcd", 8, false, false },
	{ "half a length", "\1\0", 2, false, false },
	{ "nothing", "", 0, false, false },
};

START_TEST(field)
{
	struct unpack u;
	char *s;

	unpack_begin(&u, fields[_i].mem, fields[_i].n);
	s = unpack_str(&u);
	ck_assert_msg((unpack_end(&u) == 0) == fields[_i].str_good, "%s",
	    fields[_i].holds);
	ck_assert_msg(fields[_i].str_good || s == NULL, "%s",
	    fields[_i].holds);
	free(s);
	unpack_begin(&u, fields[_i].mem, fields[_i].n);
	(void)unpack_span(&u);
	ck_assert_msg((unpack_end(&u) == 0) == fields[_i].span_good, "%s",
	    fields[_i].holds);
}
END_TEST

START_TEST(bad_stays_bad)
{
	struct unpack u;

	unpack_begin(&u, "\1\2", 2);
	ck_assert_uint_eq(unpack_u32(&u), 0);
	ck_assert_uint_eq(unpack_u8(&u), 0);
	ck_assert_uint_eq(unpack_span(&u).len, 0);
	ck_assert_ptr_null(unpack_str(&u));
	ck_assert_int_eq(unpack_end(&u), -1);
	unpack_begin(&u, NULL, 0);
	ck_assert_int_eq(unpack_end(&u), 0);
}
END_TEST

/* Random octets never read outside (the sanitizer watches) nor loop. */
START_TEST(noise)
{
	unsigned seed = (unsigned)_i;
	char mem[64], *copy;
	size_t n, i, k;

	for (i = 0; i < 2000; i++) {
		n = (size_t)rand_r(&seed) % sizeof(mem);
		for (k = 0; k < n; k++)
			mem[k] = (char)(rand_r(&seed) % 3 == 0 ?
			    rand_r(&seed) : 0);
		copy = malloc(n + 1);
		memcpy(copy + 1, mem, n);
		ck_assert_int_eq(read_back(copy + 1, n), -1);
		free(copy);
	}
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, what_goes_in_comes_out);
	tcase_add_test(tc, every_shorter_record_is_bad);
	tcase_add_test(tc, every_lower_ceiling_is_noticed);
	UNIT_ROWS(tc, field, fields);
	tcase_add_test(tc, bad_stays_bad);
	tcase_add_loop_test(tc, noise, 0, 4);
}

UNIT_MAIN("pack", add)
