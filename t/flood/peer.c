/*
 * peer.c - one connection of the attacker
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "t/flood/peer.h"

static void
from(const struct plan *plan, unsigned number, struct sockaddr_in *a_r)
{
	unsigned n = number % plan->sources;

	memset(a_r, 0, sizeof(*a_r));
	a_r->sin_family = AF_INET;
	a_r->sin_addr.s_addr = htonl(127u << 24 | plan->block << 16 |
	    n / 250 << 8 | (n % 250 + 1));
}

int
peer_begin(struct peer *p, const struct plan *plan, unsigned number)
{
	struct sockaddr_in source;
	int on = 1;

	*p = (struct peer){ .number = number };
	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		return -1;
	from(plan, number, &source);
	if (plan->room > 0) {
		setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &plan->room,
		    sizeof(plan->room));
		setsockopt(p->fd, SOL_SOCKET, SO_SNDBUF, &plan->room,
		    sizeof(plan->room));
	}
	setsockopt(p->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (bind(p->fd, (struct sockaddr *)&source, sizeof(source)) == 0 &&
	    (connect(p->fd, (const struct sockaddr *)&plan->to,
	    sizeof(plan->to)) == 0 || errno == EINPROGRESS)) {
		p->stage = PEER_CONNECT;
		p->writing = true;
		return 0;
	}
	close(p->fd);
	return -1;
}

void
peer_end(struct peer *p, bool reset)
{
	struct linger hard = { 1, 0 };

	if (p->stage == PEER_IDLE)
		return;
	SSL_free(p->ssl);
	p->ssl = NULL;
	if (reset)
		setsockopt(p->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	close(p->fd);
	p->stage = PEER_IDLE;
}

/* What a call of OpenSSL that moved nothing means. */
static long
stuck(struct peer *p, int r)
{
	switch (SSL_get_error(p->ssl, r)) {
	case SSL_ERROR_WANT_READ:
		p->writing = false;
		return 0;
	case SSL_ERROR_WANT_WRITE:
		p->writing = true;
		return 0;
	default:
		return -1;
	}
}

static long
outcome(long n)
{
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : n;
}

long
peer_send(struct peer *p, const void *mem, size_t len)
{
	long n;

	if (p->ssl != NULL) {
		n = SSL_write(p->ssl, mem, (int)len);
		return n > 0 ? n : stuck(p, (int)n);
	}
	n = outcome(send(p->fd, mem, len, MSG_NOSIGNAL));
	p->writing = n == 0;
	return n;
}

long
peer_recv(struct peer *p, void *mem, size_t len)
{
	long n;

	if (p->ssl != NULL) {
		n = SSL_read(p->ssl, mem, (int)len);
		return n > 0 ? n : stuck(p, (int)n);
	}
	n = recv(p->fd, mem, len, 0);
	return n == 0 ? -1 : outcome(n);
}

static int
connected(struct peer *p, const struct plan *plan)
{
	int e = 0;
	socklen_t n = sizeof(e);

	if (getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &e, &n) < 0 || e != 0)
		return -1;
	p->writing = false;
	p->stage = PEER_OPEN;
	if (plan->tls == NULL)
		return 0;
	p->ssl = SSL_new(plan->tls);
	if (p->ssl == NULL || SSL_set_fd(p->ssl, p->fd) != 1)
		return -1;
	SSL_set_connect_state(p->ssl);
	p->stage = PEER_SHAKE;
	return 0;
}

static int
shake(struct peer *p)
{
	int r = SSL_do_handshake(p->ssl);

	if (r == 1) {
		p->stage = PEER_OPEN;
		p->writing = false;
		return 0;
	}
	return (int)stuck(p, r);
}

/* 1: a whole line was read, octet by octet so that nothing behind it is. */
static int
line(struct peer *p)
{
	char c;
	long n;

	while ((n = peer_recv(p, &c, 1)) == 1) {
		if (p->first == 0)
			p->first = c;
		if (c == '\n')
			return 1;
	}
	return (int)n;
}

static int
command(struct peer *p, const char *format)
{
	char text[256];
	int n;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	n = snprintf(text, sizeof(text), format, p->number);
#pragma GCC diagnostic pop
	p->sent = true;
	return peer_send(p, text, (size_t)n) == n ? 0 : -1;
}

/* The greeting is the answer to no command. */
static int
talk(struct peer *p, const struct plan *plan)
{
	int r;

	while (p->stage == PEER_OPEN) {
		if (p->step == PEER_COMMANDS + !!plan->greeted ||
		    (p->step >= (unsigned)plan->greeted &&
		    plan->commands[p->step - plan->greeted] == NULL)) {
			p->stage = PEER_READY;
			return 0;
		}
		if (p->step >= (unsigned)plan->greeted && !p->sent &&
		    command(p, plan->commands[p->step - plan->greeted]) < 0)
			return -1;
		p->writing = false;
		if ((r = line(p)) <= 0)
			return r;
		p->refused = p->first == '-';
		p->first = 0;
		p->sent = false;
		p->step++;
	}
	return 0;
}

int
peer_go(struct peer *p, const struct plan *plan)
{
	if (p->stage == PEER_CONNECT && connected(p, plan) < 0)
		return -1;
	if (p->stage == PEER_SHAKE && shake(p) < 0)
		return -1;
	return p->stage == PEER_OPEN ? talk(p, plan) : 0;
}
