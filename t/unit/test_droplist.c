/*
 * test_droplist.c - the list of an opened maildrop
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/droplist.h"

#include "t/unit/unit.h"

#define BLOCK_MAX	4096

/* Three messages; the block is copied to exactly its size, for the
 * sanitizer, and is the caller's to free. */
static char *
three(size_t *len_r)
{
	struct droplist_maker m;
	struct buf out;
	char *block;

	buf_init(&out, BLOCK_MAX);
	droplist_begin(&m);
	droplist_add(&m, 120, span_of("first"));
	droplist_add(&m, 0, span_of("!"));
	droplist_add(&m, (uint64_t)1 << 40, span_of("~third~"));
	ck_assert_int_eq(droplist_end(&m, &out), 0);
	*len_r = buf_len(&out);
	block = malloc(*len_r);
	memcpy(block, buf_data(&out), *len_r);
	buf_free(&out);
	return block;
}

START_TEST(what_goes_in_comes_out)
{
	struct droplist l;
	size_t len;
	char *block = three(&len);

	ck_assert_int_eq(droplist_view(&l, block, len, NULL), 0);
	ck_assert_uint_eq(l.count, 3);
	ck_assert_uint_eq(l.octets, ((uint64_t)1 << 40) + 120);
	ck_assert_uint_eq(droplist_size(&l, 0), 120);
	ck_assert_uint_eq(droplist_size(&l, 1), 0);
	ck_assert_uint_eq(droplist_size(&l, 2), (uint64_t)1 << 40);
	ck_assert(span_eq(droplist_uidl(&l, 0), "first"));
	ck_assert(span_eq(droplist_uidl(&l, 1), "!"));
	ck_assert(span_eq(droplist_uidl(&l, 2), "~third~"));
	free(block);
}
END_TEST

START_TEST(an_empty_maildrop)
{
	struct droplist_maker m;
	struct droplist l;
	struct buf out;

	buf_init(&out, BLOCK_MAX);
	droplist_begin(&m);
	ck_assert_int_eq(droplist_end(&m, &out), 0);
	ck_assert_uint_eq(buf_len(&out), 16);
	ck_assert_int_eq(droplist_view(&l, buf_data(&out), 16, NULL), 0);
	ck_assert(l.count == 0 && l.octets == 0);
	buf_free(&out);
}
END_TEST

START_TEST(many)
{
	struct droplist_maker m;
	struct droplist l;
	struct buf out;
	char uidl[UIDL_MAX + 1];
	uint32_t i;

	buf_init(&out, 20000000);
	droplist_begin(&m);
	for (i = 0; i < 100000; i++) {
		snprintf(uidl, sizeof(uidl), "%070u", i);
		droplist_add(&m, i, span_of(uidl));
	}
	ck_assert_int_eq(droplist_end(&m, &out), 0);
	ck_assert_int_eq(droplist_view(&l, buf_data(&out), buf_len(&out),
	    NULL), 0);
	for (i = 0; i < 100000; i++) {
		snprintf(uidl, sizeof(uidl), "%070u", i);
		ck_assert(span_eq(droplist_uidl(&l, i), uidl));
		ck_assert_uint_eq(droplist_size(&l, i), i);
	}
	buf_free(&out);
}
END_TEST

static const struct {
	const char *holds, *uidl;
	bool good;
} uidls[] = {
	{ "one octet", "a", true },
	{ "the least", "!", true },
	{ "the greatest", "~", true },
	{ "seventy octets", "0123456789012345678901234567890123456789"
	    "012345678901234567890123456789", true },
	{ "seventy-one", "0123456789012345678901234567890123456789"
	    "0123456789012345678901234567890", false },
	{ "none", "", false },
	{ "a blank", "a b", false },
	{ "a line end", "a\n", false },
	{ "a DEL", "a\177", false },
	{ "8-bit", "a\xff", false },
};

START_TEST(uidl)
{
	struct droplist_maker m;
	struct buf out;

	buf_init(&out, BLOCK_MAX);
	droplist_begin(&m);
	droplist_add(&m, 1, span_of(uidls[_i].uidl));
	droplist_add(&m, 1, span_of("good"));
	ck_assert_msg((droplist_end(&m, &out) == 0) == uidls[_i].good, "%s",
	    uidls[_i].holds);
	ck_assert_msg((buf_len(&out) != 0) == uidls[_i].good, "%s",
	    uidls[_i].holds);
	buf_free(&out);
}
END_TEST

START_TEST(making_fails_whole)
{
	struct droplist_maker m;
	struct buf out;

	buf_init(&out, 36);
	droplist_begin(&m);
	droplist_add(&m, 1, span_of("12345"));
	ck_assert_int_eq(droplist_end(&m, &out), -1);
	ck_assert_uint_eq(buf_len(&out), 0);
	droplist_begin(&m);
	droplist_add(&m, UINT64_MAX, span_of("1"));
	droplist_add(&m, 1, span_of("2"));
	ck_assert_int_eq(droplist_end(&m, &out), -1);
	buf_free(&out);
}
END_TEST

/* Rows begin at 16, each 16 long; the pool at 64: "first!~third~". */
static const struct {
	const char *holds;
	size_t at;
	unsigned char octet;
	bool good;
} spoils[] = {
	{ "another magic", 0, 0x45, false },
	{ "one message less: the sum is wrong", 4, 2, false },
	{ "one more than the block has", 4, 4, false },
	{ "very many", 7, 0xff, false },
	{ "another sum", 8, 121, false },
	{ "another size", 16, 121, false },
	{ "an offset far behind the pool", 27, 0xff, false },
	{ "an offset one too far", 56, 7, false },
	{ "an offset elsewhere in the pool", 40, 6, true },
	{ "no UIDL", 28, 0, false },
	{ "a UIDL beyond the pool", 60, 8, false },
	{ "a UIDL longer than allowed", 28, 71, false },
	{ "the zero octet", 29, 1, false },
	{ "the other zeros", 31, 1, false },
	{ "a blank in a UIDL", 64, ' ', false },
	{ "a DEL in a UIDL", 76, 0x7f, false },
	{ "a NUL in a UIDL", 66, 0, false },
	{ "another good octet", 64, 'F', true },
};

START_TEST(spoiled)
{
	struct droplist l;
	struct err e;
	size_t len;
	char *block = three(&len);
	int r;

	ck_assert_uint_eq(len, 77);
	ck_assert(memcmp(block + 64, "first!~third~", 13) == 0);
	ck_assert(block[spoils[_i].at] != (char)spoils[_i].octet);
	block[spoils[_i].at] = (char)spoils[_i].octet;
	r = droplist_view(&l, block, len, &e);
	ck_assert_msg(r == (spoils[_i].good ? 0 : -1), "%s",
	    spoils[_i].holds);
	if (r < 0)
		ck_assert_int_eq(e.class, ERR_BUG);
	free(block);
}
END_TEST

START_TEST(every_shorter_block_is_refused)
{
	struct droplist l;
	size_t len, n;
	char *block = three(&len), *copy;

	for (n = 0; n < len; n++) {
		copy = malloc(n + 8);
		memcpy(copy, block, n);
		ck_assert_int_eq(droplist_view(&l, copy, n, NULL), -1);
		free(copy);
	}
	free(block);
}
END_TEST

START_TEST(an_odd_place_is_refused)
{
	struct droplist l;
	size_t len;
	char *block = three(&len), *copy = malloc(len + 4);

	memcpy(copy + 4, block, len);
	ck_assert_int_eq(droplist_view(&l, copy + 4, len, NULL), -1);
	free(copy);
	free(block);
}
END_TEST

/* Whatever one octet becomes: refused, or safe to read to the end. */
START_TEST(noise)
{
	struct droplist l;
	unsigned seed = 11;
	size_t len, round, touched = 0;
	uint32_t i;
	char *block = three(&len), *copy = malloc(len);

	for (round = 0; round < 100000; round++) {
		memcpy(copy, block, len);
		copy[(size_t)rand_r(&seed) % len] = (char)rand_r(&seed);
		copy[(size_t)rand_r(&seed) % len] ^= (char)rand_r(&seed);
		if (droplist_view(&l, copy, len, NULL) < 0)
			continue;
		for (i = 0; i < l.count; i++)
			touched += span_has(droplist_uidl(&l, i), '\0');
	}
	ck_assert_uint_eq(touched, 0);
	free(copy);
	free(block);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, what_goes_in_comes_out);
	tcase_add_test(tc, an_empty_maildrop);
	tcase_add_test(tc, many);
	UNIT_ROWS(tc, uidl, uidls);
	tcase_add_test(tc, making_fails_whole);
	UNIT_ROWS(tc, spoiled, spoils);
	tcase_add_test(tc, every_shorter_block_is_refused);
	tcase_add_test(tc, an_odd_place_is_refused);
	tcase_add_test(tc, noise);
}

UNIT_MAIN("droplist", add)
