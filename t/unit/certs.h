/*
 * certs.h - certificates made on the spot, so that none expires in the tree
 */
#ifndef UNIT_CERTS_H
#define UNIT_CERTS_H

#include <check.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/span.h"

#include "lib/net/tls.h"

enum cert_kind { CERT_EC, CERT_RSA, CERT_RSA_WEAK };

/* What a BIO holds, as a string for the caller to free. */
static inline char *
cert_text(BIO *b)
{
	char *mem;
	long n = BIO_get_mem_data(b, &mem);
	char *copy = calloc(1, (size_t)n + 1);

	ck_assert_ptr_nonnull(copy);
	memcpy(copy, mem, (size_t)n);
	BIO_free(b);
	return copy;
}

static inline EVP_PKEY *
cert_key(enum cert_kind kind)
{
	EVP_PKEY *k = kind == CERT_EC ? EVP_EC_gen("P-256") :
	    EVP_RSA_gen(kind == CERT_RSA ? 2048u : 1024u);

	ck_assert_ptr_nonnull(k);
	return k;
}

/* Self-signed, for name, from yesterday until so many days from now. */
static inline char *
cert_chain(EVP_PKEY *k, const char *name, int days)
{
	X509 *x = X509_new();
	X509_NAME *n = X509_get_subject_name(x);
	BIO *b = BIO_new(BIO_s_mem());

	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_time_adj_ex(X509_getm_notBefore(x), -400, 0, NULL);
	X509_time_adj_ex(X509_getm_notAfter(x), days, 0, NULL);
	X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_UTF8,
	    (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, n);
	X509_set_pubkey(x, k);
	ck_assert_int_gt(X509_sign(x, k, EVP_sha256()), 0);
	PEM_write_bio_X509(b, x);
	X509_free(x);
	return cert_text(b);
}

/* password NULL: not encrypted. */
static inline char *
cert_key_text(EVP_PKEY *k, const char *password)
{
	BIO *b = BIO_new(BIO_s_mem());

	ck_assert_int_eq(PEM_write_bio_PKCS8PrivateKey(b, k,
	    password != NULL ? EVP_aes_128_cbc() : NULL, password,
	    password != NULL ? (int)strlen(password) : 0, NULL, NULL), 1);
	return cert_text(b);
}

/* A whole pair; name is also the certificate's, or "default" for NULL. */
static inline struct tls_pair
cert_pair(enum cert_kind kind, const char *name)
{
	EVP_PKEY *k = cert_key(kind);
	struct tls_pair p = { .name = name };

	p.chain = span_of(cert_chain(k, name != NULL ? name : "default", 30));
	p.key = span_of(cert_key_text(k, NULL));
	EVP_PKEY_free(k);
	return p;
}

static inline void
cert_pair_free(struct tls_pair *p)
{
	free((void *)(uintptr_t)p->chain.ptr);
	free((void *)(uintptr_t)p->key.ptr);
}

#endif
