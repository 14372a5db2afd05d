/*
 * digest.h - hashes, MACs, encryption and random octets from libcrypto
 *
 * The one file of lib/base that knows OpenSSL.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/span.h"

#define SHA256_OCTETS	32
#define MAC_OCTETS	32
#define MD5_OCTETS	16
#define SEAL_KEY	32
#define SEAL_MORE	28	/* octets that sealing adds */

/* Return 0, or -1 when the library fails (no memory, FIPS). */
int digest_sha256(const void *p, size_t n, unsigned char out[SHA256_OCTETS]);
int digest_mac(const void *key, size_t key_len, const void *p, size_t n,
    unsigned char out[MAC_OCTETS]);		/* HMAC-SHA-256 */

/* For APOP alone, which is MD5; -1 where the library has none (FIPS). */
int digest_md5(const void *p, size_t n, unsigned char out[MD5_OCTETS]);
bool digest_has_md5(void);

/*
 * AES-256-GCM: text encrypted under key and bound to about, appended to out as
 * nonce, text, tag.  digest_open() appends the text; -1 when key or about is
 * another or an octet was changed: then nothing is appended.
 */
int digest_seal(const unsigned char key[SEAL_KEY], struct span about,
    struct span text, struct buf *out);
int digest_open(const unsigned char key[SEAL_KEY], struct span about,
    struct span sealed, struct buf *out);

/* 0, or -1: the caller refuses to serve rather than use weak numbers. */
int digest_random(void *p, size_t n);

/* "3.0.15": the library that is running, for people. */
const char *digest_library(void);

/* Same time whatever differs. */
bool digest_same(const void *a, const void *b, size_t n);

#endif
