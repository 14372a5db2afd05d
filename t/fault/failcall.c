/*
 * failcall.c - a shim (LD_PRELOAD) that lets one library call fail
 *
 * Calls are told apart by who asks: each different chain of three callers in
 * the program is one site.  FAILCALL=K lets the Kth site fail, once, the first time that it is
 * reached; FAILCALL=0 only counts.  FAILCALL_SET says which calls are meant:
 * "alloc" or "sys" (files, randomness); FAILCALL_REPORT names a file that gets
 * the number of sites when the process ends.
 */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH	24
#define CALLERS	3	/* that make a site */
#define SITES	65536
#define OFTEN	500	/* a caller asked so often has shown all its stacks */

enum set { ALLOC, SYS };

static struct { uintptr_t from, to; } program;
static uint64_t seen[SITES];
static unsigned short asked[SITES];
static unsigned n_seen, fail_at;
static enum set wanted;
static int ready, busy;
static const char *report;
static pid_t owner;	/* of the report: not who is forked */

static int
note_object(struct dl_phdr_info *i, size_t size, void *arg)
{
	uintptr_t from = UINTPTR_MAX, to = 0, a;
	int p;

	(void)size;
	(void)arg;
	for (p = 0; p < i->dlpi_phnum; p++) {
		if (i->dlpi_phdr[p].p_type != PT_LOAD)
			continue;
		a = i->dlpi_addr + i->dlpi_phdr[p].p_vaddr;
		if (a < from)
			from = a;
		if (a + i->dlpi_phdr[p].p_memsz > to)
			to = a + i->dlpi_phdr[p].p_memsz;
	}
	if (i->dlpi_name[0] == '\0' && program.to == 0) {
		program.from = from;
		program.to = to;
	}
	return 0;
}

static void __attribute__((destructor))
end(void)
{
	FILE *f;

	busy = 1;
	if (report != NULL && getpid() == owner && (f = fopen(report, "w")) != NULL) {
		fprintf(f, "%u\n", n_seen);
		fclose(f);
	}
}

static void __attribute__((constructor))
begin(void)
{
	const char *at = getenv("FAILCALL"), *set = getenv("FAILCALL_SET");
	void *warm[4];

	(void)backtrace(warm, 4);	/* loads what it needs */
	(void)dl_iterate_phdr(note_object, NULL);
	report = getenv("FAILCALL_REPORT");
	owner = getpid();
	wanted = set != NULL && strcmp(set, "sys") == 0 ? SYS : ALLOC;
	fail_at = at != NULL ? (unsigned)strtoul(at, NULL, 10) : 0;
	ready = at != NULL;
}

/* The program's innermost callers as one number; 0: none of its own. */
static uint64_t
site(void)
{
	void *pc[DEPTH];
	uint64_t h = 14695981039346656037u;
	int n = backtrace(pc, DEPTH), i, own = 0;

	for (i = 2; i < n && own < CALLERS; i++) {
		uintptr_t a = (uintptr_t)pc[i];

		if (a < program.from || a >= program.to)
			continue;
		own++;
		h = (h ^ (a - program.from)) * 1099511628211u;
	}
	return own > 0 ? h | 1 : 0;
}

static int
is_new(uint64_t h)
{
	unsigned i = (unsigned)(h >> 32) % SITES;

	while (seen[i] != 0 && seen[i] != h)
		i = (i + 1) % SITES;
	if (seen[i] == h || n_seen > SITES / 2)
		return 0;
	seen[i] = h;
	n_seen++;
	return 1;
}

/* True when this call is to fail; by is who makes it. */
static int
due(enum set s, const void *by)
{
	unsigned short *often = &asked[((uintptr_t)by >> 1) % SITES];
	uint64_t h;
	int r = 0, saved = errno;

	if (!ready || busy || s != wanted || *often == OFTEN)
		return 0;
	++*often;
	busy = 1;
	h = site();
	if (h != 0 && is_new(h))
		r = n_seen == fail_at;
	busy = 0;
	errno = saved;
	return r;
}

/* WRAP(set, errno, failed value, type, name, (parameters), (arguments)) */
#define WRAP(set, code, bad, type, name, params, args)			\
	type name params;						\
	type name params						\
	{								\
		static type (*real) params;				\
									\
		if (real == NULL)					\
			*(void **)&real = dlsym(RTLD_NEXT, #name);	\
		if (due(set, __builtin_return_address(0))) {						\
			errno = code;					\
			return bad;					\
		}							\
		return real args;					\
	}

#define SYSCALL(code, type, name, params, args) \
	WRAP(SYS, code, -1, type, name, params, args)

extern void *__libc_malloc(size_t), *__libc_calloc(size_t, size_t),
    *__libc_realloc(void *, size_t);
void *malloc(size_t n);
void *calloc(size_t k, size_t n);
void *realloc(void *p, size_t n);

void *
malloc(size_t n)
{
	if (due(ALLOC, __builtin_return_address(0))) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_malloc(n);
}

void *
calloc(size_t k, size_t n)
{
	if (due(ALLOC, __builtin_return_address(0))) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_calloc(k, n);
}

void *
realloc(void *p, size_t n)
{
	if (due(ALLOC, __builtin_return_address(0))) {
		errno = ENOMEM;
		return NULL;
	}
	return __libc_realloc(p, n);
}

int open(const char *path, int flags, ...);
int openat(int dir, const char *path, int flags, ...);

int
open(const char *path, int flags, ...)
{
	va_list ap;
	unsigned mode;

	va_start(ap, flags);
	mode = va_arg(ap, unsigned);
	va_end(ap);
	if (due(SYS, __builtin_return_address(0))) {
		errno = EMFILE;
		return -1;
	}
	return openat(AT_FDCWD, path, flags, mode);
}

int
openat(int dir, const char *path, int flags, ...)
{
	static int (*real)(int, const char *, int, ...);
	va_list ap;
	unsigned mode;

	va_start(ap, flags);
	mode = va_arg(ap, unsigned);
	va_end(ap);
	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "openat");
	if (due(SYS, __builtin_return_address(0))) {
		errno = EMFILE;
		return -1;
	}
	return real(dir, path, flags, mode);
}

SYSCALL(EIO, ssize_t, read, (int f, void *b, size_t n), (f, b, n))
SYSCALL(EIO, ssize_t, pread, (int f, void *b, size_t n, off_t o), (f, b, n, o))
SYSCALL(ENOSPC, ssize_t, write, (int f, const void *b, size_t n), (f, b, n))
SYSCALL(ENOSPC, ssize_t, pwrite, (int f, const void *b, size_t n, off_t o),
    (f, b, n, o))
SYSCALL(EIO, int, fsync, (int f), (f))
SYSCALL(EIO, int, fdatasync, (int f), (f))
SYSCALL(EIO, int, fstat, (int f, struct stat *s), (f, s))
SYSCALL(EIO, int, stat, (const char *p, struct stat *s), (p, s))
SYSCALL(EIO, int, fstatat, (int d, const char *p, struct stat *s, int g),
    (d, p, s, g))
SYSCALL(EIO, int, renameat, (int a, const char *p, int b, const char *q),
    (a, p, b, q))
SYSCALL(EIO, int, renameat2,
    (int a, const char *p, int b, const char *q, unsigned g), (a, p, b, q, g))
SYSCALL(ENOSPC, int, linkat,
    (int a, const char *p, int b, const char *q, int g), (a, p, b, q, g))
SYSCALL(EACCES, int, unlinkat, (int d, const char *p, int g), (d, p, g))
SYSCALL(ENOSPC, int, mkdirat, (int d, const char *p, mode_t m), (d, p, m))
SYSCALL(ENOSPC, int, mkdir, (const char *p, mode_t m), (p, m))
SYSCALL(ENOSPC, int, ftruncate, (int f, off_t n), (f, n))
SYSCALL(EPERM, int, fchmod, (int f, mode_t m), (f, m))
SYSCALL(EIO, off_t, lseek, (int f, off_t n, int w), (f, n, w))
SYSCALL(ENOLCK, int, flock, (int f, int op), (f, op))
SYSCALL(EMFILE, int, dup, (int f), (f))
SYSCALL(ENOSYS, ssize_t, getrandom, (void *b, size_t n, unsigned g), (b, n, g))
