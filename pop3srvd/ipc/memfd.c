/*
 * memfd.c - octets too many for a frame: a sealed memory file
 *
 * Runs in: every process.  Trusts: the kernel's seals, never the sender: an
 * unsealed file could shrink while it is mapped and kill its reader.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "pop3srvd/ipc/memfd.h"

#define FIXED	(F_SEAL_SHRINK | F_SEAL_GROW)
#define SEALS	(FIXED | F_SEAL_WRITE)

int
memfd_write(const char *name, struct span content, struct err *e)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return err_sys(e, ERR_TEMP, "memory file %s", name);
	if (path_write_all(fd, content) < 0 ||
	    fcntl(fd, F_ADD_SEALS, SEALS | F_SEAL_SEAL) < 0) {
		err_sys(e, ERR_TEMP, "memory file %s, %zu octets", name,
		    content.len);
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Pages that nobody has written to cost nothing. */
int
memfd_kept(const char *name, size_t octets, struct err *e)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return err_sys(e, ERR_TEMP, "memory file %s", name);
	if (ftruncate(fd, (off_t)octets) < 0 ||
	    fcntl(fd, F_ADD_SEALS, FIXED | F_SEAL_SEAL) < 0) {
		err_sys(e, ERR_TEMP, "memory file %s, %zu octets", name,
		    octets);
		(void)close(fd);
		return -1;
	}
	return fd;
}

/* Sealed as wanted and of a bearable size: its length, or -1. */
static int
check(int fd, int wanted, size_t max, size_t *len_r, struct err *e)
{
	struct stat st;
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals < 0 || (seals & wanted) != wanted)
		return err_set(e, ERR_PROTO, "memory file is not sealed");
	if (fstat(fd, &st) < 0)
		return err_sys(e, ERR_TEMP, "memory file");
	if (st.st_size < 0 || (uintmax_t)st.st_size > max)
		return err_set(e, ERR_PROTO,
		    "memory file of %jd octets; at most %zu",
		    (intmax_t)st.st_size, max);
	*len_r = (size_t)st.st_size;
	return 0;
}

const void *
memfd_map(int fd, size_t max, size_t *len_r, struct err *e)
{
	const void *mem = NULL;

	if (check(fd, SEALS, max, len_r, e) == 0)
		mem = *len_r == 0 ? "" :
		    mmap(NULL, *len_r, PROT_READ, MAP_PRIVATE, fd, 0);
	if (mem == MAP_FAILED) {
		err_sys(e, ERR_TEMP, "memory file");
		mem = NULL;
	}
	(void)close(fd);
	return mem;
}

void *
memfd_map_kept(int fd, size_t max, size_t *len_r, struct err *e)
{
	void *mem = NULL;

	if (check(fd, FIXED, max, len_r, e) == 0)	/* 0 octets: EINVAL */
		mem = mmap(NULL, *len_r, PROT_READ | PROT_WRITE, MAP_SHARED,
		    fd, 0);
	if (mem == MAP_FAILED) {
		err_sys(e, ERR_TEMP, "memory file");
		mem = NULL;
	}
	(void)close(fd);
	return mem;
}

void
memfd_unmap(const void *mem, size_t len)
{
	if (mem != NULL && len > 0)
		(void)munmap((void *)(uintptr_t)mem, len);
}

/* pread(): the offset belongs to whoever else holds the file. */
static int
read_all(int fd, char *to, size_t len)
{
	size_t at = 0;
	ssize_t n;

	while (at < len) {
		n = pread(fd, to + at, len - at, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return -1;
		at += (size_t)n;
	}
	return 0;
}

int
memfd_read(int fd, size_t max, char **mem_r, size_t *len_r, struct err *e)
{
	char *mem = NULL;
	int r = check(fd, SEALS, max, len_r, e);

	if (r == 0 && (mem = mem_new(*len_r + 1, 1)) == NULL)
		r = err_set(e, ERR_TEMP, "memory file: out of memory");
	if (r == 0 && read_all(fd, mem, *len_r) < 0) {
		r = err_sys(e, ERR_TEMP, "memory file");
		mem_wipe(mem, *len_r);
		free(mem);
		mem = NULL;
	}
	*mem_r = mem;
	(void)close(fd);
	return r;
}
