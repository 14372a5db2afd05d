/*
 * tls_pair.c - a certificate chain and its key out of PEM text
 */
#include <openssl/err.h>
#include <openssl/pem.h>
#include <string.h>
#include <time.h>

#include "lib/net/tls_int.h"

#define PEM_MAX		(1 << 20)

static const char *
name_of(const struct tls_pair *p)
{
	return p->name != NULL ? p->name : "default";
}

const char *
tls_reason(void)
{
	unsigned long code = ERR_peek_last_error();
	const char *text = ERR_reason_error_string(code);

	if (ERR_SYSTEM_ERROR(code))
		text = strerror(ERR_GET_REASON(code));
	return text != NULL ? text : "no reason given";
}

static BIO *
pem_of(struct span s)
{
	if (s.len > PEM_MAX)
		return NULL;
	return BIO_new_mem_buf(s.ptr, (int)s.len);
}

/* Called when a key is encrypted: nobody is there to be asked. */
static int
no_password(char *out, int size, int writing, void *arg)
{
	(void)out;
	(void)size;
	(void)writing;
	*(int *)arg = 1;
	return -1;
}

static int
load_key(const struct tls_pair *p, EVP_PKEY **key_r, struct err *e)
{
	BIO *b = pem_of(p->key);
	int encrypted = 0;

	*key_r = b == NULL ? NULL :
	    PEM_read_bio_PrivateKey(b, NULL, no_password, &encrypted);
	BIO_free(b);
	if (*key_r != NULL)
		return 0;
	if (encrypted)
		return err_set(e, ERR_CONFIG, "TLS pair %.100s: the key is "
		    "encrypted; store it without a pass phrase: openssl pkey "
		    "-in KEY -out NEWKEY", name_of(p));
	return err_set(e, ERR_CONFIG, "TLS pair %.100s: no usable private key "
	    "in the key's PEM text: %s", name_of(p), tls_reason());
}

/* The end of the text is an error of its own kind for the library. */
static bool
ended_well(void)
{
	unsigned long code = ERR_peek_last_error();

	return ERR_GET_LIB(code) == ERR_LIB_PEM &&
	    ERR_GET_REASON(code) == PEM_R_NO_START_LINE;
}

static int
load_chain(const struct tls_pair *p, struct tls_loaded *l, struct err *e)
{
	BIO *b = pem_of(p->chain);
	X509 *x;

	l->chain = sk_X509_new_null();
	if (b == NULL || l->chain == NULL) {
		BIO_free(b);
		return err_set(e, ERR_TEMP, "TLS pair %.100s: no memory, or "
		    "more than %d octets of PEM", name_of(p), PEM_MAX);
	}
	l->leaf = PEM_read_bio_X509(b, NULL, NULL, NULL);
	while (l->leaf != NULL &&
	    (x = PEM_read_bio_X509(b, NULL, NULL, NULL)) != NULL)
		if (!sk_X509_push(l->chain, x)) {
			X509_free(x);
			break;
		}
	BIO_free(b);
	if (l->leaf == NULL)
		return err_set(e, ERR_CONFIG, "TLS pair %.100s: no certificate "
		    "in the chain's PEM text: %s", name_of(p), tls_reason());
	if (!ended_well())
		return err_set(e, ERR_CONFIG, "TLS pair %.100s: broken "
		    "certificate behind the first %d: %s", name_of(p),
		    sk_X509_num(l->chain) + 1, tls_reason());
	return 0;
}

int
tls_pair_load(const struct tls_pair *p, struct tls_loaded *l_r, struct err *e)
{
	*l_r = (struct tls_loaded){ 0 };
	ERR_clear_error();
	if (load_chain(p, l_r, e) < 0 || load_key(p, &l_r->key, e) < 0)
		goto fail;
	if (X509_check_private_key(l_r->leaf, l_r->key) != 1) {
		err_set(e, ERR_CONFIG, "TLS pair %.100s: certificate and key "
		    "do not belong together", name_of(p));
		goto fail;
	}
	ERR_clear_error();
	return 0;
fail:
	tls_pair_unload(l_r);
	ERR_clear_error();
	return -1;
}

void
tls_pair_unload(struct tls_loaded *l)
{
	X509_free(l->leaf);
	sk_X509_pop_free(l->chain, X509_free);
	EVP_PKEY_free(l->key);
	*l = (struct tls_loaded){ 0 };
}

int
tls_pair_use(const struct tls_pair *p, const struct tls_loaded *l,
    SSL *ssl, struct err *e)
{
	/* 0: a pair of the same kind of key is not replaced silently. */
	int ok = SSL_use_cert_and_key(ssl, l->leaf, l->key, l->chain, 0);

	if (ok != 1)
		err_set(e, ERR_CONFIG, "TLS pair %.100s: %s", name_of(p),
		    ERR_GET_REASON(ERR_peek_last_error()) ==
		    SSL_R_NOT_REPLACING_CERTIFICATE ?
		    "a second pair of this name with the same kind of key" :
		    tls_reason());
	ERR_clear_error();
	return ok == 1 ? 0 : -1;
}

static int
end_of(const X509 *x, int64_t *end_r)
{
	struct tm tm;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(x), &tm) != 1)
		return -1;
	*end_r = (int64_t)timegm(&tm);
	return 0;
}

/* Would the library serve it? */
static int
try_pair(const struct tls_pair *pair, const struct tls_loaded *l,
    struct err *e)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	SSL *ssl = ctx == NULL ? NULL : SSL_new(ctx);
	int r = -1;

	if (ssl == NULL) {
		err_set(e, ERR_TEMP, "TLS pair %.100s: %s", name_of(pair),
		    tls_reason());
	} else {
		SSL_set_security_level(ssl, TLS_SECURITY_LEVEL);
		r = tls_pair_use(pair, l, ssl, e);
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	return r;
}

int
tls_pair_check(const struct tls_pair *pair, int64_t *not_after_r,
    struct err *e)
{
	struct tls_loaded l;
	int r;

	if (tls_pair_load(pair, &l, e) < 0)
		return -1;
	r = try_pair(pair, &l, e);
	if (r == 0 && end_of(l.leaf, not_after_r) < 0)
		r = err_set(e, ERR_CONFIG, "TLS pair %.100s: the certificate "
		    "has no readable end of validity", name_of(pair));
	tls_pair_unload(&l);
	return r;
}
