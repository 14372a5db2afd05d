/*
 * test_priv.c - rights that are given up stay given up
 *
 * Each test is a process of its own.  Run as an ordinary user, the tests that
 * need root say so and count as what an ordinary user can have.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/net/loop.h"
#include "lib/net/priv.h"

#include "t/unit/unit.h"

#define NOBODY	65534

/* The value of a line of /proc/self/status. */
static const char *
status_of(const char *key)
{
	static char line[256];
	FILE *f = fopen("/proc/self/status", "r");

	ck_assert_ptr_nonnull(f);
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, key, strlen(key)) == 0) {
			fclose(f);
			line[strcspn(line, "\n")] = '\0';
			return line + strlen(key) + 2;
		}
	fclose(f);
	ck_abort_msg("no %s", key);
	return NULL;
}

static const struct {
	const char *user;
	int r;
	uid_t uid;
} users[] = {
	{ "root", 0, 0 },
	{ "nobody", 0, NOBODY },
	{ "54321", 0, 54321 },
	{ "0", 0, 0 },
	{ "4294967294", 0, 4294967294u },
	{ "4294967295", -1, 0 },	/* means "no change" to the kernel */
	{ "no-such-user", -1, 0 },
	{ "", -1, 0 },
	{ "-1", -1, 0 },
	{ "12x", -1, 0 },
};

START_TEST(a_user_is_found)
{
	struct err e = { 0 };
	uid_t uid = 1;
	gid_t gid = 1;

	ck_assert_int_eq(priv_lookup(users[_i].user, &uid, &gid, &e),
	    users[_i].r);
	if (users[_i].r == 0)
		ck_assert_uint_eq(uid, users[_i].uid);
	else
		ck_assert_int_eq(e.class, ERR_CONFIG);
}
END_TEST

static struct priv_want
all_of_it(void)
{
	return (struct priv_want){ .become = true, .uid = 54321,
	    .gid = 54322, .no_files = true, .no_processes = true,
	    .max_fds = 100 };
}

/* Each of these ends the child with its own status. */
#define MUST(step, what)	do { if (!(what)) _exit(step); } while (0)

/* A child of its own, since Check could not write its results any more. */
static int
in_child(void (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		fn();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status >= 256 ? status / 256 : status;
}

static bool
is(const char *key, const char *value)
{
	return strcmp(status_of(key), value) == 0;
}

/* Only for root: true, and a word, when we are not. */
static bool
not_root(void)
{
	if (geteuid() == 0)
		return false;
	printf("skipped: only root can become another user\n");
	return true;
}

static void
become_somebody(void)
{
	struct priv_want want = all_of_it();
	gid_t more[] = { 4, 42 };
	struct err e;

	MUST(1, setgroups(2, more) == 0);
	MUST(2, priv_drop(&want, &e) == 0);
	MUST(3, is("Uid", "54321\t54321\t54321\t54321"));
	MUST(4, is("Gid", "54322\t54322\t54322\t54322"));
	MUST(5, getgroups(0, NULL) == 0);
	MUST(6, is("CapEff", "0000000000000000"));
	MUST(7, is("CapPrm", "0000000000000000"));
	MUST(8, is("CapBnd", "0000000000000000"));
	MUST(9, is("CapInh", "0000000000000000"));
	MUST(10, setuid(0) < 0 && setgid(0) < 0);
	MUST(11, open("/etc/shadow", O_RDONLY) < 0);
}

START_TEST(root_becomes_somebody)
{
	if (!not_root())
		ck_assert_int_eq(in_child(become_somebody), 0);
}
END_TEST

/* For programs with set-id bits; everything else is given up all the same. */
static void
become_somebody_who_may_gain(void)
{
	struct priv_want want = all_of_it();
	struct err e;

	want.may_gain = true;
	MUST(1, priv_drop(&want, &e) == 0);
	MUST(2, is("NoNewPrivs", "0"));
	MUST(3, is("CapBnd", "0000000000000000"));
	MUST(4, is("CapPrm", "0000000000000000"));
	MUST(5, setuid(0) < 0 && setgid(0) < 0);
}

START_TEST(only_who_asks_may_gain)
{
	if (!not_root())
		ck_assert_int_eq(in_child(become_somebody_who_may_gain), 0);
}
END_TEST

/* What holds for everybody; root tries it as nobody. */
static void
give_up_the_rest(void)
{
	struct priv_want want = all_of_it();
	struct rlimit r;
	struct err e;

	if (geteuid() == 0)
		MUST(1, setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
		    setresuid(NOBODY, NOBODY, NOBODY) == 0);
	want.root = "/nowhere";		/* skipped, as are the ids */
	MUST(2, priv_drop(&want, &e) == 0);
	MUST(3, geteuid() != want.uid);
	MUST(4, is("NoNewPrivs", "1") && is("CapEff", "0000000000000000"));
	MUST(5, getrlimit(RLIMIT_CORE, &r) == 0 && r.rlim_max == 0);
	MUST(6, getrlimit(RLIMIT_FSIZE, &r) == 0 && r.rlim_max == 0);
	MUST(7, getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_max == 100 &&
	    r.rlim_cur == 100);
#ifndef SANITIZED
	MUST(8, prctl(PR_GET_DUMPABLE) == 0);
	MUST(9, fork() < 0 && errno == EAGAIN);
#endif
}

START_TEST(an_ordinary_user_gives_up_the_rest)
{
	ck_assert_int_eq(in_child(give_up_the_rest), 0);
}
END_TEST

/* A file that slipped in cannot grow, and trying is no death. */
static void
write_something(void)
{
	struct priv_want want = { .no_files = true };
	struct err e;
	FILE *f = tmpfile();

	MUST(1, f != NULL && priv_drop(&want, &e) == 0);
	MUST(2, write(fileno(f), "x", 1) < 0 && errno == EFBIG);
}

START_TEST(files_stay_empty)
{
	ck_assert_int_eq(in_child(write_something), 0);
}
END_TEST

START_TEST(an_empty_root_is_empty)
{
	struct priv_want want = { .become = true, .uid = 54321,
	    .gid = 54321 };
	char dir[] = "/tmp/test_priv.XXXXXX";
	struct stat st;
	struct err e;
	pid_t pid;
	int status;

	if (not_root())
		return;
	ck_assert_ptr_nonnull(mkdtemp(dir));
	want.root = dir;
	chmod(dir, 0755);
	if ((pid = fork()) == 0) {
		bool ok = priv_drop(&want, &e) == 0 &&
		    stat("/etc", &st) < 0 && stat("..//etc", &st) < 0;

		_exit(ok ? 0 : 1);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	rmdir(dir);
	want.root = "/nowhere/at/all";
	ck_assert_int_eq(priv_drop(&want, &e), -1);
	ck_assert_ptr_nonnull(strstr(e.text, "/nowhere/at/all"));
}
END_TEST

static void
keep_death_signal(void)
{
	struct priv_want want = all_of_it();
	struct err e;
	int signo = 0;

	MUST(1, prctl(PR_SET_PDEATHSIG, SIGKILL) == 0);
	MUST(2, priv_drop(&want, &e) == 0);
	MUST(3, prctl(PR_GET_PDEATHSIG, &signo) == 0 && signo == SIGKILL);
}

START_TEST(the_death_signal_survives)
{
	ck_assert_int_eq(in_child(keep_death_signal), 0);
}
END_TEST

START_TEST(descriptors_can_be_raised_to_the_hard_limit)
{
	struct rlimit r = { 50, 80 };

	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &r), 0);
	ck_assert_uint_eq(priv_raise_fds(40), 50);
	ck_assert_uint_eq(priv_raise_fds(70), 70);
	ck_assert_uint_eq(priv_raise_fds(1000000), 80);
}
END_TEST

/* Inside the filter.  The result comes back as an exit status. */
static int
sandboxed(int (*fn)(void), bool kill)
{
	struct err e = { 0 };
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct rlimit none = { 0, 0 };
		unsigned char random[1];

		/* OpenSSL reads its configuration before. */
		ck_assert_int_eq(RAND_bytes(random, 1), 1);

		setrlimit(RLIMIT_CORE, &none);
		if (priv_sandbox_front(kill, &e) < 0)
			_exit(99);
		_exit(fn());
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static int
denied(long r)
{
	return r == -1 && errno == EPERM;
}

/* 0 when each of these fails with EPERM; else which did not. */
static int
forbidden(void)
{
	char sh[] = "/bin/sh";
	char *argv[] = { sh, NULL };
	struct sockaddr sa = { .sa_family = AF_INET };
	struct rlimit r = { 10, 10 };
	void *p;

	if (!denied(open("/tmp/test_priv.x", O_WRONLY | O_CREAT, 0600)))
		return 1;
#ifndef SANITIZED
	if (!denied(open("/etc/passwd", O_RDONLY)) ||
	    !denied(openat(AT_FDCWD, ".", O_RDONLY)))
		return 2;
	if (!denied(fork()))
		return 3;
	if (!denied(prctl(PR_SET_NAME, "x")))
		return 4;
#endif
	if (!denied(execve(sh, argv, argv)))
		return 5;
	if (!denied(socket(AF_INET, SOCK_STREAM, 0)))
		return 6;
	if (!denied(connect(0, &sa, sizeof(sa))) ||
	    !denied(bind(0, &sa, sizeof(sa))) || !denied(listen(0, 1)))
		return 7;
	if (!denied(unlink("/tmp/x")) || !denied(mkdir("/tmp/x", 0700)) ||
	    !denied(rename("/tmp/x", "/tmp/y")))
		return 8;
	if (!denied(setuid(0)) || !denied(chroot("/")))
		return 9;
	if (!denied(setrlimit(RLIMIT_NOFILE, &r)))
		return 10;
	if (!denied(kill(getppid(), 0)) && errno != EPERM)
		return 11;
	if (!denied(syscall(SYS_tgkill, 1, 1, 0)))
		return 12;
	if (!denied(ioctl(0, TIOCSTI, "x")))
		return 13;
	p = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p != MAP_FAILED || errno != EPERM)
		return 14;
	p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return 15;
	if (!denied(mprotect(p, 4096, PROT_READ | PROT_EXEC)))
		return 16;
	if (mprotect(p, 4096, PROT_READ) < 0 || munmap(p, 4096) < 0)
		return 17;
	return 0;
}

/* 0 when the front process can do its work. */
static int
needed(void)
{
	struct rlimit r;
	struct stat st;
	unsigned char random[32];
	int fds[2] = { 0, 0 }, n;
	char *big;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return 1;
	if (fstat(0, &st) < 0)
		return 2;
	if (ioctl(0, FIONREAD, &n) < 0 && errno == EPERM)
		return 3;
	if (RAND_bytes(random, 32) != 1)
		return 4;
	big = malloc(8 << 20);
	if (big == NULL)
		return 5;
	memset(big, 1, 8 << 20);
	big = realloc(big, 16 << 20);
	if (big == NULL)
		return 6;
	free(big);
	if (fcntl(0, F_DUPFD_CLOEXEC, 10) < 0)
		return 7;
	if (preadv2(fds[0], NULL, 0, -1, 0) < 0 && errno == EPERM)
		return 8;
	return 0;
}

static void
usr1(struct loop *l, int signo, void *arg)
{
	(void)signo;
	(void)arg;
	loop_stop(l);
}

/* A loop is made and turned with signals and timers. */
static int
turning(void)
{
	struct err e;
	struct loop *l = loop_new(&e);

	if (l == NULL || loop_signal(l, SIGUSR1, usr1, NULL) < 0)
		return 1;
	raise(SIGUSR1);
	if (loop_run(l, &e) < 0)
		return 2;
	loop_free(&l);
	return 0;
}

START_TEST(the_filter_forbids)
{
	ck_assert_int_eq(sandboxed(forbidden, false), 0);
}
END_TEST

START_TEST(the_filter_allows_the_work)
{
	ck_assert_int_eq(sandboxed(needed, true), 0);
	ck_assert_int_eq(sandboxed(turning, true), 0);
}
END_TEST

static int
aborting(void)
{
	abort();
}

START_TEST(violations_and_our_own_bugs_end_the_process)
{
	int status = sandboxed(forbidden, true);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGSYS);
	status = sandboxed(aborting, true);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGABRT);
}
END_TEST

/* As G-17 asks: seen from outside while it runs. */
START_TEST(the_kernel_shows_the_filter)
{
	struct err e;
	char path[64], text[4096];
	int in[2], out[2];
	size_t n;
	FILE *f;
	char c;
	pid_t pid;

	ck_assert_int_eq(pipe(in), 0);
	ck_assert_int_eq(pipe(out), 0);
	if ((pid = fork()) == 0) {
		c = priv_sandbox_front(false, &e) == 0 ? 'y' : 'n';
		(void)!write(out[1], &c, 1);
		(void)!read(in[0], &c, 1);
		_exit(0);
	}
	ck_assert_int_eq(read(out[0], &c, 1), 1);
	ck_assert_int_eq(c, 'y');
	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	ck_assert_ptr_nonnull(f = fopen(path, "r"));
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	ck_assert_ptr_nonnull(strstr(text, "\nSeccomp:\t2\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nNoNewPrivs:\t1\n"));
	ck_assert_int_eq(write(in[1], "!", 1), 1);
	waitpid(pid, NULL, 0);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, a_user_is_found, users);
	tcase_add_test(tc, root_becomes_somebody);
	tcase_add_test(tc, only_who_asks_may_gain);
	tcase_add_test(tc, an_ordinary_user_gives_up_the_rest);
	tcase_add_test(tc, files_stay_empty);
	tcase_add_test(tc, an_empty_root_is_empty);
	tcase_add_test(tc, the_death_signal_survives);
	tcase_add_test(tc, descriptors_can_be_raised_to_the_hard_limit);
	tcase_add_test(tc, the_filter_forbids);
	tcase_add_test(tc, the_filter_allows_the_work);
	tcase_add_test(tc, violations_and_our_own_bugs_end_the_process);
	tcase_add_test(tc, the_kernel_shows_the_filter);
}

UNIT_MAIN("priv", add)
