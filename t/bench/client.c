#include "t/bench/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum step { GREETING, USER, PASS, STAT, UIDL, LIST, RETR, QUIT, END };

static SSL_SESSION *last_session;

static void
expect(struct client *c, bool multi)
{
	c->multi = multi;
	c->first = true;
	c->line_len = 0;
	c->tail = 2;
}

static int
say(struct client *c, bool multi, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static int
say(struct client *c, bool multi, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(c->out, sizeof c->out, fmt, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof c->out)
		return -1;
	c->out_len = (size_t)n;
	c->out_at = 0;
	expect(c, multi);
	return 0;
}

static unsigned
wanted(const struct client *c)
{
	return c->plan->retr < c->count ? c->plan->retr : c->count;
}

/* The step behind the one whose reply has come; END when there is none. */
static enum step
after(const struct client *c)
{
	enum what w = c->plan->what;

	switch ((enum step)c->step) {
	case GREETING:
		if (w == WHAT_CONNECT || w == WHAT_HANDSHAKE)
			return w == WHAT_CONNECT ? QUIT : END;
		return w == WHAT_IDLE && !c->plan->login ? END : USER;
	case USER:
		return PASS;
	case PASS:
		return w == WHAT_IDLE ? END : STAT;
	case STAT:
		return w == WHAT_RETR ? RETR : UIDL;
	case UIDL:
		return w == WHAT_LOGIN ? QUIT : LIST;
	case LIST:
	case RETR:
		return c->next < wanted(c) ? RETR : QUIT;
	default:
		return END;
	}
}

/* The batches of a pipelined session leave with USER and STAT; -1: none. */
static int
ask_pipe(struct client *c, const char *name)
{
	switch ((enum step)c->step) {
	case USER:
		return say(c, false, "USER %s\r\nPASS %s\r\n", name,
		    c->plan->password);
	case STAT:
		return say(c, false, "STAT\r\nUIDL\r\nLIST\r\nRETR 1\r\n"
		    "QUIT\r\n");
	default:
		c->next += c->step == RETR;
		expect(c, c->step >= UIDL && c->step <= RETR);
		return 0;
	}
}

static int
ask(struct client *c)
{
	char name[128];

	if (c->plan->pipe && c->step != USER)
		return ask_pipe(c, "");
	switch ((enum step)c->step) {
	case USER:
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		(void)snprintf(name, sizeof name, c->plan->user, c->user);
#pragma GCC diagnostic pop
		return c->plan->pipe ? ask_pipe(c, name) :
		    say(c, false, "USER %s\r\n", name);
	case PASS:
		return say(c, false, "PASS %s\r\n", c->plan->password);
	case STAT:
		return say(c, false, "STAT\r\n");
	case UIDL:
		return say(c, true, "UIDL\r\n");
	case LIST:
		return say(c, true, "LIST\r\n");
	case RETR:
		c->next++;
		return say(c, true, "RETR %u\r\n", c->next);
	default:
		return say(c, false, "QUIT\r\n");
	}
}

/* One octet of the body of a multi-line reply; true at its end. */
static const char *
body(struct client *c, const char *p, const char *end)
{
	static const char mark[] = "\r\n.\r\n";

	while (p < end) {
		if (c->tail == 0) {
			p = memchr(p, '\r', (size_t)(end - p));
			if (p == NULL)
				return NULL;
		}
		if (*p == mark[c->tail]) {
			p++;
			if (++c->tail == 5)
				return p;
		} else if (*p == '\r' && c->tail != 0) {
			c->tail = 0;
		} else {
			c->tail = 0;
			p++;
		}
	}
	return NULL;
}

static const char *
first_line(struct client *c, const char *p, const char *end)
{
	const char *lf = memchr(p, '\n', (size_t)(end - p));
	const char *to = lf != NULL ? lf : end;

	while (p < to && c->line_len < sizeof c->line - 1)
		c->line[c->line_len++] = *p++;
	c->line[c->line_len] = '\0';
	return lf != NULL ? lf + 1 : NULL;
}

/* A reply is whole: 0, or -1 when it is not +OK. */
static int
replied(struct client *c)
{
	if (strncmp(c->line, "+OK", 3) != 0) {
		if (c->plan->why[0] == '\0')
			(void)snprintf(c->plan->why, sizeof c->plan->why, "%s",
			    c->line);
		return -1;
	}
	if (c->step == STAT)
		c->count = (unsigned)strtoul(c->line + 4, NULL, 10);
	c->step = after(c);
	return c->step == END ? 0 : ask(c);
}

static enum progress
take(struct client *c, const char *p, size_t n)
{
	const char *end = p + n;

	c->octets += n;
	while (p != NULL && p < end) {
		if (c->first) {
			p = first_line(c, p, end);
			if (p == NULL)
				return PROGRESS_WAIT;
			c->first = false;
			if (!c->multi || c->line[0] != '+') {
				if (replied(c) != 0)
					return PROGRESS_FAILED;
			}
		} else if (c->multi) {
			p = body(c, p, end);
			if (p != NULL && replied(c) != 0)
				return PROGRESS_FAILED;
		}
		if (c->step == END)
			return PROGRESS_DONE;
	}
	return PROGRESS_WAIT;
}

static ssize_t
io_read(struct client *c, char *mem, size_t n)
{
	int r;

	if (c->ssl == NULL)
		return read(c->fd, mem, n);
	r = SSL_read(c->ssl, mem, (int)n);
	if (r > 0)
		return r;
	errno = SSL_get_error(c->ssl, r) == SSL_ERROR_WANT_READ ? EAGAIN : EIO;
	return -1;
}

static ssize_t
io_write(struct client *c, const char *mem, size_t n)
{
	int r;

	if (c->ssl == NULL)
		return send(c->fd, mem, n, MSG_NOSIGNAL);
	r = SSL_write(c->ssl, mem, (int)n);
	if (r > 0)
		return r;
	errno = EIO;
	return -1;
}

static int
flush(struct client *c)
{
	ssize_t n;

	while (c->out_at < c->out_len) {
		n = io_write(c, c->out + c->out_at, c->out_len - c->out_at);
		if (n < 0)
			return errno == EAGAIN ? 0 : -1;
		c->out_at += (size_t)n;
	}
	return 0;
}

/* 1 the handshake is done, 0 wait, -1 failed. */
static int
handshake(struct client *c)
{
	int r;

	if (c->ssl == NULL || SSL_is_init_finished(c->ssl))
		return 1;
	r = SSL_connect(c->ssl);
	if (r == 1)
		return 1;
	r = SSL_get_error(c->ssl, r);
	if (r != SSL_ERROR_WANT_READ && r != SSL_ERROR_WANT_WRITE)
		return -1;
	c->events = r == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN;
	return 0;
}

static int
connected(struct client *c)
{
	int e = 0;
	socklen_t len = sizeof e;

	if (!c->connecting)
		return 0;
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &e, &len) != 0 || e != 0)
		return -1;
	c->connecting = false;
	return 0;
}

enum progress
client_go(struct client *c)
{
	static char mem[1 << 17];
	enum progress p;
	ssize_t n;
	int r;

	if (connected(c) != 0)
		return PROGRESS_FAILED;
	r = handshake(c);
	if (r <= 0)
		return r < 0 ? PROGRESS_FAILED : PROGRESS_WAIT;
	for (;;) {
		if (flush(c) != 0)
			return PROGRESS_FAILED;
		c->events = POLLIN;
		n = io_read(c, mem, sizeof mem);
		if (n < 0)
			return errno == EAGAIN ? PROGRESS_WAIT : PROGRESS_FAILED;
		if (n == 0)
			return PROGRESS_FAILED;
		p = take(c, mem, (size_t)n);
		if (p != PROGRESS_WAIT)
			return p;
		/* What is left unread wakes us again, but not what TLS has. */
		if (c->ssl == NULL)
			return flush(c) != 0 ? PROGRESS_FAILED : PROGRESS_WAIT;
	}
}

int
client_start(struct client *c, struct plan *plan, unsigned user,
    unsigned number, double now)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	int one = 1;

	memset(c, 0, sizeof *c);
	c->plan = plan;
	c->user = user;
	c->began = now;
	c->first = true;
	c->connecting = true;
	/* In the plain dialogue the server speaks first. */
	c->events = plan->tls != NULL ? POLLOUT : POLLIN;
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (c->fd < 0)
		return -1;
	(void)setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
	    sizeof one);
	from.sin_addr.s_addr = htonl(0x7f400001u + number % 509);
	(void)bind(c->fd, (struct sockaddr *)&from, sizeof from);
	if (connect(c->fd, (const struct sockaddr *)&plan->to,
	    sizeof plan->to) != 0 && errno != EINPROGRESS)
		return -1;
	if (plan->tls == NULL)
		return 0;
	c->ssl = SSL_new(plan->tls);
	if (c->ssl == NULL || SSL_set_fd(c->ssl, c->fd) != 1)
		return -1;
	SSL_set_connect_state(c->ssl);
	if (plan->resume && last_session != NULL)
		SSL_set_session(c->ssl, last_session);
	return 0;
}

void
client_stop(struct client *c)
{
	if (c->ssl != NULL) {
		if (c->plan->resume && last_session == NULL)
			last_session = SSL_get1_session(c->ssl);
		SSL_free(c->ssl);
	}
	if (c->fd >= 0)
		close(c->fd);
	c->ssl = NULL;
	c->fd = -1;
}
