/*
 * digest.c - hashes, MACs and random octets from libcrypto
 */
#include <limits.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "lib/base/digest.h"

int
digest_sha256(const void *p, size_t n, unsigned char out[SHA256_OCTETS])
{
	return EVP_Digest(p, n, out, NULL, EVP_sha256(), NULL) == 1 ? 0 : -1;
}

int
digest_mac(const void *key, size_t key_len, const void *p, size_t n,
    unsigned char out[MAC_OCTETS])
{
	unsigned len = 0;

	if (key_len > INT_MAX)
		return -1;
	if (HMAC(EVP_sha256(), key, (int)key_len, p, n, out, &len) == NULL)
		return -1;
	return len == MAC_OCTETS ? 0 : -1;
}

int
digest_random(void *p, size_t n)
{
	if (n > INT_MAX)
		return -1;
	return RAND_bytes(p, (int)n) == 1 ? 0 : -1;
}

bool
digest_same(const void *a, const void *b, size_t n)
{
	return CRYPTO_memcmp(a, b, n) == 0;
}

const char *
digest_library(void)
{
	return OpenSSL_version(OPENSSL_VERSION_STRING);
}
