/*
 * path.c - the one door to changes of a file system
 *
 * Opening is in path_open.c, the reading of whole files in path_read.c.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/path.h"

#define NAME_OCTETS	255	/* of one component, on every file system */
#define PATH_OCTETS	4096

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

static int
close_keep(int fd)
{
	int saved = errno;

	(void)close(fd);
	errno = saved;
	return -1;
}

/* Below a descriptor only single components; see the header. */
static int
name_ok(int dirfd, const char *name, struct err *e)
{
	if (dirfd == AT_FDCWD || path_component(span_of(name)))
		return 0;
	return err_set(e, ERR_PERM, "\"%.200s\" is not a file name", name);
}

int
path_write_all(int fd, struct span s)
{
	ssize_t n;

	while (s.len > 0) {
		n = write(fd, s.ptr, s.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n == 0)	/* no file does this; do not spin */
			errno = EIO;
		if (n <= 0)
			return -1;
		s.ptr += n;
		s.len -= (size_t)n;
	}
	return 0;
}

static int
sync_fd(int fd)
{
	while (fsync(fd) < 0)
		if (errno != EINTR)
			return -1;
	return 0;
}

/* A leftover of a crash is in the way once at most. */
static int
create_new(int dirfd, const char *name, mode_t mode)
{
	int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dirfd, name, flags, mode);

	if (fd < 0 && errno == EEXIST && unlinkat(dirfd, name, 0) == 0)
		fd = openat(dirfd, name, flags, mode);
	return fd;
}

static int
fill_new(int dirfd, const char *name, struct span content, mode_t mode,
    bool sync)
{
	int fd = create_new(dirfd, name, mode);

	if (fd < 0)
		return -1;
	if (fchmod(fd, mode) < 0 || path_write_all(fd, content) < 0 ||
	    (sync && sync_fd(fd) < 0))
		return close_keep(fd);
	return close(fd);
}

/* The same promise without renameat2: link() never replaces. */
static int
link_over(int fromfd, const char *from, int tofd, const char *to)
{
	int saved;

	if (linkat(fromfd, from, tofd, to, 0) < 0)
		return -1;
	if (unlinkat(fromfd, from, 0) == 0)
		return 0;
	saved = errno;
	(void)unlinkat(tofd, to, 0);
	errno = saved;
	return -1;
}

static int
rename_new(int fromfd, const char *from, int tofd, const char *to)
{
	long r = -1;

	errno = ENOSYS;
#ifdef SYS_renameat2
	r = syscall(SYS_renameat2, fromfd, from, tofd, to, RENAME_NOREPLACE);
#endif
	if (r < 0 && (errno == ENOSYS || errno == EINVAL))
		r = link_over(fromfd, from, tofd, to);
	return (int)r;
}

/* One step of mkdir -p; whatever mkdir says, a directory there will do. */
static int
make_step(const char *path, mode_t mode)
{
	struct stat st;
	int saved;

	if (mkdir(path, mode) == 0)
		return 0;
	saved = errno;
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	errno = saved;
	return -1;
}

bool
path_component(struct span name)
{
	if (name.len == 0 || name.len > NAME_OCTETS)
		return false;
	if (span_eq(name, ".") || span_eq(name, ".."))
		return false;
	return !span_has(name, '/') && !span_has(name, '\0');
}

int
path_join(char *out, size_t n, const char *dir, const char *name)
{
	size_t len = strlen(dir);
	const char *sep = len > 0 && dir[len - 1] == '/' ? "" : "/";
	int r = snprintf(out, n, "%s%s%s", dir, sep, name);

	return r < 0 || (size_t)r >= n ? -1 : 0;
}

int
path_unlink(int dirfd, const char *name, struct err *e)
{
	if (name_ok(dirfd, name, e) < 0)
		return -1;
	if (unlinkat(dirfd, name, 0) < 0)
		return path_fail("cannot remove", name, e);
	return 0;
}

int
path_rename(int fromfd, const char *from, int tofd, const char *to,
    bool replace, struct err *e)
{
	int r;

	if (name_ok(fromfd, from, e) < 0 || name_ok(tofd, to, e) < 0)
		return -1;
	r = replace ? renameat(fromfd, from, tofd, to) :
	    rename_new(fromfd, from, tofd, to);
	return r < 0 ? path_fail("cannot rename", from, e) : 0;
}

int
path_mkdir(int dirfd, const char *name, mode_t mode, struct err *e)
{
	if (name_ok(dirfd, name, e) < 0)
		return -1;
	if (mkdirat(dirfd, name, mode) < 0)
		return path_fail("cannot make directory", name, e);
	return 0;
}

int
path_make_dirs(const char *path, mode_t mode, struct err *e)
{
	char part[PATH_OCTETS];
	size_t n = strlen(path), i;

	if (n == 0 || n >= sizeof(part))
		return err_set(e, ERR_PERM, "\"%.200s\" is not a path", path);
	memcpy(part, path, n + 1);
	for (i = 1; i <= n; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		part[i] = '\0';
		if (make_step(part, mode) < 0)
			return path_fail("cannot make directory", part, e);
		part[i] = path[i];
	}
	return 0;
}

int
path_sync_dir(int dirfd, struct err *e)
{
	/* EINVAL: a file system that has no such thing to do for a folder */
	if (sync_fd(dirfd) < 0 && errno != EINVAL)
		return path_fail("cannot sync", "folder", e);
	return 0;
}

static int
replace(int dirfd, const char *name, struct span content, mode_t mode,
    bool sync, struct err *e)
{
	char temp[NAME_OCTETS + 1];
	size_t n = strlen(name);

	if (dirfd == AT_FDCWD || !path_component(span_of(name)) ||
	    n + sizeof(".new") > sizeof(temp))
		return err_set(e, ERR_PERM, "\"%.200s\" is not a file name",
		    name);
	snprintf(temp, sizeof(temp), "%s.new", name);
	if (fill_new(dirfd, temp, content, mode, sync) < 0 ||
	    renameat(dirfd, temp, dirfd, name) < 0) {
		(void)path_fail("cannot write", name, e);
		(void)unlinkat(dirfd, temp, 0);
		return -1;
	}
	return 0;
}

int
path_replace(int dirfd, const char *name, struct span content, mode_t mode,
    bool durable, struct err *e)
{
	if (replace(dirfd, name, content, mode, true, e) < 0)
		return -1;
	return durable ? path_sync_dir(dirfd, e) : 0;
}

int
path_replace_cache(int dirfd, const char *name, struct span content,
    mode_t mode, struct err *e)
{
	return replace(dirfd, name, content, mode, false, e);
}
