/*
 * target_server.c - messages to a log server
 *
 * Over UDP a datagram each (RFC 5426), over TCP with their length before them
 * (RFC 6587 section 3.4.1), over TLS the same (RFC 5425).  A name is looked up
 * at each try to connect, which is the one thing here that may wait.
 *
 * Runs in: log.  Trusts: the server whose certificate fits, to read; nothing
 * that it says.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/base/mem.h"
#include "lib/net/dial.h"

#include "pop3srvd/log/target.h"

/* RFC 5426 section 3.2: every receiver should take 2048 octets; RFC 5425
 * section 4.3.1: 8192. */
#define UDP_LIMIT	2048
#define STREAM_LIMIT	8192
#define RETRY_MAX_MS	60000
#define STALL_MS	30000

struct server {
	struct sink sink;
	struct dial *dial;
};

static struct server *
server_of(struct sink *s)
{
	return LOOP_OWNER(s, struct server, sink);
}

static enum dial_kind
kind_of(const struct conf_log *l)
{
	if (l->transport == CONF_LOG_TLS)
		return DIAL_TLS;
	return l->transport == CONF_LOG_TCP ? DIAL_TCP : DIAL_UDP;
}

static struct sink *
server_open(const struct target_opening *o, struct err *e)
{
	const struct conf_log *l = o->place->log;
	const struct dial_want want = {
		.kind = kind_of(l),
		.host = l->address,
		.port = (uint16_t)l->port,
		.name = l->name,
		.ca_file = l->ca_file,
	};
	struct server *s = mem_new(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	s->dial = dial_new(&want, o->attempt, e);
	if (s->dial == NULL) {
		free(s);
		return NULL;
	}
	s->sink.fd = dial_fd(s->dial);
	s->sink.needs = POLLOUT;
	return &s->sink;
}

static void
server_close(struct sink *sink)
{
	struct server *s = server_of(sink);

	dial_free(&s->dial);
	free(s);
}

static ssize_t
server_write(struct sink *sink, struct span octets)
{
	struct server *s = server_of(sink);
	ssize_t n = dial_write(s->dial, octets);

	sink->needs = dial_needs(s->dial);
	return n;
}

static int
server_hear(struct sink *sink)
{
	return dial_hear(server_of(sink)->dial);
}

static bool
server_settled(struct sink *sink)
{
	return dial_settled(server_of(sink)->dial);
}

static const char *
server_fault(struct sink *sink, int errnum)
{
	return dial_fault(server_of(sink)->dial, errnum);
}

const struct target_ops target_udp_ops = {
	.name = "server",
	.framing = TARGET_DATAGRAMS,
	.limit = UDP_LIMIT,
	.retry_max_ms = RETRY_MAX_MS,
	.stall_ms = STALL_MS,
	.open = server_open,
	.close = server_close,
	.write = server_write,
	.render = render_server,
	.hear = server_hear,
	.settled = server_settled,
	.fault = server_fault,
};

const struct target_ops target_tcp_ops = {
	.name = "server",
	.framing = TARGET_COUNTED,
	.limit = STREAM_LIMIT,
	.retry_max_ms = RETRY_MAX_MS,
	.stall_ms = STALL_MS,
	.open = server_open,
	.close = server_close,
	.write = server_write,
	.render = render_server,
	.hear = server_hear,
	.settled = server_settled,
	.fault = server_fault,
};
