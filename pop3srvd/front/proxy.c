/*
 * proxy.c - the PROXY header of a connection from a listed proxy
 *
 * What follows the header may be a TLS hello, so exactly the header is taken
 * out of the socket: look first, then read as much as belongs to it.
 *
 * Runs in: front.
 * Trusts: the addresses in proxy_from for the peer they name.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/net/proxyhdr.h"

#include "pop3srvd/front/proxy.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/vserver.h"

/* From now on the session is the named peer's: its place at the gate too. */
static void
become(struct session *s, const struct proxyhdr *h)
{
	struct gate *g = s->srv->gate;
	enum gate_verdict v;

	s->proxy_tls = h->tls;
	if (h->known) {
		gate_leave(g, &s->peer);
		s->peer = h->peer;
		v = gate_enter(g, s->vs, &s->peer, GATE_NAMED_BY_PROXY,
		    session_now(s));
		s->counted = v == GATE_OK;
		if (v != GATE_OK) {
			server_log_refused(s->srv, s->vs, &s->peer, v);
			session_end(s, gate_verdict_name(v));
			return;
		}
	}
	session_greet(s);
}

/* Take n octets that were seen already. */
static int
take(struct session *s, size_t n)
{
	char *room = buf_reserve(&s->in, n);

	if (room == NULL || conn_read(s->conn, room, n) != (ssize_t)n)
		return -1;
	buf_added(&s->in, n);
	return 0;
}

void
proxy_readable(struct session *s)
{
	char seen[PROXYHDR_MAX];
	struct proxyhdr h;
	size_t held = buf_len(&s->in);
	ssize_t n;
	int len;

	memcpy(seen, buf_data(&s->in), held);
	n = recv(conn_fd(s->conn), seen + held, sizeof(seen) - held,
	    MSG_PEEK | MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		session_end(s, "gone");
		return;
	}
	len = proxyhdr_parse(seen, held + (size_t)n, &h);
	if (len < 0 || (len == 0 && held + (size_t)n == sizeof(seen))) {
		session_end(s, "proxy-header");
		return;
	}
	if (take(s, len == 0 ? (size_t)n : (size_t)len - held) < 0) {
		session_end(s, "gone");
		return;
	}
	if (len == 0)
		return;
	buf_free(&s->in);
	become(s, &h);
}

bool
proxy_header_begins(struct span first)
{
	static const char v2[] = "\r\n\r\n\0\r\nQUIT\n";

	if (first.len >= sizeof(v2) - 1 &&
	    memcmp(first.ptr, v2, sizeof(v2) - 1) == 0)
		return true;
	return first.len >= 6 && memcmp(first.ptr, "PROXY ", 6) == 0;
}
