/*
 * target_file.c - lines appended to a file
 *
 * Runs in: log.  Trusts: the administrator's path; a FIFO there never blocks.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "lib/base/path.h"

#include "pop3srvd/log/render.h"
#include "pop3srvd/log/target.h"

/*
 * O_NONBLOCK: a FIFO without a reader fails with ENXIO instead of waiting.
 * O_NOFOLLOW: whoever may write in the folder must not choose our file (S-42).
 */
static int
file_open(const struct conf_log *conf, struct err *e)
{
	int fd = open(conf->path, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY |
	    O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0640);

	return fd < 0 ? path_fail("cannot open", conf->path, e) : fd;
}

static ssize_t
file_write(int fd, struct span lines)
{
	return write(fd, lines.ptr, lines.len);
}

static void
file_close(int fd)
{
	(void)close(fd);
}

const struct target_ops target_file_ops = {
	.name = "file",
	.open = file_open,
	.write = file_write,
	.close = file_close,
	.render = render_line,
};
