/*
 * test_digest.c - hashes, MACs, encryption and random octets
 */
#include "config.h"

#include <limits.h>
#include <openssl/evp.h>
#include <string.h>

#include "lib/base/codec.h"
#include "lib/base/digest.h"

#include "t/unit/unit.h"

/* FIPS 180-4 examples. */
static const struct {
	const char *in, *hex;
} hashes[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb924"
	    "27ae41e4649b934ca495991b7852b855" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223"
	    "b00361a396177a9cb410ff61f20015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039"
	    "a33ce45964ff2167f6ecedd419db06c1" },
};

START_TEST(sha256)
{
	unsigned char out[SHA256_OCTETS];
	char hex[2 * SHA256_OCTETS + 1];

	ck_assert_int_eq(digest_sha256(hashes[_i].in, strlen(hashes[_i].in),
	    out), 0);
	hex_text(out, sizeof(out), hex);
	ck_assert_str_eq(hex, hashes[_i].hex);
}
END_TEST

/* RFC 4231 cases 2 and 6 (a key longer than a block); an empty key. */
static const struct {
	const char *key;
	size_t key_len;
	const char *in, *hex;
} macs[] = {
	{ "Jefe", 4, "what do ya want for nothing?",
	    "5bdcc146bf60754e6a042426089575c7"
	    "5a003f089d2739839dec58b964ec3843" },
	{ NULL, 131, "Test Using Larger Than Block-Size Key - "
	    "Hash Key First",
	    "60e431591ee0b67f0d8a26aacbf5b77f"
	    "8e0bc6213728c5140546040f0ee37f54" },
	{ "", 0, "",
	    "b613679a0814d9ec772f95d778c35fc5"
	    "ff1697c493715653c6c712144292c5ad" },
};

START_TEST(mac)
{
	unsigned char out[MAC_OCTETS];
	char hex[2 * MAC_OCTETS + 1], aa[131];
	const char *key = macs[_i].key;

	memset(aa, 0xaa, sizeof(aa));
	ck_assert_int_eq(digest_mac(key == NULL ? aa : key, macs[_i].key_len,
	    macs[_i].in, strlen(macs[_i].in), out), 0);
	hex_text(out, sizeof(out), hex);
	ck_assert_str_eq(hex, macs[_i].hex);
}
END_TEST

START_TEST(random_octets_differ)
{
	unsigned char a[32], b[32];

	ck_assert_int_eq(digest_random(a, sizeof(a)), 0);
	ck_assert_int_eq(digest_random(b, sizeof(b)), 0);
	ck_assert(!digest_same(a, b, sizeof(a)));
	ck_assert_int_eq(digest_random(a, (size_t)INT_MAX + 1), -1);
}
END_TEST

START_TEST(same)
{
	unsigned char a[32] = { 0 }, b[32] = { 0 };
	size_t i;

	ck_assert(digest_same(a, b, sizeof(a)));
	for (i = 0; i < sizeof(a); i++) {
		b[i] = 0x80;
		ck_assert(!digest_same(a, b, sizeof(a)));
		ck_assert(digest_same(a, b, i));
		b[i] = 0;
	}
}
END_TEST

/* RFC 1321 appendix A.5. */
static const struct {
	const char *in, *hex;
} md5s[] = {
	{ "", "d41d8cd98f00b204e9800998ecf8427e" },
	{ "abc", "900150983cd24fb0d6963f7d28e17f72" },
	{ "message digest", "f96b697d7cb7938d525a2f31aaf161d0" },
};

START_TEST(md5)
{
	unsigned char out[MD5_OCTETS];
	char hex[2 * MD5_OCTETS + 1];

	ck_assert(digest_has_md5());
	ck_assert_int_eq(digest_md5(md5s[_i].in, strlen(md5s[_i].in), out), 0);
	hex_text(out, sizeof(out), hex);
	ck_assert_str_eq(hex, md5s[_i].hex);
}
END_TEST

/* As under a FIPS provider: the answer is no, nothing breaks. */
START_TEST(where_there_is_no_md5)
{
	unsigned char out[MD5_OCTETS];

	ck_assert_int_eq(EVP_default_properties_enable_fips(NULL, 1), 1);
	ck_assert(!digest_has_md5());
	ck_assert_int_eq(digest_md5("", 0, out), -1);
}
END_TEST

static const unsigned char key_a[SEAL_KEY] = { 1 };
static const unsigned char key_b[SEAL_KEY] = { 2 };
static const size_t lengths[] = { 0, 1, 15, 16, 17, 300, 65536 };

START_TEST(what_is_sealed_opens)
{
	struct buf sealed, out;
	char *text = calloc(1, 65536);

	memset(text, 's', 65536);
	buf_init(&sealed, 70000);
	buf_init(&out, 70000);
	ck_assert_int_eq(digest_seal(key_a, span_of("anna"),
	    span_mem(text, lengths[_i]), &sealed), 0);
	ck_assert_uint_eq(buf_len(&sealed), lengths[_i] + SEAL_MORE);
	if (lengths[_i] > 8)
		ck_assert_ptr_null(memmem(buf_data(&sealed),
		    buf_len(&sealed), "ssssssss", 8));
	ck_assert_int_eq(digest_open(key_a, span_of("anna"),
	    buf_span(&sealed), &out), 0);
	ck_assert_uint_eq(buf_len(&out), lengths[_i]);
	ck_assert(memcmp(buf_data(&out), text, lengths[_i]) == 0);
	buf_free(&sealed);
	buf_free(&out);
	free(text);
}
END_TEST

/* Another key, another name, any bit flipped, any octet missing. */
START_TEST(nothing_else_opens)
{
	struct buf sealed, out;
	char mem[64];
	size_t i, n;

	buf_init(&sealed, 64);
	buf_init(&out, 4096);
	ck_assert_int_eq(digest_seal(key_a, span_of("anna"),
	    span_of("secret"), &sealed), 0);
	n = buf_len(&sealed);
	memcpy(mem, buf_data(&sealed), n);
	ck_assert_int_eq(digest_open(key_b, span_of("anna"),
	    span_mem(mem, n), &out), -1);
	ck_assert_int_eq(digest_open(key_a, span_of("bob"),
	    span_mem(mem, n), &out), -1);
	for (i = 0; i < n * 8; i++) {
		mem[i / 8] = (char)(mem[i / 8] ^ 1 << (i & 7));
		ck_assert_int_eq(digest_open(key_a, span_of("anna"),
		    span_mem(mem, n), &out), -1);
		mem[i / 8] = (char)(mem[i / 8] ^ 1 << (i & 7));
	}
	for (i = 0; i < n; i++)
		ck_assert_int_eq(digest_open(key_a, span_of("anna"),
		    span_mem(mem, i), &out), -1);
	ck_assert_uint_eq(buf_len(&out), 0);
	ck_assert_int_eq(digest_open(key_a, span_of("anna"),
	    span_mem(mem, n), &out), 0);
	buf_free(&sealed);
	buf_free(&out);
}
END_TEST

START_TEST(no_nonce_comes_twice)
{
	struct buf a, b;

	buf_init(&a, 64);
	buf_init(&b, 64);
	ck_assert_int_eq(digest_seal(key_a, span_of(""), span_of("x"), &a), 0);
	ck_assert_int_eq(digest_seal(key_a, span_of(""), span_of("x"), &b), 0);
	ck_assert(memcmp(buf_data(&a), buf_data(&b), 12) != 0);
	ck_assert(memcmp(buf_data(&a) + 12, buf_data(&b) + 12, 17) != 0);
	buf_free(&a);
	buf_free(&b);
}
END_TEST

START_TEST(no_room_seals_nothing)
{
	struct buf small;

	buf_init(&small, 20);
	ck_assert_int_eq(digest_seal(key_a, span_of(""), span_of("x"),
	    &small), -1);
	ck_assert_uint_eq(buf_len(&small), 0);
	buf_free(&small);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, md5, md5s);
	tcase_add_test(tc, where_there_is_no_md5);
	UNIT_ROWS(tc, what_is_sealed_opens, lengths);
	tcase_add_test(tc, nothing_else_opens);
	tcase_add_test(tc, no_nonce_comes_twice);
	tcase_add_test(tc, no_room_seals_nothing);
	UNIT_ROWS(tc, sha256, hashes);
	UNIT_ROWS(tc, mac, macs);
	tcase_add_test(tc, random_octets_differ);
	tcase_add_test(tc, same);
}

UNIT_MAIN("digest", add)
