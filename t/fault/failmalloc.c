/*
 * failmalloc.c - a shim (LD_PRELOAD) that lets one allocation of a running
 * process fail
 *
 * The page named by FAILMALLOC is mapped before the program begins, since
 * later it may have no folders any more; what is to fail is written there
 * while the program runs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "t/fault/failmalloc.h"

static struct failmalloc_slot *slot;

static const char *
own_name(char path[4096])
{
	ssize_t n = readlink("/proc/self/exe", path, 4095);
	char *slash;

	if (n < 0)
		return "";
	path[n] = '\0';
	slash = strrchr(path, '/');
	return slash == NULL ? path : slash + 1;
}

static void __attribute__((constructor))
begin(void)
{
	const char *file = getenv("FAILMALLOC"), *name;
	struct failmalloc_slot *all;
	char path[4096];
	int fd, i;

	fd = file == NULL ? -1 : open(file, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return;
	all = mmap(NULL, FAILMALLOC_SLOTS * sizeof(*all),
	    PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (all == MAP_FAILED)
		return;
	name = own_name(path);
	for (i = 0; i < FAILMALLOC_SLOTS; i++)
		if (strncmp(all[i].program, name, 15) == 0)
			slot = &all[i];
}

static int
due(void)
{
	if (slot == NULL || ++slot->count != slot->fail_at)
		return 0;
	slot->hits++;
	errno = ENOMEM;
	return 1;
}

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t),
    *__libc_realloc(void *, size_t), *__libc_memalign(size_t, size_t);

void *
malloc(size_t n)
{
	return due() ? NULL : __libc_malloc(n);
}

void *
calloc(size_t k, size_t n)
{
	return due() ? NULL : __libc_calloc(k, n);
}

void *
realloc(void *p, size_t n)
{
	/* to nothing is to free */
	return n > 0 && due() ? NULL : __libc_realloc(p, n);
}

void *
reallocarray(void *p, size_t k, size_t n)
{
	size_t all;

	if (__builtin_mul_overflow(k, n, &all)) {
		errno = ENOMEM;
		return NULL;
	}
	return realloc(p, all);
}

void *
memalign(size_t align, size_t n)
{
	return due() ? NULL : __libc_memalign(align, n);
}

void *
aligned_alloc(size_t align, size_t n)
{
	return memalign(align, n);
}

int
posix_memalign(void **p_r, size_t align, size_t n)
{
	*p_r = memalign(align, n);
	return *p_r == NULL ? ENOMEM : 0;
}
