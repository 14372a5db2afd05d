/*
 * loop.c - the turn: wait, signals, timers, descriptors, tasks
 */
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "lib/net/loop.h"
#include "lib/net/pollset.h"
#include "lib/net/timer.h"

#define SWEEP_TURNS	32	/* who was quiet that long is parked */

struct handler {
	void (*fn)(struct loop *, int, void *);
	void *arg;
};

struct loop {
	struct moment now;	/* read once a turn */
	uint64_t turn;
	struct pollset watches;
	struct timer_heap timers;
	bool in_timers;
	struct task *tasks;	/* for the end of this turn */
	struct task **tasks_end;
	struct task *running;	/* what is left of the run going on */
	bool stop;
	sigset_t signals;
	struct handler handler[_NSIG];
};

/* Nobody here sends them, so nobody may end a process by them (DESIGN, I8). */
static void
ignore_strays(void)
{
	static const int strays[] = { SIGPIPE, SIGUSR2, SIGALRM, SIGVTALRM,
		SIGPROF, SIGIO, SIGPWR };
	size_t i;

	for (i = 0; i < sizeof(strays) / sizeof(strays[0]); i++)
		(void)signal(strays[i], SIG_IGN);
}

struct loop *
loop_new(struct err *e)
{
	struct loop *l = mem_new(1, sizeof(*l));

	if (l == NULL || pollset_init(&l->watches) < 0) {
		free(l);
		err_set(e, ERR_TEMP, "no memory for an event loop");
		return NULL;
	}
	l->tasks_end = &l->tasks;
	sigemptyset(&l->signals);
	ignore_strays();
	clock_read(&l->now);
	return l;
}

void
loop_free(struct loop **l_p)
{
	struct loop *l = *l_p;

	*l_p = NULL;
	if (l == NULL)
		return;
	if (pollset_special(&l->watches) >= 0)
		close(pollset_special(&l->watches));
	pollset_free(&l->watches);
	timer_heap_free(&l->timers);
	free(l);
}

const struct moment *
loop_time(const struct loop *l)
{
	return &l->now;
}

uint64_t
loop_turn(const struct loop *l)
{
	return l->turn;
}

size_t
loop_watches(const struct loop *l)
{
	return pollset_count(&l->watches);
}

size_t
loop_parked(const struct loop *l)
{
	return l->watches.park.n;
}

int
loop_watch(struct loop *l, struct watch *w)
{
	return pollset_add(&l->watches, w);
}

int
loop_watch_read(struct loop *l, struct watch *w)
{
	w->events = POLLIN;
	return loop_watch(l, w);
}

void
loop_events(struct loop *l, struct watch *w, short events)
{
	pollset_change(&l->watches, w, events);
}

void
loop_unwatch(struct loop *l, struct watch *w)
{
	pollset_remove(&l->watches, w);
}

void
loop_allow_parking(struct loop *l, bool allow)
{
	pollset_allow_parking(&l->watches, allow);
}

int
timer_set(struct loop *l, struct timer *t, int64_t at)
{
	if (l->in_timers && at <= l->now.mono)
		at = l->now.mono + 1;
	return timer_heap_put(&l->timers, t, at);
}

int
timer_after(struct loop *l, struct timer *t, int64_t ms)
{
	if (ms > INT64_MAX - l->now.mono)
		ms = INT64_MAX - l->now.mono;
	return timer_set(l, t, l->now.mono + ms);
}

void
timer_stop(struct loop *l, struct timer *t)
{
	timer_heap_take(&l->timers, t);
}

bool
timer_is_set(const struct timer *t)
{
	return t->slot != 0;
}

void
loop_defer(struct loop *l, struct task *t)
{
	if (t->queued)
		return;
	t->queued = true;
	t->next = NULL;
	*l->tasks_end = t;
	l->tasks_end = &t->next;
}

void
loop_undefer(struct loop *l, struct task *t)
{
	struct task **at;

	if (!t->queued)
		return;
	t->queued = false;
	for (at = &l->running; *at != NULL; at = &(*at)->next)
		if (*at == t) {
			*at = t->next;
			return;
		}
	for (at = &l->tasks; *at != t; at = &(*at)->next)
		;
	*at = t->next;
	if (t->next == NULL)
		l->tasks_end = at;
}

int
loop_signal(struct loop *l, int signo,
    void (*handler)(struct loop *, int signo, void *arg), void *arg)
{
	sigset_t set = l->signals;
	int fd;

	if (signo <= 0 || signo >= _NSIG || sigaddset(&set, signo) < 0)
		return -1;
	fd = signalfd(pollset_special(&l->watches), &set,
	    SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return -1;
	pollset_set_special(&l->watches, fd);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	l->signals = set;
	l->handler[signo] = (struct handler){ handler, arg };
	return 0;
}

bool
loop_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, 0) != 0;
}

static int
timeout(const struct loop *l)
{
	struct timer *first = timer_heap_first(&l->timers);
	int64_t ms;

	if (l->tasks != NULL)
		return 0;
	if (first == NULL)
		return -1;
	/* Both ends are cut to milliseconds, and poll() never returns early:
	 * a wait of this length ends at or after the deadline. */
	ms = first->at - l->now.mono;
	if (ms <= 0)
		return 0;
	return ms < INT_MAX ? (int)ms : INT_MAX;
}

static void
run_signals(struct loop *l)
{
	struct signalfd_siginfo info[8];
	ssize_t got;
	size_t i;

	got = read(pollset_special(&l->watches), info, sizeof(info));
	for (i = 0; got > 0 && i < (size_t)got / sizeof(*info); i++) {
		int signo = (int)info[i].ssi_signo;

		if (signo > 0 && signo < _NSIG && l->handler[signo].fn != NULL)
			l->handler[signo].fn(l, signo, l->handler[signo].arg);
	}
}

static void
run_timers(struct loop *l)
{
	struct timer *t;

	l->in_timers = true;
	while ((t = timer_heap_first(&l->timers)) != NULL &&
	    t->at <= l->now.mono) {
		timer_heap_take(&l->timers, t);
		t->due(l, t);
	}
	l->in_timers = false;
}

static void
run_tasks(struct loop *l)
{
	struct task *t;

	l->running = l->tasks;
	l->tasks = NULL;
	l->tasks_end = &l->tasks;
	while ((t = l->running) != NULL) {
		l->running = t->next;
		t->queued = false;
		t->run(l, t);
	}
}

int
loop_run(struct loop *l, struct err *e)
{
	bool signalled;

	l->stop = false;
	clock_read(&l->now);
	while (!l->stop) {
		if (pollset_wait(&l->watches, timeout(l), &signalled, e) < 0)
			return -1;
		l->turn++;
		clock_read(&l->now);
		if (signalled)
			run_signals(l);
		run_timers(l);
		pollset_run(&l->watches, l);
		run_tasks(l);
		if (l->turn % SWEEP_TURNS == 0)
			pollset_sweep(&l->watches);
	}
	return 0;
}

void
loop_stop(struct loop *l)
{
	l->stop = true;
}
