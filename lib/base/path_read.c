/*
 * path_read.c - whole files into memory
 *
 * What is read may be a key, so no copy of it stays behind in freed memory.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"

#define FIRST_OCTETS	4096

struct content {
	char *mem;
	size_t len, cap;	/* one octet more than cap is allocated */
};

static void
drop(struct content *c)
{
	mem_wipe(c->mem, c->len);
	free(c->mem);
	c->mem = NULL;
}

static int
resize(struct content *c, size_t cap)
{
	char *mem = malloc(cap + 1);

	if (mem == NULL)
		return -1;
	if (c->mem != NULL) {
		memcpy(mem, c->mem, c->len);
		mem_wipe(c->mem, c->len);
		free(c->mem);
	}
	c->mem = mem;
	c->cap = cap;
	return 0;
}

/* Up to the end, whatever st_size said: /proc says 0, files grow. */
static int
read_up_to(int fd, struct content *c, size_t limit)
{
	ssize_t n;

	for (;;) {
		if (c->len == limit)
			return 0;
		if (c->len == c->cap &&
		    resize(c, c->cap > limit / 2 ? limit : c->cap * 2) < 0)
			return -1;
		n = read(fd, c->mem + c->len, c->cap - c->len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return (int)n;
		c->len += (size_t)n;
	}
}

static int
read_fd(int fd, const char *path, size_t max, struct content *c,
    struct err *e)
{
	size_t limit = max < SIZE_MAX / 4 ? max + 1 : SIZE_MAX / 4;

	if (resize(c, limit < FIRST_OCTETS ? limit : FIRST_OCTETS) < 0 ||
	    read_up_to(fd, c, limit) < 0)
		return path_fail("cannot read", path, e);
	if (c->len > max)
		return err_set(e, ERR_LIMIT, "%.200s: longer than %zu octets",
		    path, max);
	c->mem[c->len] = '\0';
	return 0;
}

static int
check_kind(int fd, const char *path, bool secret, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return path_fail("cannot look at", path, e);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_PERM, "%.200s is not a regular file",
		    path);
	if (secret && (st.st_mode & 077) != 0)
		return err_set(e, ERR_CONFIG, "%.120s: mode %04o lets others "
		    "at a secret; run: chmod 600 %.120s", path,
		    (unsigned)(st.st_mode & 07777), path);
	return 0;
}

static int
read_whole(const char *path, size_t max, bool secret, struct content *c,
    struct err *e)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return path_fail("cannot open", path, e);
	memset(c, 0, sizeof(*c));
	if (check_kind(fd, path, secret, e) < 0 ||
	    read_fd(fd, path, max, c, e) < 0) {
		drop(c);
		(void)close(fd);
		return -1;
	}
	(void)close(fd);
	return 0;
}

int
path_read(const char *path, size_t max, char **mem_r, size_t *len_r,
    struct err *e)
{
	struct content c;

	if (read_whole(path, max, false, &c, e) < 0)
		return -1;
	*mem_r = c.mem;
	*len_r = c.len;
	return 0;
}

int
path_read_secret(const char *path, size_t max, char **mem_r, size_t *len_r,
    struct err *e)
{
	struct content c;

	if (read_whole(path, max, true, &c, e) < 0)
		return -1;
	*mem_r = c.mem;
	*len_r = c.len;
	return 0;
}
