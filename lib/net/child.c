/*
 * child.c - starting other programs, reaping them, becoming a daemon
 *
 * Between fork() and exec only what is safe there is called; this process has
 * one thread, but its libraries need not know that.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/net/child.h"

#define FIRST_FD	3
#define MAX_FDS		64

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC	4
#endif

static char path_variable[] = "PATH=/usr/local/sbin:/usr/local/bin:"
    "/usr/sbin:/usr/bin:/sbin:/bin";
static char lang_variable[] = "LANG=C";

#define ENV_MAX		8

/* Nothing is inherited but the zone of local time, in which log names files,
 * and what sanitizers are told for the tests. */
static void
make_environment(char *env[ENV_MAX])
{
	size_t n = 0;

	env[n++] = path_variable;
	env[n++] = lang_variable;
	for (char **p = environ; *p != NULL; p++)
		if (strncmp(*p, "TZ=", 3) == 0 && n == 2)
			env[n++] = *p;
#ifdef SANITIZED
	for (char **p = environ; *p != NULL && n < ENV_MAX - 1; p++)
		if (strncmp(*p, "ASAN_OPTIONS=", 13) == 0 ||
		    strncmp(*p, "LSAN_OPTIONS=", 13) == 0 ||
		    strncmp(*p, "UBSAN_OPTIONS=", 14) == 0)
			env[n++] = *p;
#endif
	env[n] = NULL;
}

/* As a program expects them: nothing blocked, nothing ignored. */
static void
reset_signals(void)
{
	sigset_t none;
	int signo;

	for (signo = 1; signo < _NSIG; signo++)
		(void)signal(signo, SIG_DFL);
	sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* All from first on are closed by exec. */
static int
close_later(unsigned first)
{
	long fd, max;

	if (syscall(SYS_close_range, first, ~0u, CLOSE_RANGE_CLOEXEC) == 0)
		return 0;
	max = sysconf(_SC_OPEN_MAX);
	for (fd = (long)first; fd < max; fd++)
		(void)fcntl((int)fd, F_SETFD, FD_CLOEXEC);
	return max > 0 ? 0 : -1;
}

struct start {
	const char *path;
	char *const *argv;
	const int *std;		/* for 0-2, or NULL: as they are */
	const int *fds;
	size_t n_fds;
	int report;		/* where errno of a failure is written */
	pid_t parent;
};

/* Copies out of the way of all places. */
static int
lift_fds(const int *fds, size_t n, int base, int *high)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((high[i] = fcntl(fds[i], F_DUPFD_CLOEXEC, base)) < 0)
			return -1;
	return 0;
}

static int
lower_fds(const int *high, size_t n, int first)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (dup2(high[i], first + (int)i) < 0)
			return -1;
	return 0;
}

/*
 * First all out of the way, then each to its place: the sources may lie where
 * others must go.  s->report moves out of the way as well.
 */
static int
place_fds(struct start *s)
{
	int high[MAX_FDS], std[FIRST_FD], base = FIRST_FD + (int)s->n_fds;

	s->report = fcntl(s->report, F_DUPFD_CLOEXEC, base);
	if (s->report < 0 || lift_fds(s->fds, s->n_fds, base, high) < 0)
		return -1;
	if (s->std != NULL && (lift_fds(s->std, FIRST_FD, base, std) < 0 ||
	    lower_fds(std, FIRST_FD, 0) < 0 || setpgid(0, 0) < 0))
		return -1;
	if (lower_fds(high, s->n_fds, FIRST_FD) < 0)
		return -1;
	return close_later((unsigned)base);
}

_Noreturn static void
become(struct start *s)
{
	char *env[ENV_MAX];
	int errnum;

	make_environment(env);
	reset_signals();
	if (place_fds(s) == 0 &&
	    prctl(PR_SET_PDEATHSIG, SIGKILL) == 0) {
		/* A parent that died before that sends no signal any more. */
		if (getppid() != s->parent)
			_exit(EX_UNAVAILABLE);
		(void)execve(s->path, s->argv, env);
	}
	errnum = errno;
	if (write(s->report, &errnum, sizeof(errnum)) < 0)
		_exit(EX_OSERR);
	_exit(EX_UNAVAILABLE);
}

static ssize_t
read_all(int fd, void *mem, size_t n)
{
	ssize_t got;

	do {
		got = read(fd, mem, n);
	} while (got < 0 && errno == EINTR);
	return got;
}

pid_t
child_start_std(const char *path, char *const argv[], const int std[3],
    const int *fds, size_t n_fds, struct err *e)
{
	struct start s = { path, argv, std, fds, n_fds, -1, getpid() };
	int ends[2], errnum = 0;
	pid_t pid;

	if (n_fds > MAX_FDS)
		return err_set(e, ERR_BUG, "%zu descriptors for one program",
		    n_fds);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, ERR_TEMP, "start %s", path);
	s.report = ends[1];
	pid = fork();
	if (pid == 0)
		become(&s);
	if (pid < 0)
		err_sys(e, ERR_TEMP, "start %s", path);
	close(ends[1]);
	/* The end of the pipe means that exec has closed it. */
	if (pid > 0 && read_all(ends[0], &errnum, sizeof(errnum)) ==
	    (ssize_t)sizeof(errnum)) {
		(void)waitpid(pid, NULL, 0);
		errno = errnum;
		pid = err_sys(e, ERR_CONFIG, "start %s", path);
	}
	close(ends[0]);
	return pid;
}

pid_t
child_start(const char *path, char *const argv[], const int *fds,
    size_t n_fds, struct err *e)
{
	return child_start_std(path, argv, NULL, fds, n_fds, e);
}

pid_t
child_reap(int *status_r)
{
	pid_t pid;

	do {
		pid = waitpid(-1, status_r, WNOHANG);
	} while (pid < 0 && errno == EINTR);
	return pid > 0 ? pid : 0;
}

const char *
child_status_text(int status, char out[48])
{
	if (WIFEXITED(status))
		snprintf(out, 48, "exit status %d", WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		snprintf(out, 48, "signal %d (%.32s)", WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else
		snprintf(out, 48, "status %d", status);
	return out;
}

/* The first process: end as the daemon says, or as it ended before that. */
_Noreturn static void
wait_for_daemon(int fd, pid_t pid)
{
	unsigned char code;
	int status;

	if (read_all(fd, &code, 1) == 1)
		_exit(code);
	if (waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
	    WEXITSTATUS(status) != 0)
		_exit(WEXITSTATUS(status));
	_exit(EX_SOFTWARE);
}

static int
point_at_null(int fd)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int r = null < 0 ? -1 : dup2(null, fd);

	if (null > 2)
		close(null);
	return r < 0 ? -1 : 0;
}

int
child_daemonize(int *ready_fd_r, struct err *e)
{
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(e, ERR_TEMP, "become a daemon");
	pid = fork();
	if (pid > 0) {
		close(ends[1]);
		wait_for_daemon(ends[0], pid);
	}
	close(ends[0]);
	if (pid < 0 || setsid() < 0 || point_at_null(0) < 0 ||
	    point_at_null(1) < 0) {
		err_sys(e, ERR_TEMP, "become a daemon");
		close(ends[1]);
		return -1;
	}
	*ready_fd_r = ends[1];
	return 0;
}

void
child_ready(int ready_fd, int exit_code)
{
	unsigned char code = (unsigned char)exit_code;

	/* When that fails, the first process sees the end of the pipe. */
	if (write(ready_fd, &code, 1) == 1 && exit_code == 0)
		(void)point_at_null(2);
	close(ready_fd);
}
