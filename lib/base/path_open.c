/*
 * path_open.c - opening below a directory descriptor, never through a link
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#ifdef SYS_openat2
#include <linux/openat2.h>
#endif

#include "lib/base/path.h"

#define NAME_OCTETS	255	/* of one component, on every file system */
#define OPEN_FLAGS	(O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)

static int
close_keep(int fd)
{
	int saved = errno;

	(void)close(fd);
	errno = saved;
	return -1;
}

/* Old kernels: component by component, so that no link is followed. */
static int
open_steps(int dirfd, const char *name, int flags)
{
	char step[NAME_OCTETS + 1];
	int at = dirfd, next;
	bool last;
	size_t n;

	do {
		n = strcspn(name, "/");
		last = name[n] == '\0';
		memcpy(step, name, n);
		step[n] = '\0';
		next = openat(at, step, last ? flags :
		    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (at != dirfd)
			(void)close_keep(at);
		at = next;
		name += n + 1;
	} while (!last && next >= 0);
	return next;
}

static int
open_below(int dirfd, const char *name, int flags)
{
#ifdef SYS_openat2
	struct open_how how;
	long fd;

	memset(&how, 0, sizeof(how));
	how.flags = (unsigned)(flags | O_LARGEFILE);
	how.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;
	fd = syscall(SYS_openat2, dirfd, name, &how, sizeof(how));
	/* a container's filter may say EPERM where a kernel says ENOSYS */
	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return (int)fd;
#endif
	return open_steps(dirfd, name, flags);
}

/* Each component a plain name, so that old and new kernels agree. */
static bool
plain_steps(const char *name)
{
	size_t n;

	for (;;) {
		n = strcspn(name, "/");
		if (!path_component(span_mem(name, n)))
			return false;
		if (name[n] == '\0')
			return true;
		name += n + 1;
	}
}

static int
open_kind(int dirfd, const char *name, mode_t kind, struct err *e)
{
	int fd, flags = OPEN_FLAGS | (kind == S_IFDIR ? O_DIRECTORY : 0);
	struct stat st;

	if (dirfd != AT_FDCWD && !plain_steps(name))
		return err_set(e, ERR_PERM, "\"%.200s\" is not a file name",
		    name);
	fd = dirfd == AT_FDCWD ? open(name, flags) :
	    open_below(dirfd, name, flags);
	if (fd < 0)
		return path_fail("cannot open", name, e);
	if (fstat(fd, &st) < 0) {
		close_keep(fd);
		return path_fail("cannot look at", name, e);
	}
	if ((st.st_mode & S_IFMT) != kind) {
		close_keep(fd);
		return err_set(e, ERR_PERM, "%.200s is not a %s", name,
		    kind == S_IFDIR ? "directory" : "regular file");
	}
	return fd;
}

int
path_fail(const char *what, const char *name, struct err *e)
{
	enum err_class class = ERR_TEMP;

	switch (errno) {
	case ENOENT:
		class = ERR_NOTFOUND;
		break;
	case EACCES: case EPERM: case EROFS: case ELOOP: case EXDEV:
	case ENOTDIR: case EISDIR: case EEXIST: case ENOTEMPTY:
	case ENXIO: case ENAMETOOLONG: case EINVAL:
		class = ERR_PERM;
		break;
	default:
		break;
	}
	return err_sys(e, class, "%s %.200s", what, name);
}

int
path_open_dir(int dirfd, const char *name, struct err *e)
{
	return open_kind(dirfd, name, S_IFDIR, e);
}

int
path_open_file(int dirfd, const char *name, struct err *e)
{
	return open_kind(dirfd, name, S_IFREG, e);
}
