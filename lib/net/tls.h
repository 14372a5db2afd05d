/*
 * tls.h - certificates and contexts of one listener (RFC 8446, 8314, 9325)
 *
 * TLS 1.2 and 1.3, forward-secret AEAD suites only, no renegotiation, no
 * compression, no early data, one ticket with rotating keys, ALPN "pop3".
 * A set is counted: connections keep theirs while a new one replaces it.
 */
#ifndef NET_TLS_H
#define NET_TLS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/span.h"

struct tls_set;
struct tls_keys;	/* ticket keys: outlive every set */

/* One pair as PEM; name NULL is the default for unknown or absent SNI.  Several
 * pairs of one name (RSA and ECDSA) are used side by side.  "*.example.org"
 * covers one label. */
struct tls_pair {
	const char *name;
	struct span chain;
	struct span key;
};

struct tls_want {
	const struct tls_pair *pairs;
	size_t n;
	int min_version;	/* 0x0303 TLS 1.2 or 0x0304 TLS 1.3 */
};

/* NULL with *e (ERR_CONFIG, naming the pair) when a pair is unusable. */
struct tls_set *tls_set_new(const struct tls_want *want,
    struct tls_keys *keys, struct err *e);
struct tls_set *tls_set_ref(struct tls_set *s);
void tls_set_unref(struct tls_set **s_p);

/* Check a pair without serving it; *not_after_r: the earliest end of the
 * chain's leaf, seconds since 1970. */
int tls_pair_check(const struct tls_pair *pair, int64_t *not_after_r,
    struct err *e);

struct tls_keys *tls_keys_new(struct err *e);
void tls_keys_free(struct tls_keys **k_p);
/* New current key; the last two are kept for old tickets. */
int tls_keys_rotate(struct tls_keys *k);

#endif
