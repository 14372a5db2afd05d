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
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "pop3srvd/log/target.h"

static struct sink *
stderr_open(const struct target_opening *o, struct err *e)
{
	struct sink *s = mem_new(1, sizeof(*s));

	(void)o;
	if (s == NULL) {
		err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	s->fd = STDERR_FILENO;
	s->needs = POLLOUT;
	return s;
}

static ssize_t
stderr_write(struct sink *s, struct span lines)
{
	if (!loop_writable(s->fd)) {
		errno = EAGAIN;
		return -1;
	}
	return write(s->fd, lines.ptr,
	    lines.len < PIPE_BUF ? lines.len : PIPE_BUF);
}

static void
stderr_close(struct sink *s)
{
	free(s);
}

const struct target_ops target_stderr_ops = {
	.name = "stderr",
	.framing = TARGET_LINES,
	.retry_max_ms = 1000,
	.open = stderr_open,
	.close = stderr_close,
	.write = stderr_write,
	.render = render_line,
};
