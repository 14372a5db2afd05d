/*
 * test_child.c - programs started with exactly what they are given
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/net/child.h"

#include "t/unit/unit.h"

static char out[8192];

/* Run a shell command; what it writes to descriptor 3 is in out. */
static int
shell(char *command, const int *more, size_t n_more)
{
	char name[] = "sh", opt[] = "-c";
	char *argv[] = { name, opt, command, NULL };
	int fds[8], ends[2], status;
	struct err e = { 0 };
	size_t at = 0, i;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	fds[0] = ends[1];
	for (i = 0; i < n_more; i++)
		fds[i + 1] = more[i];
	pid = child_start("/bin/sh", argv, fds, n_more + 1, &e);
	ck_assert_msg(pid > 0, "%s", e.text);
	close(ends[1]);
	while ((n = read(ends[0], out + at, sizeof(out) - 1 - at)) > 0)
		at += (size_t)n;
	out[at] = '\0';
	close(ends[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

START_TEST(a_program_runs_with_a_minimal_environment)
{
	char command[] = "tr '\\0' '\\n' < /proc/self/environ >&3; exit 7";

	setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
	setenv("SECRET", "x", 1);
	setenv("TZ", "CET-1", 1);
	setenv("LD_PRELOAD_NOT", "x", 1);
	ck_assert_int_eq(WEXITSTATUS(shell(command, NULL, 0)), 7);
	ck_assert_ptr_nonnull(strstr(out, "PATH=/usr/local/sbin:"));
	ck_assert_ptr_nonnull(strstr(out, "LANG=C\n"));
	ck_assert_ptr_nonnull(strstr(out, "TZ=CET-1\n"));
	ck_assert_ptr_null(strstr(out, "NOTIFY_SOCKET"));
	ck_assert_ptr_null(strstr(out, "SECRET"));
	ck_assert_ptr_null(strstr(out, "LD_PRELOAD"));
}
END_TEST

/* Whatever is open here, and wherever, only what is handed over arrives. */
START_TEST(only_the_given_descriptors_arrive)
{
	/* ls itself opens the folder: 6.  No pipe, whose ends come and go. */
	char command[] = "cat <&4 >&3; cat <&5 >&3; "
	    "exec ls -1 /proc/self/fd >&3";
	int a[2], b[2], i, more[2];

	for (i = 0; i < 30; i++)
		ck_assert_int_ge(dup(0), 0);
	ck_assert_int_eq(pipe(a), 0);
	ck_assert_int_eq(pipe(b), 0);
	ck_assert_int_eq(write(a[1], "A", 1), 1);
	ck_assert_int_eq(write(b[1], "B", 1), 1);
	close(a[1]);
	close(b[1]);
	/* Sources where the targets are, the wrong way round. */
	ck_assert_int_eq(dup2(b[0], 4), 4);
	ck_assert_int_eq(dup2(a[0], 5), 5);
	more[0] = 5;
	more[1] = 4;
	ck_assert_int_eq(shell(command, more, 2), 0);
	ck_assert_str_eq(out, "AB0\n1\n2\n3\n4\n5\n6\n");
}
END_TEST

START_TEST(signals_are_as_a_program_expects_them)
{
	char command[] = "grep -E '^Sig(Blk|Ign)' /proc/self/status >&3";
	unsigned long long blocked, ignored;
	sigset_t all;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	ck_assert_int_eq(shell(command, NULL, 0), 0);
	/* 32 and 33 are the C library's own: no program can set them. */
	ck_assert_int_eq(sscanf(out, "SigBlk: %llx SigIgn: %llx", &blocked,
	    &ignored), 2);
	ck_assert_uint_eq(blocked, 0);
	ck_assert_uint_eq(ignored & ~0x180000000ULL, 0);
}
END_TEST

static const struct {
	const char *path;
	int errnum;
} bad[] = {
	{ "/nowhere/at/all", ENOENT },
	{ "/etc/passwd", EACCES },
	{ "/", EACCES },
};

START_TEST(a_failed_exec_is_told)
{
	char name[] = "x";
	char *argv[] = { name, NULL };
	struct err e = { 0 };
	int status;

	ck_assert_int_eq(child_start(bad[_i].path, argv, NULL, 0, &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_int_eq(e.errnum, bad[_i].errnum);
	ck_assert_ptr_nonnull(strstr(e.text, bad[_i].path));
	ck_assert_int_eq(child_reap(&status), 0);	/* no zombie */
}
END_TEST

START_TEST(too_many_descriptors_are_a_bug)
{
	char name[] = "x";
	char *argv[] = { name, NULL };
	static int fds[100];
	struct err e = { 0 };

	ck_assert_int_eq(child_start("/bin/true", argv, fds, 100, &e), -1);
	ck_assert_int_eq(e.class, ERR_BUG);
}
END_TEST

/* The parent is killed; its child holds the pipe, whose end must come. */
START_TEST(a_child_dies_with_its_parent)
{
	char name[] = "sleep", time[] = "1000";
	char *argv[] = { name, time, NULL };
	int ends[2], go[2];
	struct err e;
	char c;
	pid_t parent;
	struct pollfd p;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(go, O_CLOEXEC), 0);
	parent = fork();
	if (parent == 0) {
		if (child_start("/bin/sleep", argv, &ends[1], 1, &e) > 0)
			(void)!write(go[1], "!", 1);
		for (;;)
			pause();
	}
	close(ends[1]);
	ck_assert_int_eq(read(go[0], &c, 1), 1);
	kill(parent, SIGKILL);
	p = (struct pollfd){ .fd = ends[0], .events = POLLIN };
	ck_assert_int_eq(poll(&p, 1, 10000), 1);
	ck_assert_int_eq(read(ends[0], &c, 1), 0);
	waitpid(parent, NULL, 0);
}
END_TEST

START_TEST(ends_are_reaped_and_worded)
{
	char name[] = "sh", opt[] = "-c", three[] = "exit 3";
	char nine[] = "kill -9 $$";
	char *argv[] = { name, opt, _i == 0 ? three : nine, NULL };
	struct err e;
	char text[48];
	int status = 0, i;
	pid_t pid = child_start("/bin/sh", argv, NULL, 0, &e), got = 0;

	ck_assert_int_gt(pid, 0);
	for (i = 0; i < 1000 && (got = child_reap(&status)) == 0; i++)
		usleep(10000);
	ck_assert_int_eq(got, pid);
	ck_assert_str_eq(child_status_text(status, text),
	    _i == 0 ? "exit status 3" : "signal 9 (Killed)");
	ck_assert_int_eq(child_reap(&status), 0);
}
END_TEST

/* What the first process makes of it; how is what the daemon does. */
static int
daemon_exit(int how)
{
	pid_t first = fork();
	struct err e;
	int ready, status;

	if (first == 0) {
		pid_t group = getpgrp();

		if (child_daemonize(&ready, &e) < 0)
			_exit(99);
		if (how < 0)
			_exit(-how);
		if (how == 256)
			abort();
		if (getsid(0) != getpid() || getpgrp() == group)
			child_ready(ready, 98);
		child_ready(ready, how);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(first, &status, 0), first);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static const struct {
	int how, status;
} daemons[] = {
	{ 0, 0 },		/* ready */
	{ EX_CONFIG, EX_CONFIG },	/* says it cannot start */
	{ -3, 3 },		/* ends with a status before it is ready */
	{ 256, EX_SOFTWARE },	/* crashes before it is ready */
};

START_TEST(the_first_process_tells_how_it_went)
{
	struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	ck_assert_int_eq(daemon_exit(daemons[_i].how), daemons[_i].status);
}
END_TEST

/* 0-2 are those given, in any order, and it leads a group of its own. */
START_TEST(standard_descriptors_may_be_its_own)
{
	char name[] = "sh", opt[] = "-c", command[] = "cat; echo two >&2; "
	    "echo three >&3; cut -d ' ' -f 5 /proc/$$/stat; echo $$";
	char *argv[] = { name, opt, command, NULL };
	int in[2], ends[2], std[3], fds[1], status;
	char text[256], want[64];
	struct err e;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(pipe2(in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(write(in[1], "one\n", 4), 4);
	close(in[1]);
	std[0] = in[0];
	std[1] = std[2] = fds[0] = ends[1];
	pid = child_start_std("/bin/sh", argv, std, fds, 1, &e);
	ck_assert_msg(pid > 0, "%s", e.text);
	close(in[0]);
	close(ends[1]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(status, 0);
	n = read(ends[0], text, sizeof(text) - 1);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	close(ends[0]);
	snprintf(want, sizeof(want), "one\ntwo\nthree\n%d\n%d\n", (int)pid,
	    (int)pid);
	ck_assert_str_eq(text, want);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, standard_descriptors_may_be_its_own);
	tcase_add_test(tc, a_program_runs_with_a_minimal_environment);
	tcase_add_test(tc, only_the_given_descriptors_arrive);
	tcase_add_test(tc, signals_are_as_a_program_expects_them);
	UNIT_ROWS(tc, a_failed_exec_is_told, bad);
	tcase_add_test(tc, too_many_descriptors_are_a_bug);
	tcase_add_test(tc, a_child_dies_with_its_parent);
	tcase_add_loop_test(tc, ends_are_reaped_and_worded, 0, 2);
	UNIT_ROWS(tc, the_first_process_tells_how_it_went, daemons);
}

UNIT_MAIN("child", add)
