/*
 * tls_trust.c - whom we believe when we are the client (RFC 5280, 9525)
 */
#include <netinet/in.h>
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include "lib/base/mem.h"

#include "lib/net/tls_int.h"
#include "lib/net/tls_trust.h"

struct tls_trust {
	SSL_CTX *ctx;
};

static int
load(SSL_CTX *ctx, const char *ca_file, struct err *e)
{
	if (ca_file[0] == '\0' && SSL_CTX_set_default_verify_paths(ctx) == 1)
		return 0;
	if (ca_file[0] != '\0' && SSL_CTX_load_verify_file(ctx, ca_file) == 1)
		return 0;
	return err_set(e, ERR_CONFIG, "cannot take the certificates that "
	    "vouch from %.200s: %s", ca_file[0] != '\0' ? ca_file :
	    "the system's store", tls_reason());
}

struct tls_trust *
tls_trust_new(const char *ca_file, struct err *e)
{
	struct tls_trust *t = mem_new(1, sizeof(*t));

	ERR_clear_error();
	if (t != NULL)
		t->ctx = SSL_CTX_new(TLS_client_method());
	if (t == NULL || t->ctx == NULL || tls_prepare(t->ctx, 0) < 0) {
		err_set(e, ERR_TEMP, "TLS context: %s", tls_reason());
		tls_trust_free(&t);
	} else if (load(t->ctx, ca_file, e) < 0) {
		tls_trust_free(&t);
	} else {
		SSL_CTX_set_verify(t->ctx, SSL_VERIFY_PEER, NULL);
		SSL_CTX_set_session_cache_mode(t->ctx, SSL_SESS_CACHE_OFF);
	}
	ERR_clear_error();
	return t;
}

void
tls_trust_free(struct tls_trust **t_p)
{
	struct tls_trust *t = *t_p;

	*t_p = NULL;
	if (t == NULL)
		return;
	SSL_CTX_free(t->ctx);
	free(t);
}

static bool
is_numeric(const char *name)
{
	struct in6_addr a;

	return inet_pton(AF_INET, name, &a) == 1 ||
	    inet_pton(AF_INET6, name, &a) == 1;
}

/* An address stands in the certificate as such, and is not asked for by SNI
 * (RFC 6066 section 3). */
static bool
expect(SSL *ssl, const char *name)
{
	if (is_numeric(name))
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl),
		    name) == 1;
	SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
	return SSL_set1_host(ssl, name) == 1 &&
	    SSL_set_tlsext_host_name(ssl, name) == 1;
}

SSL *
tls_trust_open(struct tls_trust *t, const char *name)
{
	SSL *ssl = SSL_new(t->ctx);

	if (ssl == NULL)
		return NULL;
	SSL_set_connect_state(ssl);
	if (expect(ssl, name))
		return ssl;
	SSL_free(ssl);
	return NULL;
}
