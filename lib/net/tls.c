/*
 * tls.c - the context of a listener: settings, names, ALPN
 *
 * The settings follow RFC 9325 and Mozilla's intermediate profile; what is not
 * set here is OpenSSL's default.  One context serves all names: a connection is
 * given the certificates of the name it asks for, which costs microseconds,
 * while a context a name would cost a millisecond and 19 kB at every reload.
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

#define TICKET_SECONDS	(12 * 3600)
#define SNI_MAX		255

/* The pairs of one name, a kind of key each; "" is the default. */
struct site {
	char *name;
	struct tls_loaded *pairs;
	size_t n;
	size_t cap;
};

struct tls_set {
	unsigned refs;
	struct site *sites;		/* sorted by name */
	size_t n;
	SSL_CTX *ctx;			/* holds those of the default */
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

static const struct site *
site_of(const struct tls_set *s, const char *name)
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
		return &s->sites[at];
	/* "*.example.org": the first label is any (RFC 6125 section 6.4.3). */
	dot = strchr(text, '.');
	if (dot == NULL || dot == text)
		return NULL;
	i = (size_t)(dot - text) - 1;
	text[i] = '*';
	return find(s, text + i, &at) ? &s->sites[at] : NULL;
}

/* The certificates of a connection become those of a site. */
static bool
give_site(SSL *ssl, const struct site *site)
{
	size_t i;

	SSL_certs_clear(ssl);
	for (i = 0; i < site->n; i++)
		if (SSL_use_cert_and_key(ssl, site->pairs[i].leaf,
		    site->pairs[i].key, site->pairs[i].chain, 1) != 1)
			return false;
	return true;
}

static int
on_name(SSL *ssl, int *alert, void *arg)
{
	const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
	const struct site *site = name == NULL ? NULL : site_of(arg, name);

	if (site == NULL)
		return SSL_TLSEXT_ERR_NOACK;
	*alert = SSL_AD_INTERNAL_ERROR;
	return give_site(ssl, site) ? SSL_TLSEXT_ERR_OK :
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

int
tls_prepare(SSL_CTX *ctx, int min_version)
{
	SSL_CTX_set_security_level(ctx, TLS_SECURITY_LEVEL);
	SSL_CTX_set_options(ctx, OPTIONS);
	SSL_CTX_set_mode(ctx, MODES);
	SSL_CTX_set_read_ahead(ctx, 1);		/* one read a record, not two */
	if (SSL_CTX_set_min_proto_version(ctx, min_version == 0 ?
	    TLS1_2_VERSION : min_version) != 1 ||
	    SSL_CTX_set_cipher_list(ctx, SUITES_12) != 1 ||
	    SSL_CTX_set_ciphersuites(ctx, SUITES_13) != 1)
		return -1;
	return SSL_CTX_set1_groups_list(ctx, GROUPS_NEW) == 1 ||
	    SSL_CTX_set1_groups_list(ctx, GROUPS) == 1 ? 0 : -1;
}

static SSL_CTX *
new_context(struct tls_set *s, int min_version, struct tls_keys *keys,
    struct err *e)
{
	static const unsigned char id[] = "pop3srvd";
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());

	if (ctx == NULL || tls_prepare(ctx, min_version) < 0 ||
	    SSL_CTX_set_num_tickets(ctx, 1) != 1 ||
	    SSL_CTX_set_session_id_context(ctx, id, sizeof(id) - 1) != 1 ||
	    tls_keys_use(keys, ctx) < 0) {
		err_set(e, ERR_TEMP, "TLS context: %s", tls_reason());
		SSL_CTX_free(ctx);
		ERR_clear_error();
		return NULL;
	}
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

/* The site of a name, made when it is the first of it; NULL: no memory. */
static struct site *
site_for(struct tls_set *s, const char *asked)
{
	char *name = fold(asked);
	size_t at;

	if (name == NULL)
		return NULL;
	if (find(s, name, &at)) {
		free(name);
		return &s->sites[at];
	}
	memmove(&s->sites[at + 1], &s->sites[at],
	    (s->n - at) * sizeof(s->sites[0]));
	s->n++;
	s->sites[at] = (struct site){ .name = name };
	return &s->sites[at];
}

/* Takes *l when it returns 0. */
static int
add_loaded(struct tls_set *s, const struct tls_pair *p, struct tls_loaded *l,
    SSL *probe, struct err *e)
{
	struct site *site = site_for(s, p->name);
	struct tls_loaded *grown = site == NULL ? NULL :
	    mem_grow(site->pairs, &site->cap, site->n + 1, sizeof(*grown));

	if (grown == NULL)
		return err_set(e, ERR_TEMP, "no memory for a TLS name");
	site->pairs = grown;
	if (!give_site(probe, site))
		return err_set(e, ERR_TEMP, "TLS names: %s", tls_reason());
	if (tls_pair_use(p, l, probe, e) < 0)
		return -1;
	site->pairs[site->n++] = *l;
	return 0;
}

static int
add_pairs(struct tls_set *s, const struct tls_want *want, struct err *e)
{
	SSL *probe = SSL_new(s->ctx);
	struct tls_loaded l;
	size_t i;
	int r = 0;

	if (probe == NULL)
		return err_set(e, ERR_TEMP, "TLS names: %s", tls_reason());
	for (i = 0; i < want->n && r == 0; i++) {
		r = tls_pair_load(&want->pairs[i], &l, e);
		if (r == 0 && (r = add_loaded(s, &want->pairs[i], &l, probe,
		    e)) < 0)
			tls_pair_unload(&l);
	}
	SSL_free(probe);
	return r;
}

/* Without a pair that has no name, those of the first one's are the default. */
static int
set_default(struct tls_set *s, const struct tls_want *want, struct err *e)
{
	const struct site *site;
	size_t at, i;

	if (want->n == 0)
		return err_set(e, ERR_CONFIG, "TLS needs a certificate and its "
		    "key");
	site = find(s, "", &at) ? &s->sites[at] :
	    site_of(s, want->pairs[0].name);
	for (i = 0; site != NULL && i < site->n; i++)
		if (SSL_CTX_use_cert_and_key(s->ctx, site->pairs[i].leaf,
		    site->pairs[i].key, site->pairs[i].chain, 1) != 1)
			break;
	if (site == NULL || i < site->n)
		return err_set(e, ERR_TEMP, "TLS default: %s", tls_reason());
	return 0;
}

struct tls_set *
tls_set_new(const struct tls_want *want, struct tls_keys *keys, struct err *e)
{
	struct tls_set *s = mem_new(1, sizeof(*s));

	if (s != NULL)
		s->sites = mem_new(want->n, sizeof(s->sites[0]));
	if (s == NULL || s->sites == NULL) {
		free(s);
		err_set(e, ERR_TEMP, "no memory for %zu TLS pairs", want->n);
		return NULL;
	}
	s->refs = 1;
	s->ctx = new_context(s, want->min_version, keys, e);
	if (s->ctx == NULL || add_pairs(s, want, e) < 0 ||
	    set_default(s, want, e) < 0)
		tls_set_unref(&s);
	ERR_clear_error();
	return s;
}

struct tls_set *
tls_set_ref(struct tls_set *s)
{
	s->refs++;
	return s;
}

static void
free_site(struct site *site)
{
	while (site->n > 0)
		tls_pair_unload(&site->pairs[--site->n]);
	free(site->pairs);
	free(site->name);
}

void
tls_set_unref(struct tls_set **s_p)
{
	struct tls_set *s = *s_p;

	*s_p = NULL;
	if (s == NULL || --s->refs > 0)
		return;
	while (s->n > 0)
		free_site(&s->sites[--s->n]);
	free(s->sites);
	SSL_CTX_free(s->ctx);
	free(s);
}

SSL *
tls_set_open(struct tls_set *s)
{
	SSL *ssl = SSL_new(s->ctx);

	if (ssl != NULL)
		SSL_set_accept_state(ssl);
	return ssl;
}
