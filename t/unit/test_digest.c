/*
 * test_digest.c - hashes, MACs and random octets
 */
#include <limits.h>
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

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, sha256, hashes);
	UNIT_ROWS(tc, mac, macs);
	tcase_add_test(tc, random_octets_differ);
	tcase_add_test(tc, same);
}

UNIT_MAIN("digest", add)
