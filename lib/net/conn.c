/*
 * conn.c - one byte stream to a peer
 *
 * All calls of the owner's function go through tell(), which notices when the
 * owner freed the connection in it.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "lib/net/conn.h"
#include "lib/net/tcp.h"
#include "lib/net/tls_io.h"

#define HANDSHAKES_A_TURN	32	/* steps of public key arithmetic */
#define TLS_OCTETS		14848	/* of an idle TLS stream, measured */

struct conn {
	struct loop *loop;
	struct watch watch;
	struct task again;	/* TLS holds octets that poll() cannot see */
	conn_fn *fn;
	void *arg;
	struct tls_io *tls;
	const char *fault;	/* NULL: none */
	unsigned char want;
	bool over;		/* CONN_GONE was told */
	bool busy;		/* in the owner's function */
	bool doomed;		/* freed by it */
};

static bool
handshaking(const struct conn *c)
{
	return c->tls != NULL && !tls_io_up(c->tls);
}

static short
read_needs(const struct conn *c)
{
	return c->tls != NULL ? tls_io_read_needs(c->tls) : POLLIN;
}

static short
write_needs(const struct conn *c)
{
	return c->tls != NULL ? tls_io_write_needs(c->tls) : POLLOUT;
}

/* Wait for what the owner wants and TLS needs. */
static void
settle(struct conn *c)
{
	int events = 0;

	if (c->over)
		return;
	if (handshaking(c)) {
		events = read_needs(c);
	} else {
		if (c->want & CONN_READ)
			events |= read_needs(c);
		if (c->want & CONN_WRITE)
			events |= write_needs(c);
	}
	loop_events(c->loop, &c->watch, (short)events);
	if (c->tls != NULL && (c->want & CONN_READ) &&
	    tls_io_pending(c->tls))
		loop_defer(c->loop, &c->again);
}

/* False: the owner freed c. */
static bool
tell(struct conn *c, enum conn_event ev)
{
	c->busy = true;
	c->fn(c, ev, c->arg);
	c->busy = false;
	if (!c->doomed)
		return true;
	free(c);
	return false;
}

static void
end(struct conn *c)
{
	c->over = true;
	loop_unwatch(c->loop, &c->watch);
	loop_undefer(c->loop, &c->again);
	(void)tell(c, CONN_GONE);
}

/* Public key arithmetic has a share of each turn; the others wait. */
static bool
may_compute(const struct conn *c)
{
	static struct {
		const struct loop *loop;
		uint64_t turn;
		unsigned steps;
	} last;

	if (last.loop != c->loop || last.turn != loop_turn(c->loop)) {
		last.loop = c->loop;
		last.turn = loop_turn(c->loop);
		last.steps = 0;
	}
	return last.steps++ < HANDSHAKES_A_TURN;
}

static void
shake_hands(struct conn *c)
{
	int r;

	if (!may_compute(c))
		return;			/* still ready in the next turn */
	r = tls_io_handshake(c->tls);
	if (r < 0)
		end(c);
	else if (r == 0 || tell(c, CONN_TLS_UP))
		settle(c);
}

static void
again(struct loop *l, struct task *t)
{
	struct conn *c = LOOP_OWNER(t, struct conn, again);

	(void)l;
	if (!(c->want & CONN_READ) || tell(c, CONN_READABLE))
		settle(c);
}

static void
ready(struct loop *l, struct watch *w, short revents)
{
	struct conn *c = LOOP_OWNER(w, struct conn, watch);
	bool bad = (revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
	bool readable, writable;

	(void)l;
	if (handshaking(c)) {
		shake_hands(c);
		return;
	}
	/* A reader finds out about the end by reading what came before it. */
	readable = (c->want & CONN_READ) && (bad || (revents & read_needs(c)));
	writable = (revents & write_needs(c)) != 0 && !bad;
	if (bad && !readable) {
		end(c);
		return;
	}
	if (readable && !tell(c, CONN_READABLE))
		return;
	if (writable && (c->want & CONN_WRITE) && !handshaking(c) &&
	    !tell(c, CONN_WRITABLE))
		return;
	settle(c);
}

struct conn *
conn_new(struct loop *l, int fd, conn_fn *fn, void *arg)
{
	struct conn *c = mem_new(1, sizeof(*c));

	if (c == NULL)
		goto fail;
	c->loop = l;
	c->fn = fn;
	c->arg = arg;
	c->again.run = again;
	c->watch = (struct watch){ .fd = fd, .ready = ready };
	if (loop_watch(l, &c->watch) < 0)
		goto fail;
	return c;
fail:
	free(c);
	close(fd);
	return NULL;
}

void
conn_free(struct conn **c_p)
{
	struct conn *c = *c_p;

	*c_p = NULL;
	if (c == NULL)
		return;
	c->over = true;
	loop_unwatch(c->loop, &c->watch);
	loop_undefer(c->loop, &c->again);
	tls_io_free(&c->tls);
	close(c->watch.fd);
	if (c->busy)
		c->doomed = true;
	else
		free(c);
}

void
conn_want(struct conn *c, int read_write)
{
	c->want = (unsigned char)read_write;
	settle(c);
}

static ssize_t
result(struct conn *c, ssize_t n)
{
	if (n < 0 && errno != EAGAIN && c->fault == NULL)
		c->fault = strerror(errno);
	return n;
}

ssize_t
conn_read(struct conn *c, void *mem, size_t n)
{
	ssize_t got;

	if (c->tls != NULL)
		return tls_io_read(c->tls, mem, n);
	do {
		got = recv(c->watch.fd, mem, n, 0);
	} while (got < 0 && errno == EINTR);
	return result(c, got);
}

ssize_t
conn_write(struct conn *c, const void *mem, size_t n)
{
	ssize_t put;

	if (c->tls != NULL)
		return tls_io_write(c->tls, mem, n);
	do {
		put = send(c->watch.fd, mem, n, MSG_NOSIGNAL);
	} while (put < 0 && errno == EINTR);
	return result(c, put);
}

ssize_t
conn_send_file(struct conn *c, int file, uint64_t offset, size_t n)
{
	off_t from = (off_t)offset;
	ssize_t put;

	if (c->tls != NULL) {
		errno = EINVAL;
		return -1;
	}
	do {
		put = sendfile(c->watch.fd, file, &from, n);
	} while (put < 0 && errno == EINTR);
	return result(c, put);
}

int
conn_start_tls(struct conn *c, struct tls_set *set, struct err *e)
{
	c->tls = tls_io_new(set, c->watch.fd);
	if (c->tls == NULL)
		return err_set(e, ERR_TEMP, "no memory for TLS");
	settle(c);
	return 0;
}

bool
conn_tls(const struct conn *c)
{
	return c->tls != NULL && tls_io_up(c->tls);
}

const char *
conn_tls_version(const struct conn *c)
{
	return c->tls != NULL ? tls_io_version(c->tls) : NULL;
}

const char *
conn_tls_cipher(const struct conn *c)
{
	return c->tls != NULL ? tls_io_cipher(c->tls) : NULL;
}

int
conn_tls_binding(struct conn *c, unsigned char out[64], size_t *len_r,
    const char **type_r)
{
	return c->tls == NULL ? -1 :
	    tls_io_binding(c->tls, out, len_r, type_r);
}

const char *
conn_fault(const struct conn *c)
{
	const char *fault = c->fault;

	if (c->tls != NULL && tls_io_fault(c->tls) != NULL)
		fault = tls_io_fault(c->tls);
	return fault != NULL ? fault : "";
}

bool
conn_peer_gone(struct conn *c)
{
	struct pollfd p = { .fd = c->watch.fd, .events = POLLRDHUP };

	if (c->over || poll(&p, 1, 0) > 0)
		return true;
	return tcp_silent(c->watch.fd);
}

void
conn_shutdown(struct conn *c)
{
	static char scrap[16384];
	int i;

	if (c->tls != NULL)
		tls_io_shutdown(c->tls);
	/* Closing with input unread would reset the stream, and our last
	 * words might never be seen (RFC 1122 section 4.2.2.13). */
	for (i = 0; i < 4; i++)
		if (recv(c->watch.fd, scrap, sizeof(scrap), MSG_DONTWAIT) <= 0)
			break;
}

int
conn_fd(const struct conn *c)
{
	return c->watch.fd;
}

size_t
conn_memory(const struct conn *c)
{
	return sizeof(*c) + (c->tls != NULL ? TLS_OCTETS : 0);
}
