/*
 * target_syslog.c - datagrams to the local syslog daemon or the journal
 *
 * syslog(3) would block when the daemon is slow; this does not.  A record is a
 * datagram, and neither daemon needs a library of its own for that.
 *
 * Runs in: log.  Trusts: nobody to read.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "pop3srvd/log/target.h"

#define SYSLOG_SOCKET	"/dev/log"
#define JOURNAL_SOCKET	"/run/systemd/journal/socket"

static int
reach(const char *path, struct err *e)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = strlen(path);
	int fd;

	if (n >= sizeof(to.sun_path))
		return err_set(e, ERR_CONFIG, "%.200s: too long for the name "
		    "of a socket", path);
	memcpy(to.sun_path, path, n + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_sys(e, ERR_TEMP, "socket for %.200s", path);
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	err_sys(e, ERR_TEMP, "cannot reach %.200s", path);
	(void)close(fd);
	return -1;
}

static struct sink *
open_socket(const struct target_opening *o, const char *usual, struct err *e)
{
	const char *path = o->place->log->path;
	struct sink *s = mem_new(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	s->needs = POLLOUT;
	s->fd = reach(path[0] != '\0' ? path : usual, e);
	if (s->fd >= 0)
		return s;
	free(s);
	return NULL;
}

static struct sink *
syslog_open(const struct target_opening *o, struct err *e)
{
	return open_socket(o, SYSLOG_SOCKET, e);
}

static struct sink *
journal_open(const struct target_opening *o, struct err *e)
{
	return open_socket(o, JOURNAL_SOCKET, e);
}

static ssize_t
socket_write(struct sink *s, struct span record)
{
	return send(s->fd, record.ptr, record.len,
	    MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
socket_close(struct sink *s)
{
	(void)close(s->fd);
	free(s);
}

bool
target_has_journal(void)
{
	return access(JOURNAL_SOCKET, F_OK) == 0;
}

const struct target_ops target_syslog_ops = {
	.name = "syslog",
	.framing = TARGET_DATAGRAMS,
	.retry_max_ms = 1000,
	.open = syslog_open,
	.close = socket_close,
	.write = socket_write,
	.render = render_syslog,
};

const struct target_ops target_journal_ops = {
	.name = "journal",
	.framing = TARGET_DATAGRAMS,
	.retry_max_ms = 1000,
	.open = journal_open,
	.close = socket_close,
	.write = socket_write,
	.render = render_journal,
};
