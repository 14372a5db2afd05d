/*
 * tls_io.c - one TLS stream
 *
 * Either direction may have to wait for the other one's readiness (key update,
 * handshake); each remembers what it waits for.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/net/tls_int.h"
#include "lib/net/tls_io.h"

#define RECORD_MAX	16384
#define IDLE_RECORDS	32	/* in a row that bring no data */

struct tls_io {
	SSL *ssl;
	struct tls_set *set;
	const char *fault;	/* NULL: none; a text that lives for ever */
	short read_needs;
	short write_needs;
	bool up;
	bool drained;		/* the last read wanted more from the peer */
	unsigned idle;		/* records since data came */
};

/*
 * The library reads on while records without data come, each with key
 * arithmetic: a flood of key updates would never let go of the loop.  It sees
 * the end of the stream instead.
 */
static void
on_record(int sent, int version, int type, const void *mem, size_t n,
    SSL *ssl, void *arg)
{
	struct tls_io *t = arg;

	(void)version;
	(void)mem;
	(void)n;
	if (sent || type != SSL3_RT_HEADER || !t->up)
		return;
	if (++t->idle <= IDLE_RECORDS)
		return;
	t->fault = "too many records without data";
	SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
}

/* Takes ssl, which may be NULL. */
static struct tls_io *
begin(SSL *ssl, int fd)
{
	struct tls_io *t = mem_new(1, sizeof(*t));

	if (t == NULL) {
		SSL_free(ssl);
		return NULL;
	}
	t->ssl = ssl;
	t->read_needs = POLLIN;
	t->write_needs = POLLOUT;
	if (t->ssl == NULL || SSL_set_fd(t->ssl, fd) != 1)
		tls_io_free(&t);
	ERR_clear_error();
	if (t == NULL)
		return NULL;
	SSL_set_msg_callback(t->ssl, on_record);
	SSL_set_msg_callback_arg(t->ssl, t);
	return t;
}

struct tls_io *
tls_io_new(struct tls_set *set, int fd)
{
	struct tls_io *t = begin(tls_set_open(set), fd);

	if (t != NULL)
		t->set = tls_set_ref(set);
	return t;
}

/* A connection holds what it needs of trust. */
struct tls_io *
tls_io_client(struct tls_trust *trust, const char *name, int fd)
{
	return begin(tls_trust_open(trust, name), fd);
}

void
tls_io_free(struct tls_io **t_p)
{
	struct tls_io *t = *t_p;

	*t_p = NULL;
	if (t == NULL)
		return;
	SSL_free(t->ssl);
	if (t->set != NULL)
		tls_set_unref(&t->set);
	free(t);
}

/* A client says what it does not like in the certificate; the library would
 * say for all of it that the verification failed. */
static const char *
reason(const struct tls_io *t)
{
	long verdict = SSL_get_verify_result(t->ssl);

	return !t->up && verdict != X509_V_OK && !SSL_is_server(t->ssl) ?
	    X509_verify_cert_error_string(verdict) : tls_reason();
}

/* The stream is of no more use; say why and keep an errno for the caller. */
static ssize_t
broken(struct tls_io *t, int kind, int errnum)
{
	if (kind == SSL_ERROR_SYSCALL && ERR_peek_error() == 0) {
		errnum = errnum != 0 ? errnum : ECONNRESET;
		t->fault = strerror(errnum);
	} else {
		errnum = EPROTO;
		t->fault = reason(t);
	}
	ERR_clear_error();
	errno = errnum;
	return -1;
}

/* What an operation that gave r means: 0 is the peer's end, -1 sets errno. */
static ssize_t
unfinished(struct tls_io *t, int r, short *needs)
{
	int errnum = errno;
	int kind = SSL_get_error(t->ssl, r);

	switch (kind) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		*needs = kind == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		return broken(t, kind, errnum);
	}
}

/* The library reads the thread's error queue and errno: both start empty. */
static void
prepare(void)
{
	ERR_clear_error();
	errno = 0;
}

int
tls_io_handshake(struct tls_io *t)
{
	int r;

	prepare();
	r = SSL_do_handshake(t->ssl);
	if (r == 1) {
		t->up = true;
		t->read_needs = POLLIN;
		return 1;
	}
	if (unfinished(t, r, &t->read_needs) < 0 && errno == EAGAIN)
		return 0;
	if (t->fault == NULL)
		t->fault = "peer left during the handshake";
	return -1;
}

bool
tls_io_up(const struct tls_io *t)
{
	return t->up;
}

ssize_t
tls_io_read(struct tls_io *t, void *mem, size_t n)
{
	size_t got;
	int r;

	if (t->fault != NULL) {
		errno = EPROTO;
		return -1;
	}
	prepare();
	r = SSL_read_ex(t->ssl, mem, n, &got);
	t->drained = r != 1;
	if (r != 1 && t->fault != NULL) {
		ERR_clear_error();
		errno = EPROTO;
		return -1;
	}
	if (r != 1)
		return unfinished(t, r, &t->read_needs);
	t->idle = 0;
	t->read_needs = POLLIN;
	return (ssize_t)got;
}

ssize_t
tls_io_write(struct tls_io *t, const void *mem, size_t n)
{
	size_t done = 0, put;

	if (t->fault != NULL) {
		errno = EPROTO;
		return -1;
	}
	/* A record at a time, for as long as the socket takes them. */
	while (done < n) {
		size_t len = n - done < RECORD_MAX ? n - done : RECORD_MAX;
		int r;

		prepare();
		r = SSL_write_ex(t->ssl, (const char *)mem + done, len, &put);
		if (r == 1) {
			t->write_needs = POLLOUT;
			done += put;
			continue;
		}
		if (unfinished(t, r, &t->write_needs) == 0)
			errno = EPIPE;
		/* What is wrong shows again with the next call. */
		return done > 0 ? (ssize_t)done : -1;
	}
	return (ssize_t)done;
}

short
tls_io_read_needs(const struct tls_io *t)
{
	return t->read_needs;
}

short
tls_io_write_needs(const struct tls_io *t)
{
	return t->write_needs;
}

bool
tls_io_pending(const struct tls_io *t)
{
	/* Part of a record counts as pending too: then a read has told so. */
	return t->up && t->fault == NULL && !t->drained &&
	    SSL_has_pending(t->ssl) == 1;
}

void
tls_io_shutdown(struct tls_io *t)
{
	if (!t->up || t->fault != NULL)
		return;
	prepare();
	(void)SSL_shutdown(t->ssl);
	ERR_clear_error();
}

const char *
tls_io_fault(const struct tls_io *t)
{
	return t->fault;
}

const char *
tls_io_version(const struct tls_io *t)
{
	return t->up ? SSL_get_version(t->ssl) : NULL;
}

const char *
tls_io_cipher(const struct tls_io *t)
{
	return t->up ? SSL_get_cipher_name(t->ssl) : NULL;
}

/* RFC 9266: label, no context, 32 octets. */
static int
exporter(struct tls_io *t, unsigned char *out, size_t *len_r)
{
	static const char label[] = "EXPORTER-Channel-Binding";

	*len_r = 32;
	return SSL_export_keying_material(t->ssl, out, 32, label,
	    sizeof(label) - 1, NULL, 0, 0) == 1 ? 0 : -1;
}

/* RFC 5929 section 3: the first Finished of the handshake, which is the
 * client's, but the server's own when a session is resumed. */
static int
unique(struct tls_io *t, unsigned char *out, size_t *len_r)
{
	if (SSL_get_extms_support(t->ssl) != 1)
		return -1;
	*len_r = SSL_session_reused(t->ssl) ?
	    SSL_get_finished(t->ssl, out, 64) :
	    SSL_get_peer_finished(t->ssl, out, 64);
	return *len_r > 0 && *len_r <= 64 ? 0 : -1;
}

int
tls_io_binding(struct tls_io *t, unsigned char out[64], size_t *len_r,
    const char **type_r)
{
	bool modern;
	int r;

	if (!t->up || t->fault != NULL)
		return -1;
	prepare();
	modern = SSL_version(t->ssl) >= TLS1_3_VERSION;
	r = modern ? exporter(t, out, len_r) : unique(t, out, len_r);
	*type_r = modern ? "tls-exporter" : "tls-unique";
	ERR_clear_error();
	return r;
}
