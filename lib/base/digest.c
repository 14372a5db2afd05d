/*
 * digest.c - hashes, MACs, encryption and random octets from libcrypto
 */
#include <limits.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "lib/base/digest.h"

#define NONCE		12	/* of GCM */
#define TAG		16
#define SEAL_TEXT	65536

/* Kept: finding the algorithm costs more than hashing a file name. */
int
digest_sha256(const void *p, size_t n, unsigned char out[SHA256_OCTETS])
{
	static EVP_MD_CTX *kept;

	if (kept == NULL) {
		kept = EVP_MD_CTX_new();
		if (kept == NULL ||
		    EVP_DigestInit_ex(kept, EVP_sha256(), NULL) != 1)
			goto fail;
	} else if (EVP_DigestInit_ex(kept, NULL, NULL) != 1) {
		goto fail;
	}
	if (EVP_DigestUpdate(kept, p, n) == 1 &&
	    EVP_DigestFinal_ex(kept, out, NULL) == 1)
		return 0;
fail:
	EVP_MD_CTX_free(kept);
	kept = NULL;
	return -1;
}

/* HMAC of SHA-256, looked up and made once: HMAC() does it each time, which
 * costs twice as much as the MAC of a ticket itself. */
static EVP_MAC_CTX *
hmac(void)
{
	static EVP_MAC_CTX *made;
	char sha256[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, sha256,
		    sizeof(sha256) - 1),
		OSSL_PARAM_END,
	};
	EVP_MAC *mac;

	if (made != NULL)
		return made;
	mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	made = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	if (made != NULL && EVP_MAC_CTX_set_params(made, params) != 1) {
		EVP_MAC_CTX_free(made);
		made = NULL;
	}
	return made;
}

int
digest_mac(const void *key, size_t key_len, const void *p, size_t n,
    unsigned char out[MAC_OCTETS])
{
	EVP_MAC_CTX *c = hmac();
	size_t len = 0;

	if (c == NULL || EVP_MAC_init(c, key, key_len, NULL) != 1 ||
	    EVP_MAC_update(c, p, n) != 1 ||
	    EVP_MAC_final(c, out, &len, MAC_OCTETS) != 1)
		return -1;
	return len == MAC_OCTETS ? 0 : -1;
}

/* Fetched by name: EVP_md5() is there in FIPS mode too, and fails late. */
int
digest_md5(const void *p, size_t n, unsigned char out[MD5_OCTETS])
{
	EVP_MD *md5 = EVP_MD_fetch(NULL, "MD5", NULL);
	int r = -1;

	if (md5 != NULL && EVP_Digest(p, n, out, NULL, md5, NULL) == 1)
		r = 0;
	EVP_MD_free(md5);
	return r;
}

bool
digest_has_md5(void)
{
	unsigned char out[MD5_OCTETS];

	return digest_md5("", 0, out) == 0;
}

/* A fresh nonce each time: 96 random bits, of a few secrets under one key. */
static int
encrypt(EVP_CIPHER_CTX *c, struct span about, struct span text,
    unsigned char *to)
{
	unsigned char *ct = to + NONCE;
	int n;

	if (EVP_EncryptUpdate(c, NULL, &n, (const unsigned char *)about.ptr,
	    (int)about.len) != 1 ||
	    EVP_EncryptUpdate(c, ct, &n, (const unsigned char *)text.ptr,
	    (int)text.len) != 1 ||
	    EVP_EncryptFinal_ex(c, ct + text.len, &n) != 1)
		return -1;
	return EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG,
	    ct + text.len) == 1 ? 0 : -1;
}

int
digest_seal(const unsigned char key[SEAL_KEY], struct span about,
    struct span text, struct buf *out)
{
	unsigned char *to;
	EVP_CIPHER_CTX *c;
	int r = -1;

	if (text.len > SEAL_TEXT || about.len > SEAL_TEXT)
		return -1;
	to = (unsigned char *)buf_reserve(out, text.len + SEAL_MORE);
	if (to == NULL || digest_random(to, NONCE) < 0)
		return -1;
	c = EVP_CIPHER_CTX_new();
	if (c != NULL && EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, key,
	    to) == 1)
		r = encrypt(c, about, text, to);
	EVP_CIPHER_CTX_free(c);
	if (r == 0)
		buf_added(out, text.len + SEAL_MORE);
	return r;
}

static int
decrypt(EVP_CIPHER_CTX *c, struct span about, struct span sealed,
    unsigned char *to)
{
	const unsigned char *ct = (const unsigned char *)sealed.ptr + NONCE;
	int n, len = (int)(sealed.len - SEAL_MORE);
	unsigned char tag[TAG];

	memcpy(tag, ct + len, TAG);
	if (EVP_DecryptUpdate(c, NULL, &n, (const unsigned char *)about.ptr,
	    (int)about.len) != 1 ||
	    EVP_DecryptUpdate(c, to, &n, ct, len) != 1 ||
	    EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG, tag) != 1)
		return -1;
	return EVP_DecryptFinal_ex(c, to + len, &n) == 1 ? 0 : -1;
}

int
digest_open(const unsigned char key[SEAL_KEY], struct span about,
    struct span sealed, struct buf *out)
{
	unsigned char *to;
	EVP_CIPHER_CTX *c;
	int r = -1;

	if (sealed.len < SEAL_MORE || sealed.len > SEAL_TEXT + SEAL_MORE ||
	    about.len > SEAL_TEXT)
		return -1;
	to = (unsigned char *)buf_reserve(out, sealed.len);
	c = EVP_CIPHER_CTX_new();
	if (to != NULL && c != NULL && EVP_DecryptInit_ex(c,
	    EVP_aes_256_gcm(), NULL, key,
	    (const unsigned char *)sealed.ptr) == 1)
		r = decrypt(c, about, sealed, to);
	EVP_CIPHER_CTX_free(c);
	if (r == 0)
		buf_added(out, sealed.len - SEAL_MORE);
	else if (to != NULL)
		OPENSSL_cleanse(to, sealed.len);
	return r;
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
