/*
 * tls.c - the contexts of a listener: settings, names, ALPN
 *
 * The settings follow RFC 9325 and Mozilla's intermediate profile; what is not
 * set here is OpenSSL's default.
 */
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/net/tls_int.h"

#define SUITES_12 \
	"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:" \
	"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:" \
	"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
#define SUITES_13 \
	"TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:" \
	"TLS_CHACHA20_POLY1305_SHA256"
/* Post-quantum first, where the library knows it (OpenSSL 3.5). */
#define GROUPS_NEW	"X25519MLKEM768:X25519:prime256v1:secp384r1"
#define GROUPS		"X25519:prime256v1:secp384r1"

#define OPTIONS \
	(SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | \
	SSL_OP_IGNORE_UNEXPECTED_EOF)
#define MODES \
	(SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | \
	SSL_MODE_RELEASE_BUFFERS)

#define SECURITY_LEVEL	2		/* RSA from 2048 bits, no SHA-1 */
#define TICKET_SECONDS	(12 * 3600)
#define SNI_MAX		255

/* Everything for one name; "" is the default. */
struct site {
	char *name;
	SSL_CTX *ctx;
};

struct tls_set {
	unsigned refs;
	struct site *sites;		/* sorted by name */
	size_t n;
	SSL_CTX *fallback;
};

/* Is name there, and where would it be? */
static bool
find(const struct tls_set *s, const char *name, size_t *at_r)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = strcmp(name, s->sites[mid].name);

		if (order == 0) {
			*at_r = mid;
			return true;
		}
		if (order < 0)
			high = mid;
		else
			low = mid + 1;
	}
	*at_r = low;
	return false;
}

static SSL_CTX *
context_of(const struct tls_set *s, const char *name)
{
	char text[SNI_MAX + 2];
	const char *dot;
	size_t i, at;

	if (strlen(name) > SNI_MAX)
		return NULL;
	for (i = 0; name[i] != '\0'; i++)
		text[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ?
		    name[i] - 'A' + 'a' : name[i]);
	text[i] = '\0';
	if (i > 0 && find(s, text, &at))
		return s->sites[at].ctx;
	/* "*.example.org": the first label is any (RFC 6125 section 6.4.3). */
	dot = strchr(text, '.');
	if (dot == NULL || dot == text)
		return NULL;
	i = (size_t)(dot - text) - 1;
	text[i] = '*';
	return find(s, text + i, &at) ? s->sites[at].ctx : NULL;
}

static int
on_name(SSL *ssl, int *alert, void *arg)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	struct tls_set *s = arg;
	SSL_CTX *ctx;

	(void)alert;
	ctx = name == NULL ? NULL : context_of(s, name);
	if (ctx == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	return SSL_set_SSL_CTX(ssl, ctx) != NULL ? SSL_TLSEXT_ERR_OK :
	    SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* A client that speaks of protocols must speak of ours (RFC 7301, ALPACA). */
static int
on_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
    const unsigned char *in, unsigned in_len, void *arg)
{
	unsigned i;

	(void)ssl;
	(void)arg;
	for (i = 0; i < in_len && in[i] < in_len - i; i += 1u + in[i])
		if (in[i] == 4 && memcmp(in + i + 1, "pop3", 4) == 0) {
			*out = in + i + 1;
			*out_len = 4;
			return SSL_TLSEXT_ERR_OK;
		}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static bool
set_strength(SSL_CTX *ctx, int min_version)
{
	SSL_CTX_set_security_level(ctx, SECURITY_LEVEL);
	return SSL_CTX_set_min_proto_version(ctx, min_version == 0 ?
	    TLS1_2_VERSION : min_version) == 1 &&
	    SSL_CTX_set_cipher_list(ctx, SUITES_12) == 1 &&
	    SSL_CTX_set_ciphersuites(ctx, SUITES_13) == 1 &&
	    (SSL_CTX_set1_groups_list(ctx, GROUPS_NEW) == 1 ||
	    SSL_CTX_set1_groups_list(ctx, GROUPS) == 1);
}

static SSL_CTX *
new_context(struct tls_set *s, int min_version, struct tls_keys *keys,
    struct err *e)
{
	static const unsigned char id[] = "pop3srvd";
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL || !set_strength(ctx, min_version) ||
	    SSL_CTX_set_num_tickets(ctx, 1) != 1 ||
	    SSL_CTX_set_session_id_context(ctx, id, sizeof(id) - 1) != 1 ||
	    tls_keys_use(keys, ctx) < 0) {
		err_set(e, ERR_TEMP, "TLS context: %s", tls_reason());
		SSL_CTX_free(ctx);
		ERR_clear_error();
		return NULL;
	}
	SSL_CTX_set_options(ctx, OPTIONS);
	SSL_CTX_set_mode(ctx, MODES);
	SSL_CTX_set_read_ahead(ctx, 1);		/* one read a record, not two */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_timeout(ctx, TICKET_SECONDS);
	SSL_CTX_set_alpn_select_cb(ctx, on_alpn, NULL);
	SSL_CTX_set_tlsext_servername_callback(ctx, on_name);
	SSL_CTX_set_tlsext_servername_arg(ctx, s);
	ERR_clear_error();
	return ctx;
}

/* name in small letters, "" for the default; NULL when memory is short. */
static char *
fold(const char *name)
{
	char *copy = mem_strdup(name == NULL ? "" : name), *p;

	for (p = copy; p != NULL && *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return copy;
}

/* The site of a pair, made when it is the first of its name. */
static struct site *
site_for(struct tls_set *s, const struct tls_want *want, size_t i,
    struct tls_keys *keys, struct err *e)
{
	char *name = fold(want->pairs[i].name);
	SSL_CTX *ctx;
	size_t at;

	if (name == NULL) {
		err_set(e, ERR_TEMP, "no memory for a TLS name");
		return NULL;
	}
	if (find(s, name, &at)) {
		free(name);
		return &s->sites[at];
	}
	ctx = new_context(s, want->min_version, keys, e);
	if (ctx == NULL) {
		free(name);
		return NULL;
	}
	memmove(&s->sites[at + 1], &s->sites[at],
	    (s->n - at) * sizeof(s->sites[0]));
	s->n++;
	s->sites[at] = (struct site){ name, ctx };
	return &s->sites[at];
}

static int
add_pair(struct tls_set *s, const struct tls_want *want, size_t i,
    struct tls_keys *keys, struct err *e)
{
	struct tls_loaded loaded;
	struct site *site;
	int r;

	if (tls_pair_load(&want->pairs[i], &loaded, e) < 0)
		return -1;
	site = site_for(s, want, i, keys, e);
	r = site == NULL ? -1 :
	    tls_pair_use(&want->pairs[i], &loaded, site->ctx, e);
	/* Without a default the first pair is it. */
	if (r == 0 && (s->fallback == NULL || site->name[0] == '\0'))
		s->fallback = site->ctx;
	tls_pair_unload(&loaded);
	return r;
}

struct tls_set *
tls_set_new(const struct tls_want *want, struct tls_keys *keys, struct err *e)
{
	struct tls_set *s = mem_new(1, sizeof(*s));
	size_t i;

	if (s != NULL)
		s->sites = mem_new(want->n, sizeof(s->sites[0]));
	if (s == NULL || s->sites == NULL) {
		free(s);
		err_set(e, ERR_TEMP, "no memory for %zu TLS pairs", want->n);
		return NULL;
	}
	s->refs = 1;
	for (i = 0; i < want->n; i++)
		if (add_pair(s, want, i, keys, e) < 0) {
			tls_set_unref(&s);
			return NULL;
		}
	if (s->fallback == NULL) {
		err_set(e, ERR_CONFIG, "TLS needs a certificate and its key");
		tls_set_unref(&s);
	}
	return s;
}

struct tls_set *
tls_set_ref(struct tls_set *s)
{
	s->refs++;
	return s;
}

void
tls_set_unref(struct tls_set **s_p)
{
	struct tls_set *s = *s_p;
	size_t i;

	*s_p = NULL;
	if (s == NULL || --s->refs > 0)
		return;
	for (i = 0; i < s->n; i++) {
		free(s->sites[i].name);
		SSL_CTX_free(s->sites[i].ctx);
	}
	free(s->sites);
	free(s);
}

SSL *
tls_set_open(struct tls_set *s)
{
	SSL *ssl = SSL_new(s->fallback);

	if (ssl != NULL)
		SSL_set_accept_state(ssl);
	return ssl;
}
