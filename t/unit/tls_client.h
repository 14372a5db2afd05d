/*
 * tls_client.h - a connection under test with a TLS client at its other end
 *
 * Both live in one process: the client does a step, the loop makes a turn.
 */
#ifndef UNIT_TLS_CLIENT_H
#define UNIT_TLS_CLIENT_H

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/net/conn.h"
#include "lib/net/tls.h"

#include "t/unit/certs.h"
#include "t/unit/unit.h"

static struct loop *l;
static struct conn *c;
static struct tls_keys *keys;
static struct tls_set *set;
static struct task stop;
static int peer;
static SSL_CTX *client_ctx;
static SSL *client;

static int n_up, n_gone, n_readable;
static char got[1 << 20];
static size_t n_got, read_size = sizeof(got);
static bool at_end;

static void
on_event(struct conn *conn, enum conn_event ev, void *arg)
{
	ssize_t n;

	(void)arg;
	n_up += ev == CONN_TLS_UP;
	n_gone += ev == CONN_GONE;
	n_readable += ev == CONN_READABLE;
	if (ev == CONN_TLS_UP)
		conn_want(conn, CONN_READ);
	if (ev != CONN_READABLE)
		return;
	n = sizeof(got) - n_got < read_size ?
	    (ssize_t)(sizeof(got) - n_got) : (ssize_t)read_size;
	n = conn_read(conn, got + n_got, (size_t)n);
	if (n > 0)
		n_got += (size_t)n;
	at_end = n == 0;
	if (n == 0 || (n < 0 && errno != EAGAIN))
		conn_want(conn, 0);
}

static void
stop_run(struct loop *loop, struct task *t)
{
	(void)t;
	loop_stop(loop);
}

static inline void
turn(void)
{
	struct err e;

	loop_defer(l, &stop);
	ck_assert_int_eq(loop_run(l, &e), 0);
}

/* A set of n pairs, named "", "b", ... as given; NULL is the default. */
static inline struct tls_set *
make_set(const struct tls_pair *pairs, size_t n, int min)
{
	struct tls_want want = { pairs, n, min };
	struct err e = { 0 };
	struct tls_set *s;

	if (keys == NULL)
		ck_assert_ptr_nonnull(keys = tls_keys_new(&e));
	s = tls_set_new(&want, keys, &e);
	ck_assert_msg(s != NULL, "%s", e.text);
	return s;
}

static inline void
one_pair(enum cert_kind kind, int min)
{
	struct tls_pair p = cert_pair(kind, NULL);

	set = make_set(&p, 1, min);
	cert_pair_free(&p);
}

static inline void
connect_plain(void)
{
	struct err e;
	int fds[2];

	if (l == NULL) {
		stop.run = stop_run;
		ck_assert_ptr_nonnull(l = loop_new(&e));
		client_ctx = SSL_CTX_new(TLS_client_method());
		SSL_CTX_set_session_cache_mode(client_ctx,
		    SSL_SESS_CACHE_CLIENT);
	}
	n_up = n_gone = n_readable = 0;
	n_got = 0;
	at_end = false;
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
	    fds), 0);
	peer = fds[1];
	c = conn_new(l, fds[0], on_event, NULL);
	ck_assert_ptr_nonnull(c);
	client = SSL_new(client_ctx);
	SSL_set_fd(client, peer);
	SSL_set_security_level(client, 0);
}

static inline void
disconnect(void)
{
	SSL_free(client);
	client = NULL;
	if (peer >= 0)
		close(peer);
	peer = -1;
	conn_free(&c);
	ck_assert_uint_eq(loop_watches(l), 0);
}

static inline void
finish(void)
{
	disconnect();
	loop_free(&l);
	tls_set_unref(&set);
	tls_keys_free(&keys);
	SSL_CTX_free(client_ctx);
}

/* Until both sides are done; false when the handshake fails. */
static inline bool
shake(void)
{
	struct err e;
	int i;

	ck_assert_int_eq(conn_start_tls(c, set, &e), 0);
	for (i = 0; i < 50; i++) {
		int r = SSL_connect(client), kind = SSL_get_error(client, r);

		if (r < 0 && kind != SSL_ERROR_WANT_READ &&
		    kind != SSL_ERROR_WANT_WRITE) {
			turn();
			return false;
		}
		turn();
		if (n_gone)
			return false;
		if (r == 1 && n_up)
			return true;
	}
	return false;
}

/* What the client reads, up to n octets; 0 at the end, -1 on an error. */
static inline int
client_read(char *mem, int n)
{
	int i, r = -1;

	for (i = 0; i < 50; i++) {
		r = SSL_read(client, mem, n);
		if (r > 0)
			return r;
		if (SSL_get_error(client, r) == SSL_ERROR_ZERO_RETURN)
			return 0;
		if (SSL_get_error(client, r) != SSL_ERROR_WANT_READ)
			return -1;
		turn();
	}
	return r;
}

static const int both[] = { TLS1_2_VERSION, TLS1_3_VERSION };

#endif
