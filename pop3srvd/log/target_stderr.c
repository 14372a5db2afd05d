/*
 * target_stderr.c - lines on standard error
 *
 * The descriptor is shared with whoever started the daemon, so it is not made
 * non-blocking: it is asked for room, and no more than a pipe takes
 * at once is written.
 *
 * Runs in: log.  Trusts: nobody to read.
 */
#include <errno.h>
#include <limits.h>
#include <unistd.h>

#include "pop3srvd/log/render.h"
#include "pop3srvd/log/target.h"

static int
stderr_open(const struct conf_log *conf, struct err *e)
{
	(void)conf;
	(void)e;
	return STDERR_FILENO;
}

static ssize_t
stderr_write(int fd, struct span lines)
{
	if (!loop_writable(fd)) {
		errno = EAGAIN;
		return -1;
	}
	return write(fd, lines.ptr,
	    lines.len < PIPE_BUF ? lines.len : PIPE_BUF);
}

static void
stderr_close(int fd)
{
	(void)fd;
}

const struct target_ops target_stderr_ops = {
	.name = "stderr",
	.open = stderr_open,
	.write = stderr_write,
	.close = stderr_close,
	.render = render_line,
};
