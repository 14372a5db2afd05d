/*
 * failtest.c - a shim (LD_PRELOAD) that lets one call of each test fail
 *
 * Calls are told apart by who asks: each different chain of three callers in
 * the program is one site.  A unit test program forks for each of its tests:
 * FAILCALL=K lets the Kth site of every test fail, once, the first time that
 * it is reached; FAILCALL=0 only counts.  FAILCALL_SET says which calls are
 * meant: "alloc", "sys" (files, randomness), "short" (files that end early,
 * disks that take half) or "lib" (cryptography, the database).
 * FAILCALL_SITES names a file of lines, each a test's number and its sites of
 * each of these sets: FAILCALL=0 writes it, and otherwise a test with fewer
 * than K sites is passed over.  FAILCALL_TEXT says where the code under test
 * lies in the program: "FROM TO", hexadecimal.
 *
 * OpenSSL's own allocations do not fail: it does not survive that while it
 * sets itself up.  Who ends with _exit() ends with exit() here, so that its
 * branches count.
 */
#include <dirent.h>
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
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define DEPTH	24
#define CALLERS	3	/* that make a site */
#define SITES	65536
#define OFTEN	500	/* a caller asked so often has shown all its stacks */

#define TESTS	4096

enum set { ALLOC, SYS, SHORT, LIB, SETS };

static const char *const names[SETS] = { "alloc", "sys", "short", "lib" };
static struct { uintptr_t from, to; } program, text, crypto;
static uint64_t seen[SITES];
static unsigned short asked[SITES];
static unsigned n_seen[SETS], fail_at, test, has[TESTS];
static enum set wanted;
static int ready, busy;
static const char *counts;
static pid_t runner, owner;	/* of the tests; of this one */

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
	if (strstr(i->dlpi_name, "libcrypto") != NULL) {
		crypto.from = from;
		crypto.to = to;
	}
	if (i->dlpi_name[0] == '\0' && program.to == 0) {
		program.from = from;
		program.to = to;
		text.from += i->dlpi_addr;
		text.to += i->dlpi_addr;
	}
	return 0;
}

static void __attribute__((destructor))
end(void)
{
	FILE *f;

	ready = 0;
	if (fail_at == 0 && counts != NULL && test > 0 && getpid() == owner &&
	    (f = fopen(counts, "a")) != NULL) {
		fprintf(f, "%u %u %u %u %u\n", test, n_seen[ALLOC],
		    n_seen[SYS], n_seen[SHORT], n_seen[LIB]);
		fclose(f);
	}
}

static void
read_counts(void)
{
	FILE *f = fopen(counts, "r");
	unsigned t, n[SETS];

	if (f == NULL)
		return;
	while (fscanf(f, "%u %u %u %u %u", &t, &n[ALLOC], &n[SYS], &n[SHORT],
	    &n[LIB]) == 1 + SETS)
		if (t < TESTS)
			has[t] = n[wanted];
	fclose(f);
}

static void __attribute__((constructor))
begin(void)
{
	const char *at = getenv("FAILCALL"), *set = getenv("FAILCALL_SET");
	const char *range = getenv("FAILCALL_TEXT");
	void *warm[4];
	int i;

	if (at == NULL || range == NULL ||
	    sscanf(range, "%lx %lx", &text.from, &text.to) != 2)
		return;
	(void)backtrace(warm, 4);	/* loads what it needs */
	(void)dl_iterate_phdr(note_object, NULL);
	runner = getpid();
	for (i = 0; set != NULL && i < SETS; i++)
		if (strcmp(set, names[i]) == 0)
			wanted = (enum set)i;
	fail_at = (unsigned)strtoul(at, NULL, 10);
	counts = getenv("FAILCALL_SITES");
	if (fail_at > 0 && counts != NULL)
		read_counts();
}

/* A child of the runner is a test; what a test forks goes on counting. */
pid_t
fork(void)
{
	static pid_t (*real)(void);
	pid_t pid;

	if (real == NULL)
		*(void **)&real = dlsym(RTLD_NEXT, "fork");
	if (runner != 0 && getpid() == runner)
		test++;
	pid = real();
	if (pid != 0 || runner == 0 || getppid() != runner)
		return pid;
	if (fail_at > 0 && (test >= TESTS || has[test] < fail_at))
		(void)syscall(SYS_exit_group, 0);
	owner = getpid();
	ready = 1;
	return pid;
}

void
_exit(int code)
{
	static int again;

	if (runner != 0 && !again++)
		exit(code);
	for (;;)
		(void)syscall(SYS_exit_group, code);
}

/* The innermost callers as one number; 0: not asked by what is tested. */
static uint64_t
site(enum set s)
{
	void *pc[DEPTH];
	uint64_t h = 14695981039346656037u + s;
	int n = backtrace(pc, DEPTH), i, own = 0;

	for (i = 2; i < n && own < CALLERS; i++) {
		uintptr_t a = (uintptr_t)pc[i];

		if (a < program.from || a >= program.to)
			continue;
		if (a < text.from || a >= text.to) {
			if (own == 0)
				return 0;	/* by the test itself */
			continue;
		}
		own++;
		h = (h ^ (a - program.from)) * 1099511628211u;
	}
	return own > 0 ? h | 1 : 0;
}

static int
is_new(enum set s, uint64_t h)
{
	static unsigned all;
	unsigned i = (unsigned)(h >> 32) % SITES;

	while (seen[i] != 0 && seen[i] != h)
		i = (i + 1) % SITES;
	if (seen[i] == h || all > SITES / 2)
		return 0;
	seen[i] = h;
	all++;
	n_seen[s]++;
	return 1;
}

/* True when this call is to fail; by is who makes it. */
static int
due(enum set s, const void *by)
{
	unsigned short *often = &asked[((uintptr_t)by >> 1) % SITES];
	uint64_t h;
	int r = 0, saved = errno;

	if (!ready || busy || *often == OFTEN || (s == ALLOC &&
	    (uintptr_t)by >= crypto.from && (uintptr_t)by < crypto.to) ||
	    (fail_at > 0 && (s != wanted || n_seen[s] >= fail_at)))
		return 0;
	++*often;
	busy = 1;
	h = site(s);
	if (h != 0 && is_new(s, h))
		r = n_seen[s] == fail_at;
	busy = 0;
	errno = saved;
	return r;
}

/* Half of what was to be written, nothing of what was to be read. */
#define WRAP_SHORT(code, few, type, name, params, args)			\
	type name params;						\
	type name params						\
	{								\
		static type (*real) params;				\
									\
		if (real == NULL)					\
			*(void **)&real = dlsym(RTLD_NEXT, #name);	\
		if (due(SYS, __builtin_return_address(0))) {		\
			errno = code;					\
			return -1;					\
		}							\
		if (due(SHORT, __builtin_return_address(0)))		\
			n = few;					\
		return n == 0 ? 0 : real args;				\
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
		if (due(set, __builtin_return_address(0))) {		\
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

#define OPENER(name, params, args)					\
	int name params;						\
	int name params							\
	{								\
		static int (*real)(int, const char *, int, ...);	\
		unsigned mode = 0;					\
		va_list ap;						\
									\
		if (real == NULL)					\
			*(void **)&real = dlsym(RTLD_NEXT, "openat");	\
		if (flags & (O_CREAT | O_TMPFILE)) {			\
			va_start(ap, flags);				\
			mode = va_arg(ap, unsigned);			\
			va_end(ap);					\
		}							\
		if (due(SYS, __builtin_return_address(0))) {		\
			errno = EMFILE;					\
			return -1;					\
		}							\
		return real args;					\
	}

OPENER(open, (const char *path, int flags, ...),
    (AT_FDCWD, path, flags, mode))
OPENER(open64, (const char *path, int flags, ...),
    (AT_FDCWD, path, flags, mode))
OPENER(openat, (int d, const char *path, int flags, ...),
    (d, path, flags, mode))
SYSCALL(EMFILE, int, __open_2, (const char *p, int f), (p, f))
SYSCALL(EMFILE, int, __openat_2, (int d, const char *p, int f), (d, p, f))

WRAP_SHORT(EIO, 0, ssize_t, read, (int f, void *b, size_t n), (f, b, n))
WRAP_SHORT(EIO, 0, ssize_t, pread, (int f, void *b, size_t n, off_t o),
    (f, b, n, o))
WRAP_SHORT(EIO, 0, ssize_t, pread64, (int f, void *b, size_t n, off_t o),
    (f, b, n, o))
WRAP_SHORT(ENOSPC, n / 2, ssize_t, write, (int f, const void *b, size_t n),
    (f, b, n))
WRAP_SHORT(ENOSPC, n / 2, ssize_t, pwrite,
    (int f, const void *b, size_t n, off_t o), (f, b, n, o))
WRAP_SHORT(ENOSPC, n / 2, ssize_t, pwrite64,
    (int f, const void *b, size_t n, off_t o), (f, b, n, o))
SYSCALL(EAGAIN, ssize_t, preadv2,
    (int f, const struct iovec *v, int n, off_t o, int g), (f, v, n, o, g))
WRAP(SYS, EIO, NULL, struct dirent *, readdir, (DIR *d), (d))
WRAP(SYS, ENOMEM, NULL, DIR *, fdopendir, (int f), (f))
SYSCALL(EIO, int, fsync, (int f), (f))
SYSCALL(EIO, int, fdatasync, (int f), (f))
SYSCALL(EIO, int, fstat, (int f, struct stat *s), (f, s))
SYSCALL(EIO, int, fstat64, (int f, struct stat64 *s), (f, s))
SYSCALL(EIO, int, stat, (const char *p, struct stat *s), (p, s))
SYSCALL(EIO, int, stat64, (const char *p, struct stat64 *s), (p, s))
SYSCALL(EIO, int, lstat, (const char *p, struct stat *s), (p, s))
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
SYSCALL(ENOSPC, int, ftruncate64, (int f, off_t n), (f, n))
SYSCALL(EPERM, int, chmod, (const char *p, mode_t m), (p, m))
SYSCALL(EPERM, int, fchmod, (int f, mode_t m), (f, m))
SYSCALL(EIO, off_t, lseek, (int f, off_t n, int w), (f, n, w))
SYSCALL(ENOLCK, int, flock, (int f, int op), (f, op))
SYSCALL(EMFILE, int, dup, (int f), (f))
SYSCALL(ENOSYS, ssize_t, getrandom, (void *b, size_t n, unsigned g), (b, n, g))

/* Libraries, by what they give when they fail; their types do not matter. */
#define LIBRARY(bad, name, params, args)				\
	WRAP(LIB, ENOMEM, bad, int, name, params, args)

LIBRARY(0, RAND_bytes, (void *b, int n), (b, n))
LIBRARY(0, EVP_MAC_init, (void *c, void *k, size_t n, void *p), (c, k, n, p))
LIBRARY(0, EVP_MAC_update, (void *c, void *p, size_t n), (c, p, n))
LIBRARY(0, EVP_MAC_final, (void *c, void *o, void *l, size_t n), (c, o, l, n))
LIBRARY(0, EVP_DigestInit_ex, (void *c, void *t, void *e), (c, t, e))
LIBRARY(0, EVP_DigestUpdate, (void *c, void *p, size_t n), (c, p, n))
LIBRARY(0, EVP_DigestFinal_ex, (void *c, void *o, void *n), (c, o, n))
LIBRARY(0, EVP_EncryptFinal_ex, (void *c, void *o, void *n), (c, o, n))
WRAP(LIB, ENOMEM, NULL, char *, crypt_r, (void *p, void *s, void *d), (p, s, d))
WRAP(LIB, ENOMEM, NULL, char *, crypt_gensalt_rn, (void *p, unsigned long c,
    void *r, int n, void *o, int z), (p, c, r, n, o, z))
LIBRARY(10, sqlite3_step, (void *st), (st))	/* SQLITE_IOERR */
LIBRARY(7, sqlite3_exec, (void *d, void *q, void *f, void *a, void *e),
    (d, q, f, a, e))				/* SQLITE_NOMEM */
LIBRARY(11, sqlite3_prepare_v2, (void *d, void *q, int n, void *s, void *t),
    (d, q, n, s, t))				/* SQLITE_CORRUPT */
LIBRARY(11, sqlite3_prepare_v3, (void *d, void *q, int n, unsigned f, void *s,
    void *t), (d, q, n, f, s, t))
LIBRARY(7, gsasl_init, (void *c), (c))
LIBRARY(7, gsasl_server_start, (void *c, void *m, void *s), (c, m, s))
LIBRARY(7, gsasl_step, (void *s, void *i, size_t n, void *o, void *l),
    (s, i, n, o, l))
