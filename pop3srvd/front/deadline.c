/*
 * deadline.c - how long a session may take
 *
 * Runs in: front.
 * Trusts: nothing from the peer.
 */
#include <netinet/in.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "pop3srvd/front/deadline.h"
#include "pop3srvd/front/engine.h"
#include "pop3srvd/front/login.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/vserver.h"
#include "pop3srvd/front/xmit.h"

#define ACTIVITY	1024	/* octets of a message in a window */

/*
 * What the peer's kernel has acknowledged: the send buffer may hold megabytes
 * for minutes, so octets written say little about a slow reader.
 */
static uint64_t
taken_by_peer(const struct session *s, bool *owes_r)
{
	struct tcp_info ti;
	socklen_t n = sizeof(ti);

	*owes_r = false;
	memset(&ti, 0, sizeof(ti));
	if (s->conn == NULL || getsockopt(conn_fd(s->conn), IPPROTO_TCP,
	    TCP_INFO, &ti, &n) < 0 ||
	    n < offsetof(struct tcp_info, tcpi_min_rtt))
		return s->octets_out;
	*owes_r = ti.tcpi_unacked > 0 || ti.tcpi_notsent_bytes > 0;
	return ti.tcpi_bytes_acked;
}

void
deadline_touch(struct session *s)
{
	s->last = session_now(s);
}

void
deadline_rate_begin(struct session *s)
{
	bool owes;

	if (s->window_at != 0)
		return;
	s->window_at = session_now(s);
	s->window_from = taken_by_peer(s, &owes);
}

void
deadline_rate_end(struct session *s)
{
	s->window_at = 0;
}

void
deadline_data(struct session *s, bool yes)
{
	s->data_at = yes ? session_now(s) : 0;
	s->data_from = s->octets_in;
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* While it is relay or drop that we wait for, the peer owes nothing. */
static bool
owes_data(const struct session *s)
{
	return s->data_at != 0 && s->phase == SESSION_RUN;
}

static int64_t
next_due(const struct session *s)
{
	const struct conf_limits *l = &s->vs->limits;
	int64_t due;

	if (s->close_at != 0)
		return s->close_at;
	due = s->logged_in ? s->last + l->idle_timeout :
	    s->since + l->login_timeout;
	if (s->phase == SESSION_DELAY || s->phase == SESSION_XMIT)
		due = earlier(due, s->answer_at);
	if (owes_data(s))
		due = earlier(due, s->data_at + l->message_rate_window);
	if (s->window_at != 0)
		due = earlier(due, s->window_at + l->message_rate_window);
	return due;
}

/* A timer that is set too early costs one wake-up, moving it costs each time:
 * only a deadline that came nearer moves it. */
void
deadline_set(struct session *s)
{
	int64_t due;

	if (s->phase == SESSION_DEAD)
		return;
	due = next_due(s);
	if (timer_is_set(&s->timer) && s->timer.at <= due)
		return;
	if (timer_set(s->srv->loop, &s->timer, due) < 0)
		session_end(s, "memory");
}

static void
check_rate(struct session *s, int64_t now)
{
	const struct conf_limits *l = &s->vs->limits;
	uint64_t taken, least;
	bool owes;

	if (s->window_at == 0 || now < s->window_at + l->message_rate_window)
		return;
	taken = taken_by_peer(s, &owes);
	least = (uint64_t)l->min_rate *
	    (uint64_t)(now - s->window_at) / 1000;
	if (!owes && s->engine->out(s).len == 0) {
		deadline_rate_end(s);
	} else if (taken - s->window_from < least) {
		session_end(s, "slow-reader");
	} else {
		s->window_at = now;
		s->window_from = taken;
	}
}

/* A message that trickles in holds a maildrop and relay's spool.  One that is
 * only read to its end (too large, say) is handed to nobody, so what comes of
 * it must show here that the peer is at work. */
static void
check_data(struct session *s, int64_t now)
{
	const struct conf_limits *l = &s->vs->limits;
	uint64_t came = s->octets_in - s->data_from, least;

	if (!owes_data(s) || now < s->data_at + l->message_rate_window)
		return;
	least = (uint64_t)l->min_rate * (uint64_t)(now - s->data_at) / 1000;
	if (s->engine->taking(s) && came < least) {
		session_abort(s, "the message came too slowly",
		    "slow-sender");
		return;
	}
	if (came >= ACTIVITY)
		deadline_touch(s);
	deadline_data(s, s->engine->taking(s));
}

/* The peer is not to blame when it is we who do not answer. */
static void
too_late(struct session *s, const char *text, const char *reason)
{
	switch (s->phase) {
	case SESSION_AUTH:
	case SESSION_DROP:
	case SESSION_MSG:
	case SESSION_COMMIT:
	case SESSION_XMIT:
		session_abort(s, "[SYS/TEMP] no answer in time",
		    "helper-timeout");
		break;
	default:
		session_abort(s, text, reason);
	}
}

/* RFC 1939 section 3 asks for 10 minutes or more; what the peer still has to
 * read counts as activity, but then by its rate (features.md 4.5). */
static void
idle_over(struct session *s, int64_t now)
{
	bool owes;

	(void)taken_by_peer(s, &owes);
	if (!owes) {
		too_late(s, "idle for too long", "idle-timeout");
		return;
	}
	deadline_rate_begin(s);
	s->last = now - s->vs->limits.idle_timeout +
	    s->vs->limits.message_rate_window;
}

void
deadline_check(struct session *s)
{
	const struct conf_limits *l = &s->vs->limits;
	int64_t now = session_now(s);

	if (s->close_at != 0) {
		if (now >= s->close_at)
			session_end(s, s->reason != NULL ? s->reason :
			    s->engine->end(s));
		return;
	}
	check_rate(s, now);
	if (s->phase != SESSION_DEAD)
		check_data(s, now);
	if (s->phase == SESSION_DEAD || s->close_at != 0)
		return;
	if (s->logged_in && now >= s->last + l->idle_timeout)
		idle_over(s, now);
	else if (!s->logged_in && now >= s->since + l->login_timeout)
		too_late(s, "login took too long", "login-timeout");
	else if (s->phase == SESSION_DELAY && now >= s->answer_at)
		login_delay_over(s);
	else if (s->phase == SESSION_XMIT && now >= s->answer_at)
		xmit_overdue(s);
}
