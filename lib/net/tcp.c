/*
 * tcp.c - the options of a TCP socket
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "lib/net/tcp.h"

#define DEAD_AFTER_MS		120000	/* sent data that nobody confirms */
#define KEEPALIVE_IDLE_S	120
#define KEEPALIVE_EACH_S	30
#define KEEPALIVE_TRIES		4

/* What tells a peer that is gone from one that is slow. */
#define SILENT_PROBES		2
#define SILENT_RETRANSMITS	4	/* 3 s and more without an answer */

static void
set(int fd, int level, int option, int value)
{
	/* A kernel may lack one: the stream works without. */
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

void
tcp_prepare(int fd)
{
	int domain = AF_UNIX;
	socklen_t len = sizeof(domain);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len) < 0 ||
	    domain == AF_UNIX)
		return;
	set(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	set(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, DEAD_AFTER_MS);
	set(fd, IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S);
	set(fd, IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EACH_S);
	set(fd, IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_TRIES);
	set(fd, SOL_SOCKET, SO_KEEPALIVE, 1);
}

bool
tcp_silent(int fd)
{
	struct tcp_info ti = { 0 };
	socklen_t len = sizeof(ti);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &ti, &len) < 0)
		return false;		/* no TCP */
	return ti.tcpi_state != TCP_ESTABLISHED ||
	    ti.tcpi_probes >= SILENT_PROBES ||
	    (ti.tcpi_unacked > 0 &&
	    ti.tcpi_retransmits >= SILENT_RETRANSMITS);
}
