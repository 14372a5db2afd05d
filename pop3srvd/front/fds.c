/*
 * fds.c - how many descriptors are left
 *
 * Runs in: front.
 * Trusts: the kernel, for the lowest free number.
 */
#include <stdint.h>

#include "lib/net/priv.h"

#include "pop3srvd/front/fds.h"

#define SPARE	64	/* channels, sockets, 32 seats of the operator */
#define LAST	40	/* of these: only those that are opened while serving */

static size_t most = SIZE_MAX;

void
fds_learn(void)
{
	most = priv_raise_fds(0);
}

size_t
fds_most(void)
{
	return most;
}

/* Two for three: a session logged in needs one, and often another for the
 * message it is sent. */
size_t
fds_connections(void)
{
	return most <= SPARE ? 1 : (most - SPARE) * 2 / 3;
}

bool
fds_short(int fd)
{
	return (size_t)fd + SPARE >= most;
}

bool
fds_out(int fd)
{
	return (size_t)fd + LAST >= most;
}
