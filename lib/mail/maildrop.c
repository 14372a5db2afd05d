/*
 * maildrop.c - the folders of a Maildir: opened, made, tidied
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/path.h"

#include "lib/mail/maildrop.h"

#define FOLDER_MODE	0700
#define OLD_SECONDS	(36 * 3600)	/* maildir(5) */
#define CLEAN_FILES	32
#define CLEAN_LOOKS	512

/* There already is as good as made. */
static int
make_dir(int dirfd, const char *name, struct err *e)
{
	struct err why;

	if (path_mkdir(dirfd, name, FOLDER_MODE, &why) == 0 ||
	    why.errnum == EEXIST)
		return 0;
	if (e != NULL)
		*e = why;
	return -1;
}

static int
fill(int fd, struct err *e)
{
	if (make_dir(fd, "tmp", e) < 0 || make_dir(fd, "new", e) < 0 ||
	    make_dir(fd, "cur", e) < 0)
		return -1;
	return path_sync_dir(fd, e);
}

/* Somebody else who makes the same maildrop now uses the same name: whoever
 * renames first wins, and both have made all of it. */
static int
settle(int parent, const char *temp, const char *name, struct err *e)
{
	struct err why;

	if (path_rename(parent, temp, parent, name, false, &why) < 0 &&
	    why.errnum != EEXIST && why.errnum != ENOENT) {
		if (e != NULL)
			*e = why;
		return -1;
	}
	return path_sync_dir(parent, e);
}

int
maildrop_make(int parent, const char *name, struct err *e)
{
	char temp[256];
	int fd, r, n;

	n = snprintf(temp, sizeof(temp), ".%s.new", name);
	if (n < 0 || (size_t)n >= sizeof(temp))
		return err_set(e, ERR_PERM, "\"%.200s\" is too long", name);
	if (make_dir(parent, temp, e) < 0)
		return -1;
	fd = path_open_dir(parent, temp, e);
	if (fd < 0)
		return -1;
	r = fill(fd, e);
	(void)close(fd);
	return r < 0 ? -1 : settle(parent, temp, name, e);
}

static int
make_below(int root, const char *path, struct err *e)
{
	const char *slash = strchr(path, '/');
	char domain[256];
	int fd, r;

	if (slash == NULL)
		return maildrop_make(root, path, e);
	if ((size_t)(slash - path) >= sizeof(domain))
		return err_set(e, ERR_PERM, "\"%.200s\" is too long", path);
	memcpy(domain, path, (size_t)(slash - path));
	domain[slash - path] = '\0';
	if (make_dir(root, domain, e) < 0 || path_sync_dir(root, e) < 0)
		return -1;
	fd = path_open_dir(root, domain, e);
	if (fd < 0)
		return -1;
	r = maildrop_make(fd, slash + 1, e);
	(void)close(fd);
	return r;
}

int
maildrop_open(int root, const char *path, bool *created_r, struct err *e)
{
	struct err why;
	int fd;

	*created_r = false;
	fd = path_open_dir(root, path, &why);
	if (fd < 0 && why.class == ERR_NOTFOUND) {
		*created_r = make_below(root, path, &why) == 0;
		if (*created_r)
			fd = path_open_dir(root, path, &why);
		/* a read-only disk passes: the list is not empty, but unknown */
		else if (why.errnum == EROFS || why.class == ERR_NOTFOUND)
			why.class = ERR_TEMP;
	}
	if (fd < 0 && e != NULL)
		*e = why;
	return fd;
}

static bool
left_over(int tmp, const char *name, int64_t now)
{
	int64_t limit = now / 1000 - OLD_SECONDS;
	struct stat st;

	return fstatat(tmp, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	    st.st_mtime < limit && st.st_atime < limit;
}

static unsigned
clean_folder(DIR *d, int64_t now)
{
	unsigned looks = 0, removed = 0;
	struct dirent *de;

	while (removed < CLEAN_FILES && looks++ < CLEAN_LOOKS &&
	    (de = readdir(d)) != NULL)
		if (left_over(dirfd(d), de->d_name, now) &&
		    path_unlink(dirfd(d), de->d_name, NULL) == 0)
			removed++;
	return removed;
}

unsigned
maildrop_clean(int maildrop, int64_t now)
{
	int fd = path_open_dir(maildrop, "tmp", NULL);
	unsigned removed;
	DIR *d;

	if (fd < 0)
		return 0;
	d = fdopendir(fd);
	if (d == NULL) {
		(void)close(fd);
		return 0;
	}
	removed = clean_folder(d, now);
	(void)closedir(d);
	return removed;
}
