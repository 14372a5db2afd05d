/*
 * tls_int.h - what the files of the TLS module know of each other
 */
#ifndef NET_TLS_INT_H
#define NET_TLS_INT_H

#include <openssl/ssl.h>
#include <stdint.h>

#include "lib/base/err.h"

#include "lib/net/tls.h"

#define TLS_SECURITY_LEVEL	2	/* RSA from 2048 bits, no SHA-1 */

/* A pair out of its PEM text. */
struct tls_loaded {
	X509 *leaf;
	STACK_OF(X509) *chain;		/* without the leaf */
	EVP_PKEY *key;
};

/* 0, or -1 with *e naming the pair; then there is nothing to free. */
int tls_pair_load(const struct tls_pair *p, struct tls_loaded *l_r,
    struct err *e);
void tls_pair_unload(struct tls_loaded *l);
/* Add it to the certificates of ssl, beside those of other kinds of key.
 * -1 names the pair and the reason. */
int tls_pair_use(const struct tls_pair *p, const struct tls_loaded *l,
    SSL *ssl, struct err *e);

/* Let ctx seal and open tickets with k, which must outlive it. */
int tls_keys_use(struct tls_keys *k, SSL_CTX *ctx);

/* Suites, groups, options and modes that both sides share; min_version 0 is
 * TLS 1.2.  0 or -1. */
int tls_prepare(SSL_CTX *ctx, int min_version);

/* A server side for one connection, or NULL. */
SSL *tls_set_open(struct tls_set *s);

/* A client side that expects name in the certificate, or NULL. */
struct tls_trust;
SSL *tls_trust_open(struct tls_trust *t, const char *name);

/* Why the library failed last; a text that lives for ever. */
const char *tls_reason(void);

#endif
