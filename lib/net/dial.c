/*
 * dial.c - a socket of ours to somebody else: name, connection, TLS, octets
 */
#include <arpa/nameser.h>
#include <errno.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <poll.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "lib/net/dial.h"
#include "lib/net/tcp.h"
#include "lib/net/tls_io.h"
#include "lib/net/tls_trust.h"

#define LOOKUP_SECONDS	2	/* a try, */
#define LOOKUP_TRIES	2	/* of a name server */
#define HEAR_MAX	65536	/* octets a call: more is a flood */

struct dial {
	int fd;
	enum dial_kind kind;
	bool connected;		/* TCP's part is done */
	struct tls_io *tls;
	short needs;
};

/* The resolver would wait half a minute for a name server that is gone. */
static void
hurry(void)
{
	if (res_init() < 0)
		return;
	_res.retrans = LOOKUP_SECONDS;
	_res.retry = LOOKUP_TRIES;
}

static struct addrinfo *
look_up(const struct dial_want *w, struct err *e)
{
	struct addrinfo hints = {
		.ai_socktype = w->kind == DIAL_UDP ? SOCK_DGRAM : SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
	};
	struct addrinfo *list = NULL;
	char port[8];
	int r;

	snprintf(port, sizeof(port), "%u", (unsigned)w->port);
	r = getaddrinfo(w->host, port, &hints, &list);
	if (r == EAI_NONAME) {
		hurry();
		hints.ai_flags = AI_NUMERICSERV | AI_ADDRCONFIG;
		r = getaddrinfo(w->host, port, &hints, &list);
	}
	if (r == 0)
		return list;
	err_set(e, ERR_TEMP, "cannot find %.200s: %s", w->host,
	    r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r));
	return NULL;
}

static const struct addrinfo *
choose(const struct addrinfo *list, unsigned attempt)
{
	const struct addrinfo *a;
	unsigned n = 0;

	for (a = list; a != NULL; a = a->ai_next)
		n++;
	for (a = list, attempt %= n; attempt > 0; attempt--)
		a = a->ai_next;
	return a;
}

static int
begin(struct dial *d, const struct addrinfo *a)
{
	d->fd = socket(a->ai_family, a->ai_socktype | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, a->ai_protocol);
	if (d->fd < 0)
		return -1;
	if (d->kind != DIAL_UDP)
		tcp_prepare(d->fd);
	if (connect(d->fd, a->ai_addr, a->ai_addrlen) == 0)
		d->connected = true;
	else if (errno != EINPROGRESS)
		return -1;
	return 0;
}

static int
begin_tls(struct dial *d, const struct dial_want *w, struct err *e)
{
	struct tls_trust *trust = tls_trust_new(w->ca_file, e);

	if (trust == NULL)
		return -1;
	d->tls = tls_io_client(trust, w->name[0] != '\0' ? w->name : w->host,
	    d->fd);
	tls_trust_free(&trust);
	return d->tls == NULL ?
	    err_set(e, ERR_TEMP, "no memory for TLS") : 0;
}

struct dial *
dial_new(const struct dial_want *w, unsigned attempt, struct err *e)
{
	struct addrinfo *list = look_up(w, e);
	struct dial *d;
	int r;

	if (list == NULL)
		return NULL;
	d = mem_new(1, sizeof(*d));
	if (d == NULL) {
		freeaddrinfo(list);
		err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	d->fd = -1;
	d->kind = w->kind;
	d->needs = POLLOUT;
	r = begin(d, choose(list, attempt));
	if (r < 0)
		err_sys(e, ERR_TEMP, "cannot reach %.200s", w->host);
	freeaddrinfo(list);
	if (r == 0 && w->kind == DIAL_TLS)
		r = begin_tls(d, w, e);
	if (r < 0)
		dial_free(&d);
	return d;
}

void
dial_free(struct dial **d_p)
{
	struct dial *d = *d_p;

	*d_p = NULL;
	if (d == NULL)
		return;
	if (d->tls != NULL)
		tls_io_shutdown(d->tls);
	tls_io_free(&d->tls);
	if (d->fd >= 0)
		(void)close(d->fd);
	free(d);
}

int
dial_fd(const struct dial *d)
{
	return d->fd;
}

short
dial_needs(const struct dial *d)
{
	return d->needs;
}

/* How the connection that was begun came out: connect(2), EINPROGRESS. */
static int
finish_connect(struct dial *d)
{
	struct pollfd p = { .fd = d->fd, .events = POLLOUT };
	int errnum = 0;
	socklen_t len = sizeof(errnum);

	if (poll(&p, 1, 0) == 0) {
		errno = EAGAIN;
		return -1;
	}
	if (getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &errnum, &len) < 0)
		return -1;
	errno = errnum;
	d->connected = errnum == 0;
	return d->connected ? 0 : -1;
}

/* -1 with EAGAIN while the way is not there yet. */
static int
arrive(struct dial *d)
{
	int r;

	if (!d->connected && finish_connect(d) < 0)
		return -1;
	if (d->tls == NULL || tls_io_up(d->tls))
		return 0;
	r = tls_io_handshake(d->tls);
	d->needs = r == 0 ? tls_io_read_needs(d->tls) : POLLOUT;
	if (r > 0)
		return 0;
	errno = r == 0 ? EAGAIN : EPROTO;
	return -1;
}

ssize_t
dial_write(struct dial *d, struct span s)
{
	ssize_t n;

	if (arrive(d) < 0)
		return -1;
	if (d->tls == NULL)
		return send(d->fd, s.ptr, s.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	n = tls_io_write(d->tls, s.ptr, s.len);
	d->needs = tls_io_write_needs(d->tls);
	return n;
}

bool
dial_settled(const struct dial *d)
{
	int left = 0;

	return d->kind == DIAL_UDP || ioctl(d->fd, SIOCOUTQ, &left) < 0 ||
	    left == 0;
}

static ssize_t
read_some(struct dial *d, void *mem, size_t n)
{
	if (d->tls != NULL)
		return tls_io_read(d->tls, mem, n);
	return recv(d->fd, mem, n, MSG_DONTWAIT);
}

int
dial_hear(struct dial *d)
{
	char rubbish[4096];
	size_t heard = 0;
	ssize_t n;

	if (!d->connected || (d->tls != NULL && !tls_io_up(d->tls)))
		return 0;	/* dial_write() sees to it */
	for (;;) {
		n = read_some(d, rubbish, sizeof(rubbish));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -1;
		heard += (size_t)n + 1;
		if (n == 0 && d->kind == DIAL_UDP)
			continue;	/* an empty datagram */
		if (n == 0 || heard > HEAR_MAX) {
			errno = n == 0 ? 0 : EPROTO;
			return -1;
		}
	}
}

const char *
dial_fault(const struct dial *d, int errnum)
{
	if (d->tls != NULL && tls_io_fault(d->tls) != NULL)
		return tls_io_fault(d->tls);
	return errnum == 0 ? "closed by the other side" : strerror(errnum);
}
