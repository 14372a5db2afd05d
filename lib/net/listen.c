/*
 * listen.c - sockets that wait for peers
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/path.h"

#include "lib/net/listen.h"

#define BACKLOG		4096	/* the kernel cuts it to its own maximum */
#define SOCKET_KIND	(SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC)

union any {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
};

static int
give_up(int fd)
{
	int saved = errno;

	close(fd);
	errno = saved;
	return -1;
}

static int
set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value));
}

/* Returns the socket, or -1 with errno. */
static int
bind_tcp(const union any *at, socklen_t len, int v6only, int beside)
{
	int fd = socket(at->sa.sa_family, SOCKET_KIND, 0);

	if (fd < 0)
		return -1;
	if (set(fd, SOL_SOCKET, SO_REUSEADDR, 1) < 0 ||
	    (beside && set(fd, SOL_SOCKET, SO_REUSEPORT, 1) < 0) ||
	    (at->sa.sa_family == AF_INET6 &&
	    set(fd, IPPROTO_IPV6, IPV6_V6ONLY, v6only) < 0) ||
	    bind(fd, &at->sa, len) < 0 || listen(fd, BACKLOG) < 0)
		return give_up(fd);
	return fd;
}

static int
bind_v4(const uint8_t ip[4], uint16_t port, int beside)
{
	union any at = { .v4 = { .sin_family = AF_INET } };

	at.v4.sin_port = htons(port);
	memcpy(&at.v4.sin_addr, ip, 4);
	return bind_tcp(&at, sizeof(at.v4), 0, beside);
}

static int
bind_v6(const uint8_t ip[16], uint16_t port, int v6only, int beside)
{
	union any at = { .v6 = { .sin6_family = AF_INET6 } };

	at.v6.sin6_port = htons(port);
	memcpy(&at.v6.sin6_addr, ip, 16);
	return bind_tcp(&at, sizeof(at.v6), v6only, beside);
}

static int
bind_any(uint16_t port, int beside)
{
	static const uint8_t zero[16];
	int fd = bind_v6(zero, port, 0, beside);

	/* A kernel without IPv6 still has the other family. */
	if (fd < 0 && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
		fd = bind_v4(zero, port, beside);
	return fd;
}

static const char *
hint(int errnum)
{
	switch (errnum) {
	case EADDRINUSE:
		return " (another program serves this port)";
	case EACCES:
		return " (ports below 1024 need root)";
	case EADDRNOTAVAIL:
		return " (no interface has this address)";
	default:
		return "";
	}
}

static int
listen_at(const char *address, uint16_t port, int beside, struct err *e)
{
	struct addr a;
	int fd;

	if (strcmp(address, "*") == 0)
		fd = bind_any(port, beside);
	else if (addr_parse(address, &a, e) < 0)
		return -1;
	else if (addr_is_v4(&a))
		fd = bind_v4(a.ip + 12, port, beside);
	else
		fd = bind_v6(a.ip, port, 1, beside);
	if (fd >= 0)
		return fd;
	return err_sys(e, ERR_CONFIG, "listen on %s port %u%s", address,
	    (unsigned)port, hint(errno));
}

int
listen_tcp(const char *address, uint16_t port, struct err *e)
{
	return listen_at(address, port, 0, e);
}

int
listen_tcp_beside(int own, const char *address, uint16_t port, struct err *e)
{
	int fd;

	if (set(own, SOL_SOCKET, SO_REUSEPORT, 1) < 0)
		return err_sys(e, ERR_TEMP, "cannot share a port");
	fd = listen_at(address, port, 1, e);
	(void)set(own, SOL_SOCKET, SO_REUSEPORT, 0);
	if (fd >= 0)
		(void)set(fd, SOL_SOCKET, SO_REUSEPORT, 0);
	return fd;
}

/* 1: somebody answers there, 0: free or stale, -1 with *e. */
static int
in_use(const char *path, const union any *at, struct err *e)
{
	struct stat st;
	int fd, r;

	if (lstat(path, &st) < 0)
		return errno == ENOENT ? 0 :
		    err_sys(e, ERR_CONFIG, "listen on %.200s", path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(e, ERR_CONFIG, "listen on %.200s: something "
		    "that is no socket is in the way", path);
	fd = socket(AF_UNIX, SOCKET_KIND, 0);
	if (fd < 0)
		return err_sys(e, ERR_TEMP, "listen on %.200s", path);
	r = connect(fd, &at->sa, sizeof(at->un));
	if (r < 0 && (errno == ECONNREFUSED || errno == ENOENT))
		r = 0;
	else if (r < 0 && errno != EAGAIN && errno != EPROTOTYPE)
		r = err_sys(e, ERR_CONFIG, "listen on %.200s", path);
	else
		r = 1;
	close(fd);
	return r;
}

/* Nobody may come in between bind() and a chmod(): the mask does it. */
static int
bind_masked(int fd, const union any *at, unsigned mode)
{
	mode_t old = umask((mode_t)(~mode & 0777));
	int r = bind(fd, &at->sa, sizeof(at->un));

	umask(old);
	return r;
}

/* A listening socket under a name of its own, ready before it is seen. */
static int
bind_beside(const char *name, unsigned mode, struct err *e)
{
	union any at = { .un = { .sun_family = AF_UNIX } };
	int fd = socket(AF_UNIX, SOCKET_KIND, 0);

	if (fd < 0)
		return err_sys(e, ERR_TEMP, "listen on %.200s", name);
	memcpy(at.un.sun_path, name, strlen(name) + 1);
	(void)path_unlink(AT_FDCWD, name, NULL);	/* of a crash */
	if (bind_masked(fd, &at, mode) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	err_sys(e, ERR_CONFIG, "listen on %.200s", name);
	return give_up(fd);
}

int
listen_unix(const char *path, unsigned mode, struct err *e)
{
	union any at = { .un = { .sun_family = AF_UNIX } };
	char beside[sizeof(at.un.sun_path)];
	int fd, n;

	n = snprintf(beside, sizeof(beside), "%s.new", path);
	if (n < 0 || (size_t)n >= sizeof(beside))
		return err_set(e, ERR_CONFIG, "socket path longer than %zu "
		    "octets: %.200s", sizeof(beside) - 5, path);
	memcpy(at.un.sun_path, path, strlen(path) + 1);
	n = in_use(path, &at, e);
	if (n > 0)
		return err_set(e, ERR_BUSY, "listen on %.200s: already served "
		    "by another process", path);
	if (n < 0 || (fd = bind_beside(beside, mode, e)) < 0)
		return -1;
	if (path_rename(AT_FDCWD, beside, AT_FDCWD, path, true, e) == 0)
		return fd;
	(void)path_unlink(AT_FDCWD, beside, NULL);
	return give_up(fd);
}
