/*
 * synced.h - what was synced, in a program linked with -Wl,--wrap=fsync
 *
 * A sync that is missing shows at a power cut only, so each is written down
 * here, a folder's with what was in it at that moment.
 */
#ifndef UNIT_SYNCED_H
#define UNIT_SYNCED_H

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SYNCS	16

static struct {
	bool folder;
	int entries;
} synced[SYNCS];
static int n_synced;

int __real_fsync(int);
int __wrap_fsync(int);

static int
synced_entries(int fd)
{
	DIR *d = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY));
	struct dirent *de;
	int n = 0;

	ck_assert_ptr_nonnull(d);
	while ((de = readdir(d)) != NULL)
		n += de->d_name[0] != '.';
	(void)closedir(d);
	return n;
}

int
__wrap_fsync(int fd)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && n_synced < SYNCS) {
		synced[n_synced].folder = S_ISDIR(st.st_mode);
		if (S_ISDIR(st.st_mode))
			synced[n_synced].entries = synced_entries(fd);
		n_synced++;
	}
	return __real_fsync(fd);
}

static void
synced_nothing(void)
{
	memset(synced, 0, sizeof(synced));
	n_synced = 0;
}

static inline void
synced_file(int i)
{
	ck_assert_int_lt(i, n_synced);
	ck_assert(!synced[i].folder);
}

static inline void
synced_folder(int i, int entries)
{
	ck_assert_int_lt(i, n_synced);
	ck_assert(synced[i].folder);
	ck_assert_int_eq(synced[i].entries, entries);
}

#endif
