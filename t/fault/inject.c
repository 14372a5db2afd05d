/*
 * inject.c - makes one system call of a running process go wrong
 *
 * As strace's tampering, but one tracer stays with all processes of a server
 * and takes an order a site, so that a site costs milliseconds; and what they
 * start is traced from its first instruction.
 *
 * Orders come on standard input, a line each:
 *	follow ROLE PID		trace it, and what it starts as ROLE'
 *	zero			forget counts, hits and ends
 *	hold, go		calls do not count, or count again
 *	counts			"ROLE CALL N" a line
 *	arm ROLE CALL K N WHAT A [B]
 *				calls K to K+N-1 of that role (N 0: all from K)
 *	disarm			"hits N"
 *	ends			"ROLE PID STATUS" a line, as wait() gives it
 *	leave			let go of all
 * WHAT: error ERRNO or result VALUE (the call is not made); late ERRNO (it is
 * made); short INDEX VALUE (an argument is at most that, where a part is a
 * plausible answer); kill SIGNAL (before the call); after SIGNAL (behind it).
 * The last line of an answer is "ok" or "no REASON".
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/ptrace.h>

#include "t/fault/inject_regs.h"

#define CALLS		600
#define ROLES		24
#define TRACEES		256
#define ENDS		64
#define NAME		24

static const char *const names[CALLS] = {
#define CALL(x)	[SYS_##x] = #x,
#include "t/fault/inject_calls.h"
#undef CALL
};

struct role {
	char name[NAME];
	unsigned counts[CALLS];
};

struct tracee {
	pid_t pid;
	int role;
	bool unborn;		/* stopped: its parent has not told of it yet */
	int undo;		/* what to do when the call returns */
	long value;
};

enum { NOTHING, ERROR, RESULT, LATE, SHORT, KILL, AFTER, N_WHATS };
static const char *const whats[] = { "", "error", "result", "late", "short",
	"kill", "after" };

static struct role roles[ROLES];
static int n_roles;
static struct tracee tracees[TRACEES];
static struct { int role; pid_t pid; int status; } ends[ENDS];
static unsigned n_ends;
static bool holding;
static struct {
	int role, call, what;
	unsigned from, times, hits;
	long a, b;
} armed = { .what = NOTHING };

static int
role_of(const char *name)
{
	int i;

	for (i = 0; i < n_roles; i++)
		if (strcmp(roles[i].name, name) == 0)
			return i;
	if (n_roles == ROLES)
		return ROLES - 1;
	snprintf(roles[n_roles].name, NAME, "%s", name);
	return n_roles++;
}

static struct tracee *
tracee_of(pid_t pid)
{
	int i;

	for (i = 0; i < TRACEES; i++)
		if (tracees[i].pid == pid)
			return &tracees[i];
	return NULL;
}

static struct tracee *
add(pid_t pid, int role)
{
	struct tracee *t = tracee_of(0);

	if (t != NULL)
		*t = (struct tracee){ .pid = pid, .role = role };
	return t;
}

/* Signals, events and packets come whole or not at all. */
static bool
comes_in_parts(pid_t pid, uint64_t fd)
{
	char path[64], is[16];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/fd/%llu", (int)pid,
	    (unsigned long long)fd);
	n = readlink(path, is, sizeof(is));
	return n >= 11 && memcmp(is, "anon_inode:", 11) != 0;
}

/* A call of t begins that is armed. */
static void
tamper(struct tracee *t, const struct ptrace_syscall_info *si)
{
	if (armed.what == SHORT && (!comes_in_parts(t->pid,
	    si->entry.args[0]) || si->entry.args[armed.a] <= (uint64_t)armed.b))
		return;
	armed.hits++;
	if (armed.what == SHORT)
		set_argument(t->pid, armed.a, armed.b);
	else if (armed.what == KILL)
		(void)kill(t->pid, (int)armed.a);
	else if (armed.what == AFTER)
		t->undo = AFTER;
	else
		t->undo = RESULT;
	if (armed.what == ERROR || armed.what == RESULT)
		skip_call(t->pid);
	t->value = armed.what == ERROR || armed.what == LATE ? -armed.a :
	    armed.a;
}

static void
entered(struct tracee *t, const struct ptrace_syscall_info *si)
{
	unsigned k;

	if (si->entry.nr >= CALLS)
		return;
	if (holding)
		return;
	k = ++roles[t->role].counts[si->entry.nr];
	if (armed.what != NOTHING && t->role == armed.role &&
	    (int)si->entry.nr == armed.call && k >= armed.from &&
	    (armed.times == 0 || k - armed.from < armed.times))
		tamper(t, si);
}

static void
left(struct tracee *t)
{
	if (t->undo == RESULT)
		set_result(t->pid, t->value);
	else if (t->undo == AFTER)
		(void)kill(t->pid, (int)t->value);
	t->undo = NOTHING;
}

static void
at_call(struct tracee *t)
{
	struct ptrace_syscall_info si;

	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof(si), &si) < 0)
		return;
	if (si.op == PTRACE_SYSCALL_INFO_ENTRY)
		entered(t, &si);
	else if (si.op == PTRACE_SYSCALL_INFO_EXIT)
		left(t);
}

static void
gone(struct tracee *t, int status)
{
	if (n_ends < ENDS) {
		ends[n_ends].role = t->role;
		ends[n_ends].pid = t->pid;
		ends[n_ends++].status = status;
	}
	t->pid = 0;
}

static void
born(struct tracee *parent)
{
	struct tracee *t;
	unsigned long pid;
	char name[NAME];

	if (ptrace(PTRACE_GETEVENTMSG, parent->pid, 0, &pid) < 0)
		return;
	snprintf(name, sizeof(name), "%.22s'", roles[parent->role].name);
	t = tracee_of((pid_t)pid);
	if (t == NULL) {
		(void)add((pid_t)pid, role_of(name));
	} else if (t->unborn) {
		t->role = role_of(name);
		t->unborn = false;
		(void)ptrace(PTRACE_SYSCALL, t->pid, 0, 0);
	}
}

/* One stop or end of one tracee. */
static void
news(pid_t pid, int status)
{
	struct tracee *t = tracee_of(pid);
	int event = status >> 16, signo = WSTOPSIG(status), r;

	if (t == NULL) {
		t = WIFSTOPPED(status) ? add(pid, role_of("?")) : NULL;
		if (t != NULL)
			t->unborn = true;
		return;
	}
	if (!WIFSTOPPED(status)) {
		gone(t, status);
		return;
	}
	if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK ||
	    event == PTRACE_EVENT_CLONE)
		born(t);
	if (signo == (SIGTRAP | 0x80))
		at_call(t);
	if (event == PTRACE_EVENT_STOP && signo != SIGTRAP)
		r = (int)ptrace(PTRACE_LISTEN, pid, 0, 0);	/* SIGSTOP */
	else
		r = (int)ptrace(PTRACE_SYSCALL, pid, 0,
		    event != 0 || signo == (SIGTRAP | 0x80) ? 0 : signo);
	if (r < 0 && errno != ESRCH)
		fprintf(stderr, "inject: %d: %s\n", (int)pid, strerror(errno));
}

static void
all_news(void)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0)
		news(pid, status);
}

static const char *
follow(const char *role, pid_t pid)
{
	struct tracee *t = tracee_of(pid);

	if (t != NULL) {
		t->role = role_of(role);	/* started by one we trace */
		return NULL;
	}
	t = add(pid, role_of(role));
	if (t == NULL)
		return "too many processes";
	if (ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD |
	    PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE) == 0 &&
	    ptrace(PTRACE_INTERRUPT, pid, 0, 0) == 0)
		return NULL;
	t->pid = 0;
	return strerror(errno);
}

static const char *
call_name(int nr)
{
	static char text[16];

	if (names[nr] != NULL)
		return names[nr];
	snprintf(text, sizeof(text), "#%d", nr);
	return text;
}

static void
print_counts(void)
{
	int i, nr;

	for (i = 0; i < n_roles; i++)
		for (nr = 0; nr < CALLS; nr++)
			if (roles[i].counts[nr] > 0)
				printf("%s %s %u\n", roles[i].name,
				    call_name(nr), roles[i].counts[nr]);
}

static void
print_ends(void)
{
	unsigned i;

	for (i = 0; i < n_ends; i++)
		printf("%s %d %d\n", roles[ends[i].role].name,
		    (int)ends[i].pid, ends[i].status);
}

static void
zero(void)
{
	int i;

	for (i = 0; i < n_roles; i++)
		memset(roles[i].counts, 0, sizeof(roles[i].counts));
	n_ends = 0;
	armed.hits = 0;
	armed.what = NOTHING;
}

static const char *
arm(const char *line)
{
	char role[NAME], call[NAME], what[NAME];
	int i;

	armed.a = armed.b = 0;
	if (sscanf(line, "arm %23s %23s %u %u %23s %ld %ld", role, call,
	    &armed.from, &armed.times, what, &armed.a, &armed.b) < 6)
		return "what?";
	armed.call = -1;
	for (i = 0; i < CALLS; i++)
		if (names[i] != NULL && strcmp(names[i], call) == 0)
			armed.call = i;
	if (armed.call < 0)
		return "no such call";
	for (i = ERROR; i < N_WHATS && strcmp(whats[i], what) != 0; i++)
		;
	if (i == N_WHATS || (i == SHORT && (armed.a < 0 || armed.a > 5)))
		return "no such thing to do";
	armed.role = role_of(role);
	armed.what = i;
	armed.hits = 0;
	return NULL;
}

static void
leave(void)
{
	int i, status;

	for (i = 0; i < TRACEES; i++) {
		if (tracees[i].pid == 0)
			continue;
		if (ptrace(PTRACE_INTERRUPT, tracees[i].pid, 0, 0) == 0 &&
		    waitpid(tracees[i].pid, &status, __WALL) > 0 &&
		    WIFSTOPPED(status))
			(void)ptrace(PTRACE_DETACH, tracees[i].pid, 0, 0);
		tracees[i].pid = 0;
	}
}

static void
obey(char *line)
{
	const char *no = NULL;
	char role[NAME];
	int pid;

	if (sscanf(line, "follow %23s %d", role, &pid) == 2)
		no = follow(role, pid);
	else if (strncmp(line, "arm ", 4) == 0)
		no = arm(line);
	else if (strcmp(line, "zero") == 0)
		zero();
	else if (strcmp(line, "hold") == 0)
		holding = true;
	else if (strcmp(line, "go") == 0)
		holding = false;
	else if (strcmp(line, "counts") == 0)
		print_counts();
	else if (strcmp(line, "ends") == 0)
		print_ends();
	else if (strcmp(line, "disarm") == 0) {
		armed.what = NOTHING;
		printf("hits %u\n", armed.hits);
	} else if (strcmp(line, "leave") == 0)
		leave();
	else
		no = "what?";
	printf("%s%s\n", no == NULL ? "ok" : "no ", no == NULL ? "" : no);
	fflush(stdout);
}

/* All lines that are whole; false at the end of orders. */
static bool
orders(void)
{
	static char in[4096];
	static size_t have;
	ssize_t n = read(0, in + have, sizeof(in) - 1 - have);
	char *lf;

	if (n <= 0)
		return false;
	have += (size_t)n;
	in[have] = '\0';
	while ((lf = strchr(in, '\n')) != NULL) {
		*lf = '\0';
		all_news();
		obey(in);
		have -= (size_t)(lf + 1 - in);
		memmove(in, lf + 1, have + 1);
	}
	return have < sizeof(in) - 1;
}

int
main(void)
{
	struct signalfd_siginfo si;
	struct pollfd p[2] = { { .fd = 0, .events = POLLIN },
		{ .events = POLLIN } };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	p[1].fd = signalfd(-1, &set, SFD_CLOEXEC);
	if (p[1].fd < 0)
		return 1;
	for (;;) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			break;
		if (p[1].revents != 0 && read(p[1].fd, &si, sizeof(si)) < 0)
			break;
		all_news();
		if (p[0].revents != 0 && !orders())
			break;
	}
	leave();
	return 0;
}
