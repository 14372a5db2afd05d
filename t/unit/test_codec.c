/*
 * test_codec.c - base64, base64url and hex
 */
#include <stdint.h>
#include <string.h>

#include "lib/base/codec.h"

#include "t/unit/unit.h"

/* RFC 4648 section 10, and what its strictness (3.5, 12) refuses. */
static const struct {
	const char *holds, *in;
	size_t in_len;
	const char *out;		/* NULL: refused */
	size_t out_len;
} decodes[] = {
	{ "nothing", "", 0, "", 0 },
	{ "f", "Zg==", 4, "f", 1 },
	{ "fo", "Zm8=", 4, "fo", 2 },
	{ "foo", "Zm9v", 4, "foo", 3 },
	{ "foob", "Zm9vYg==", 8, "foob", 4 },
	{ "fooba", "Zm9vYmE=", 8, "fooba", 5 },
	{ "foobar", "Zm9vYmFy", 8, "foobar", 6 },
	{ "NULs", "AAAA", 4, "\0\0\0", 3 },
	{ "the last digits", "+/+/", 4, "\xfb\xff\xbf", 3 },
	{ "PLAIN without names", "AABh", 4, "\0\0a", 3 },
	{ "only padding", "====", 4, NULL, 0 },
	{ "three pads", "Z===", 4, NULL, 0 },
	{ "pads alone behind a group", "Zm9v====", 8, NULL, 0 },
	{ "missing padding, one", "Zm8", 3, NULL, 0 },
	{ "missing padding, two", "Zg", 2, NULL, 0 },
	{ "half the padding", "Zg=", 3, NULL, 0 },
	{ "one digit", "Z", 1, NULL, 0 },
	{ "superfluous padding", "Zm9v=", 5, NULL, 0 },
	{ "padding in the middle", "Zg==Zg==", 8, NULL, 0 },
	{ "padding inside a group", "Z=g=", 4, NULL, 0 },
	{ "padding first", "=Zg=", 4, NULL, 0 },
	{ "unused bits set behind one octet", "Zh==", 4, NULL, 0 },
	{ "unused bits set behind two", "Zm9=", 4, NULL, 0 },
	{ "a blank inside", "Zm9 ", 4, NULL, 0 },
	{ "a CR inside", "Zm\rv", 4, NULL, 0 },
	{ "a line end behind", "Zm9v\r\n", 6, NULL, 0 },
	{ "a NUL inside", "Zm\0v", 4, NULL, 0 },
	{ "the other alphabet", "-_-_", 4, NULL, 0 },
	{ "8-bit octets", "\xda\xed\xb9\xf6", 4, NULL, 0 },
	{ "a fault in the first of two groups", "Z!9vYmFy", 8, NULL, 0 },
};

START_TEST(decode)
{
	struct buf b;
	int r;

	buf_init(&b, 100);
	ck_assert_int_eq(buf_adds(&b, "<"), 0);
	r = base64_decode(span_mem(decodes[_i].in, decodes[_i].in_len), &b);
	ck_assert_msg((r == 0) == (decodes[_i].out != NULL), "%s",
	    decodes[_i].holds);
	ck_assert_msg(buf_len(&b) == 1 + decodes[_i].out_len, "%s",
	    decodes[_i].holds);
	if (r == 0)
		ck_assert_msg(memcmp(buf_data(&b) + 1, decodes[_i].out,
		    decodes[_i].out_len) == 0, "%s", decodes[_i].holds);
	buf_free(&b);
}
END_TEST

/* Any octet that is no digit, at any place, refuses the whole. */
START_TEST(only_the_alphabet)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789+/";
	struct buf b;
	char in[5] = "AAAA";
	int c, good;

	buf_init(&b, 100);
	for (c = 0; c < 256; c++) {
		in[_i] = (char)c;
		good = c != 0 && strchr(alphabet, c) != NULL;
		good = good || (_i == 3 && c == '=');
		ck_assert_int_eq(base64_decode(span_mem(in, 4), &b),
		    good ? 0 : -1);
		buf_free(&b);
	}
}
END_TEST

START_TEST(there_and_back)
{
	unsigned seed = 3;
	unsigned char raw[200];
	struct buf text, back;
	size_t n, i;

	for (n = 0; n < sizeof(raw); n++) {
		for (i = 0; i < n; i++)
			raw[i] = (unsigned char)rand_r(&seed);
		buf_init(&text, (n + 2) / 3 * 4);
		buf_init(&back, n);
		ck_assert_int_eq(base64_encode(span_mem(raw, n), &text), 0);
		ck_assert_uint_eq(buf_len(&text), (n + 2) / 3 * 4);
		ck_assert_int_eq(base64_decode(buf_span(&text), &back), 0);
		ck_assert_uint_eq(buf_len(&back), n);
		ck_assert(memcmp(buf_data(&back), raw, n) == 0);
		buf_free(&text);
		buf_free(&back);
	}
}
END_TEST

START_TEST(no_room_is_a_failure)
{
	struct buf b;

	buf_init(&b, 5);
	ck_assert_int_eq(base64_decode(span_of("Zm9vYmFy"), &b), -1);
	ck_assert_int_eq(base64_encode(span_of("foob"), &b), -1);
	ck_assert_uint_eq(buf_len(&b), 0);
	ck_assert_int_eq(base64_decode(span_of("Zm9vYmE="), &b), 0);
	buf_free(&b);
}
END_TEST

static const struct {
	const char *holds, *in;
	size_t n;
	const char *base64url, *hex;
} texts[] = {
	{ "nothing", "", 0, "", "" },
	{ "one octet", "f", 1, "Zg", "66" },
	{ "two", "fo", 2, "Zm8", "666f" },
	{ "three", "foo", 3, "Zm9v", "666f6f" },
	{ "the two digits that differ", "\xfb\xff\xbf", 3, "-_-_",
	    "fbffbf" },
	{ "NULs", "\0\0", 2, "AAA", "0000" },
};

START_TEST(text)
{
	size_t n = texts[_i].n;
	char *b = malloc((n * 4 + 2) / 3 + 1), *h = malloc(2 * n + 1);

	base64url_text(texts[_i].in, n, b);
	hex_text(texts[_i].in, n, h);
	ck_assert_msg(strcmp(b, texts[_i].base64url) == 0, "%s",
	    texts[_i].holds);
	ck_assert_msg(strcmp(h, texts[_i].hex) == 0, "%s", texts[_i].holds);
	free(b);
	free(h);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, decode, decodes);
	tcase_add_loop_test(tc, only_the_alphabet, 0, 4);
	tcase_add_test(tc, there_and_back);
	tcase_add_test(tc, no_room_is_a_failure);
	UNIT_ROWS(tc, text, texts);
}

UNIT_MAIN("codec", add)
