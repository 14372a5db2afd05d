/*
 * target_file.c - lines appended to a file
 *
 * Runs in: log.  Trusts: the administrator's path; a FIFO there never blocks.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "pop3srvd/log/target.h"

/*
 * O_NONBLOCK: a FIFO without a reader fails with ENXIO instead of waiting.
 * O_NOFOLLOW: whoever may write in the folder must not choose our file (S-42).
 */
static struct sink *
file_open(const struct target_opening *o, struct err *e)
{
	const char *path = o->place->log->path;
	struct sink *s = mem_new(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	s->needs = POLLOUT;
	s->fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY |
	    O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (s->fd >= 0)
		return s;
	path_fail("cannot open", path, e);
	free(s);
	return NULL;
}

static ssize_t
file_write(struct sink *s, struct span lines)
{
	return write(s->fd, lines.ptr, lines.len);
}

static void
file_close(struct sink *s)
{
	(void)close(s->fd);
	free(s);
}

const struct target_ops target_file_ops = {
	.name = "file",
	.framing = TARGET_LINES,
	.retry_max_ms = 1000,
	.open = file_open,
	.close = file_close,
	.write = file_write,
	.render = render_line,
};
