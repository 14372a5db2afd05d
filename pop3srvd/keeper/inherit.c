/*
 * inherit.c - sockets that the service manager bound for us
 *
 * Runs in: keeper.  Trusts: who started it, for the number of descriptors;
 * what they are is asked of the kernel.
 */
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/addr.h"
#include "lib/net/notify.h"

#include "pop3srvd/keeper/inherit.h"

#define FIRST_FD	3
#define MOST		64

/* -1 not asked yet, else how many; bit i: descriptor FIRST_FD + i is left. */
static int count = -1;
static uint64_t left;

static void
ask_once(void)
{
	if (count >= 0)
		return;
	count = notify_listen_fds();
	if (count < 0)
		count = 0;
	if (count > MOST)
		count = MOST;
	left = count == MOST ? UINT64_MAX : (UINT64_C(1) << count) - 1;
}

static bool
is_any(const struct addr *a)
{
	static const uint8_t v6[16];
	static const uint8_t v4[16] = { [10] = 0xff, [11] = 0xff };

	return memcmp(a->ip, v6, 16) == 0 || memcmp(a->ip, v4, 16) == 0;
}

static bool
same_place(const struct sockaddr_storage *ss, socklen_t len,
    const struct conf_listener *ln)
{
	const struct sockaddr_un *un = (const void *)ss;
	struct addr bound, want;

	if (ln->path[0] != '\0')
		return ss->ss_family == AF_UNIX && len > sizeof(sa_family_t) &&
		    strncmp(un->sun_path, ln->path,
		    sizeof(un->sun_path)) == 0;
	if (ss->ss_family != AF_INET && ss->ss_family != AF_INET6)
		return false;
	addr_from_sockaddr((const struct sockaddr *)ss, len, &bound);
	if (bound.port != ln->port)
		return false;
	if (strcmp(ln->address, "*") == 0)
		return is_any(&bound);
	return addr_parse(ln->address, &want, NULL) == 0 &&
	    addr_same_ip(&bound, &want);
}

static bool
listens(int fd)
{
	int on = 0;
	socklen_t len = sizeof(on);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &len) == 0 && on;
}

static bool
matches(int fd, const struct conf_listener *ln)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);

	memset(&ss, 0, sizeof(ss));
	return listens(fd) &&
	    getsockname(fd, (struct sockaddr *)&ss, &len) == 0 &&
	    same_place(&ss, len, ln);
}

static int
prepare(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0 ||
	    fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
		return -1;
	return fd;
}

int
inherit_find(const struct conf_listener *ln)
{
	int i;

	ask_once();
	for (i = 0; i < count; i++)
		if ((left >> i & 1) != 0 && matches(FIRST_FD + i, ln)) {
			left &= ~(UINT64_C(1) << i);
			return prepare(FIRST_FD + i);
		}
	return -1;
}

int
inherit_close_rest(void)
{
	int i, closed = 0;

	ask_once();
	for (i = 0; i < count; i++)
		if ((left >> i & 1) != 0) {
			(void)close(FIRST_FD + i);
			closed++;
		}
	left = 0;
	return closed;
}
