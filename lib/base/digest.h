/*
 * digest.h - hashes, MACs and random octets from libcrypto
 *
 * The one file of lib/base that knows OpenSSL.
 */
#ifndef BASE_DIGEST_H
#define BASE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA256_OCTETS	32
#define MAC_OCTETS	32

/* Return 0, or -1 when the library fails (no memory, FIPS). */
int digest_sha256(const void *p, size_t n, unsigned char out[SHA256_OCTETS]);
int digest_mac(const void *key, size_t key_len, const void *p, size_t n,
    unsigned char out[MAC_OCTETS]);		/* HMAC-SHA-256 */

/* 0, or -1: the caller refuses to serve rather than use weak numbers. */
int digest_random(void *p, size_t n);

/* "3.0.15": the library that is running, for people. */
const char *digest_library(void);

/* Same time whatever differs. */
bool digest_same(const void *a, const void *b, size_t n);

#endif
