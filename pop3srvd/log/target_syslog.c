/*
 * target_syslog.c - lines to the local syslog daemon or journal
 *
 * syslog(3) would block when the daemon is slow; this does not.  A line is a
 * datagram.
 *
 * Runs in: log.  Trusts: nobody to read.
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "pop3srvd/log/render.h"
#include "pop3srvd/log/target.h"

#define SYSLOG_SOCKET	"/dev/log"

static int
syslog_open(const struct conf_log *conf, struct err *e)
{
	const struct sockaddr_un to = {
		.sun_family = AF_UNIX,
		.sun_path = SYSLOG_SOCKET,
	};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)conf;
	if (fd < 0)
		return err_sys(e, ERR_TEMP, "socket for " SYSLOG_SOCKET);
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) < 0) {
		err_sys(e, ERR_TEMP, "cannot reach " SYSLOG_SOCKET);
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* The first line; one that is too long for the daemon is passed over. */
static ssize_t
syslog_write(int fd, struct span lines)
{
	const char *lf = memchr(lines.ptr, '\n', lines.len);
	size_t n = lf == NULL ? lines.len : (size_t)(lf - lines.ptr);

	if (send(fd, lines.ptr, n, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
	    errno != EMSGSIZE)
		return -1;
	return (ssize_t)(lf == NULL ? n : n + 1);
}

static void
syslog_close(int fd)
{
	(void)close(fd);
}

const struct target_ops target_syslog_ops = {
	.name = "syslog",
	.open = syslog_open,
	.write = syslog_write,
	.close = syslog_close,
	.render = render_syslog,
};
