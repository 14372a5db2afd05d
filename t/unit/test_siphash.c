/*
 * test_siphash.c - a short keyed hash for tables
 */
#include <string.h>

#include "lib/base/siphash.h"

#include "t/unit/unit.h"

static unsigned char key[SIPHASH_KEY], text[64];

static void
count_up(void)
{
	size_t i;

	for (i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)i;
	memcpy(key, text, sizeof(key));
}

/* The paper's key 00, 01 … 0f and text 00, 01 …; as OpenSSL's SIPHASH of
 * size 8 gives them, least octet first. */
static const struct {
	size_t n;
	uint64_t hash;
} rows[] = {
	{ 0, 0x726fdb47dd0e0e31 },
	{ 1, 0x74f839c593dc67fd },
	{ 7, 0xab0200f58b01d137 },
	{ 8, 0x93f5f5799a932462 },
	{ 15, 0xa129ca6149be45e5 },
	{ 33, 0xa7f32346f95978e3 },
};

START_TEST(as_others_have_it)
{
	count_up();
	ck_assert_uint_eq(siphash(key, text, rows[_i].n), rows[_i].hash);
}
END_TEST

START_TEST(key_text_and_length_count)
{
	uint64_t h;

	count_up();
	h = siphash(key, text, 9);
	ck_assert_uint_eq(siphash(key, text, 9), h);
	text[8] = '\0';
	ck_assert_uint_ne(siphash(key, text, 9), h);
	h = siphash(key, text, 8);
	ck_assert_uint_ne(siphash(key, text, 9), h);
	key[15] ^= 1;
	ck_assert_uint_ne(siphash(key, text, 8), h);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, as_others_have_it, rows);
	tcase_add_test(tc, key_text_and_length_count);
}

UNIT_MAIN("siphash", add)
