/*
 * folder.h - a folder of one's own for a target that reads files
 *
 * In TMPDIR, which t/fuzz/run puts into memory and removes; without it, in
 * /tmp, removed at the end unless that is an abort.  Each target includes this
 * once.
 */
#ifndef FUZZ_FOLDER_H
#define FUZZ_FOLDER_H

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "t/fuzz/fuzz.h"

#define MAYBE	static __attribute__((unused))

static char folder[256];
static int folder_fd = -1;

MAYBE int
folder_remove_one(const char *path, const struct stat *st, int kind,
    struct FTW *f)
{
	(void)st;
	(void)kind;
	(void)f;
	return remove(path);
}

MAYBE void
folder_remove(void)
{
	(void)nftw(folder, folder_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

MAYBE void
folder_make(const char *name)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/fuzz-%s-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp, name);
	must(mkdtemp(folder) != NULL);
	folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must(folder_fd >= 0);
	must(atexit(folder_remove) == 0);
}

MAYBE void
folder_put(const char *name, const void *p, size_t n)
{
	int fd = openat(folder_fd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	must(fd >= 0 && write(fd, p, n) == (ssize_t)n);
	close(fd);
}

/* Are these the octets of that file? */
MAYBE bool
folder_holds(const char *name, const void *p, size_t n)
{
	int fd = openat(folder_fd, name, O_RDONLY);
	char *mem = malloc(n + 1);
	bool same;

	must(fd >= 0 && mem != NULL);
	same = read(fd, mem, n + 1) == (ssize_t)n && memcmp(mem, p, n) == 0;
	free(mem);
	close(fd);
	return same;
}

MAYBE void
folder_drop(const char *name)
{
	must(unlinkat(folder_fd, name, 0) == 0);
}

#endif
