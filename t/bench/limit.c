/*
 * limit - a server of canned answers: how fast this machine can do the dialogue
 *
 *	limit -a ADDR [-p PORT] [-m SIZES] [-b OCTETS -f FILE] [-n COUNTS]
 *	      [-t PORT -c CERT -k KEY [-A ADDR -C CERT -K KEY]]
 *
 * One epoll loop that answers from memory, parses nothing worth the name, opens
 * no file per message and checks nothing.  Who says USER user… has messages of
 * SIZES (wire octets, by commas), USER big… one of OCTETS, sent by sendfile()
 * from FILE, or from memory over TLS; any other name has as many messages of
 * 2 kB as the number at its end, if that is one of COUNTS.  -t serves TLS on
 * ADDR with CERT, and with the second pair on the second address.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include "t/bench/canned.h"

#define EVENTS	256
#define RECORD	16384

struct listener {
	int fd;
	SSL_CTX *tls;		/* NULL: plain */
};

struct conn {
	int fd;			/* first, as in struct listener */
	SSL *ssl;
	const struct canned *set;
	struct iovec out[CANNED_PIPE];
	unsigned n_out;
	off_t file_at, file_end;
	unsigned in_len;
	bool shaken, closing;
	uint32_t events;
	char in[256];
};

static struct listener listeners[4];
static unsigned n_listeners;
static int ep;

static void
die(const char *what)
{
	fprintf(stderr, "limit: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
wait_for(struct conn *c, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = c };

	if (c->events == events)
		return;
	c->events = events;
	(void)epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &ev);
}

static void
end(struct conn *c)
{
	if (c->ssl != NULL) {
		if (c->closing)
			(void)SSL_shutdown(c->ssl);
		SSL_free(c->ssl);
	}
	close(c->fd);
	free(c);
}

static void
sent(struct conn *c, size_t n)
{
	unsigned i = 0;

	while (i < c->n_out && n >= c->out[i].iov_len)
		n -= c->out[i++].iov_len;
	c->n_out -= i;
	memmove(c->out, c->out + i, c->n_out * sizeof(*c->out));
	if (c->n_out > 0) {
		c->out[0].iov_base = (char *)c->out[0].iov_base + n;
		c->out[0].iov_len -= n;
	}
}

/* Small answers leave in one record. */
static ssize_t
write_tls(struct conn *c)
{
	static char mem[RECORD];
	const void *p = c->out[0].iov_base;
	size_t n = c->out[0].iov_len;
	unsigned i;
	int r;

	if (c->n_out > 1 && n < sizeof(mem)) {
		for (n = 0, i = 0; i < c->n_out &&
		    n + c->out[i].iov_len <= sizeof(mem); i++) {
			memcpy(mem + n, c->out[i].iov_base, c->out[i].iov_len);
			n += c->out[i].iov_len;
		}
		p = mem;
	}
	r = SSL_write(c->ssl, p, n > 1 << 30 ? 1 << 30 : (int)n);
	if (r > 0)
		return r;
	errno = SSL_get_error(c->ssl, r) == SSL_ERROR_WANT_WRITE ? EAGAIN : EIO;
	return -1;
}

static ssize_t
write_some(struct conn *c)
{
	struct msghdr m = { .msg_iov = c->out, .msg_iovlen = c->n_out };

	if (c->ssl != NULL)
		return write_tls(c);
	return sendmsg(c->fd, &m, MSG_NOSIGNAL |
	    (c->file_at < c->file_end ? MSG_MORE : 0));
}

/* 0 all is sent or the peer is slow, -1 the connection is of no use. */
static int
flush(struct conn *c)
{
	ssize_t n;

	while (c->n_out > 0 || c->file_at < c->file_end) {
		if (c->n_out > 0)
			n = write_some(c);
		else
			n = sendfile(c->fd, canned_file(c->set), &c->file_at,
			    (size_t)(c->file_end - c->file_at));
		if (n < 0 && errno == EAGAIN) {
			wait_for(c, EPOLLOUT);
			return 0;
		}
		if (n <= 0)
			return -1;
		if (c->n_out > 0)
			sent(c, (size_t)n);
	}
	wait_for(c, EPOLLIN);
	return c->closing ? -1 : 0;
}

static void
say(struct conn *c, struct iovec piece)
{
	if (c->n_out < CANNED_PIPE)
		c->out[c->n_out++] = piece;
}

static void
answer(struct conn *c, const char *line)
{
	if (line[0] == 'U' && line[1] == 'S')
		c->set = canned_of(line + 5);
	c->closing = line[0] == 'Q';
	if (line[0] == 'R' && c->ssl == NULL && canned_file(c->set) >= 0) {
		c->file_at = 0;
		c->file_end = canned_file_end(c->set);
		return;
	}
	say(c, canned_answer(c->set, line));
}

/* Every whole line; a pipe longer than CANNED_PIPE is not asked of us. */
static void
answer_all(struct conn *c)
{
	char *from = c->in, *lf;
	size_t left = c->in_len;

	while (!c->closing && (lf = memchr(from, '\n', left)) != NULL) {
		*lf = '\0';
		answer(c, from);
		left -= (size_t)(lf + 1 - from);
		from = lf + 1;
	}
	memmove(c->in, from, left);
	c->in_len = (unsigned)left;
}

static ssize_t
read_some(struct conn *c)
{
	size_t room = sizeof(c->in) - c->in_len;
	int r;

	if (c->ssl == NULL)
		return recv(c->fd, c->in + c->in_len, room, 0);
	r = SSL_read(c->ssl, c->in + c->in_len, (int)room);
	if (r > 0)
		return r;
	if (SSL_get_error(c->ssl, r) != SSL_ERROR_WANT_READ)
		return 0;
	errno = EAGAIN;
	return -1;
}

static int
talk(struct conn *c)
{
	ssize_t n;

	if (c->events == EPOLLOUT)
		return flush(c);
	n = read_some(c);
	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	if (n == 0)
		return -1;
	c->in_len += (unsigned)n;
	answer_all(c);
	return flush(c);
}

static int
shake(struct conn *c)
{
	int r = SSL_accept(c->ssl);

	if (r == 1) {
		c->shaken = true;
		say(c, canned_greeting());
		return flush(c);
	}
	r = SSL_get_error(c->ssl, r);
	if (r != SSL_ERROR_WANT_READ && r != SSL_ERROR_WANT_WRITE)
		return -1;
	wait_for(c, r == SSL_ERROR_WANT_WRITE ? EPOLLOUT : EPOLLIN);
	return 0;
}

static void
welcome(const struct listener *l, int fd)
{
	struct conn *c = calloc(1, sizeof(*c));
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = c };

	if (c == NULL)
		die("memory");
	c->fd = fd;
	c->events = EPOLLIN;
	c->set = canned_of("");
	if (l->tls != NULL) {
		c->ssl = SSL_new(l->tls);
		if (c->ssl == NULL || SSL_set_fd(c->ssl, fd) != 1)
			die("TLS");
	}
	if (epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev) != 0)
		die("epoll_ctl");
	c->shaken = l->tls == NULL;
	if (!c->shaken)
		return;
	say(c, canned_greeting());
	if (flush(c) < 0)
		end(c);
}

static void
accept_all(const struct listener *l)
{
	int fd;

	while ((fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK)) >= 0)
		welcome(l, fd);
}

static void
serve(void)
{
	struct epoll_event evs[EVENTS];
	struct conn *c;
	void *p;
	int i, n;

	for (;;) {
		n = epoll_wait(ep, evs, EVENTS, -1);
		if (n < 0 && errno != EINTR)
			die("epoll_wait");
		for (i = 0; i < n; i++) {
			p = evs[i].data.ptr;
			if (p >= (void *)listeners &&
			    p < (void *)(listeners + n_listeners)) {
				accept_all(p);
				continue;
			}
			c = p;
			if ((c->shaken ? talk(c) : shake(c)) < 0)
				end(c);
		}
	}
}

static SSL_CTX *
context(const char *cert, const char *key)
{
	SSL_CTX *t = SSL_CTX_new(TLS_server_method());

	if (t == NULL || SSL_CTX_use_certificate_chain_file(t, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(t, key, SSL_FILETYPE_PEM) != 1)
		die(cert);
	SSL_CTX_set_session_cache_mode(t, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(t, 1);
	SSL_CTX_set_mode(t, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	return t;
}

static void
listen_on(const char *addr, const char *port, SSL_CTX *tls)
{
	struct sockaddr_in sa = { .sin_family = AF_INET };
	struct listener *l = &listeners[n_listeners++];
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = l };
	int one = 1;

	l->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	l->tls = tls;
	sa.sin_port = htons((uint16_t)atoi(port));
	if (l->fd < 0 || inet_pton(AF_INET, addr, &sa.sin_addr) != 1 ||
	    setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) ||
	    setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) ||
	    bind(l->fd, (struct sockaddr *)&sa, sizeof(sa)) != 0 ||
	    listen(l->fd, 4096) != 0 ||
	    epoll_ctl(ep, EPOLL_CTL_ADD, l->fd, &ev) != 0)
		die(addr);
}

int
main(int argc, char **argv)
{
	const char *o[128] = { ['p'] = "110", ['m'] = "1000", ['b'] = "0",
	    ['n'] = "" };
	int c;

	while ((c = getopt(argc, argv, "a:p:m:b:f:n:t:c:k:A:C:K:")) != -1) {
		if (c == '?')
			return 64;
		o[c] = optarg;
	}
	signal(SIGPIPE, SIG_IGN);
	ep = epoll_create1(0);
	if (ep < 0 || o['a'] == NULL)
		die("-a ADDR");
	canned_make(o['m'], (size_t)strtoull(o['b'], NULL, 10), o['f'], o['n']);
	listen_on(o['a'], o['p'], NULL);
	if (o['t'] != NULL)
		listen_on(o['a'], o['t'], context(o['c'], o['k']));
	if (o['A'] != NULL)
		listen_on(o['A'], o['t'], context(o['C'], o['K']));
	serve();
}
