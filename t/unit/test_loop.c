/*
 * test_loop.c - turns, watches that come and go, parking, tasks, signals
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "lib/net/loop.h"

#include "t/unit/unit.h"

#define MANY	200

/* A watched end of a socketpair, and what happens when it is ready. */
struct end {
	struct watch w;
	int other;
	int calls;
	short revents;
	bool keep;		/* do not stop the loop */
	struct end *victim;	/* unwatch this one */
};

static struct loop *
new_loop(void)
{
	struct err e;
	struct loop *l = loop_new(&e);

	ck_assert_ptr_nonnull(l);
	return l;
}

static void
ready(struct loop *l, struct watch *w, short revents)
{
	struct end *end = LOOP_OWNER(w, struct end, w);
	char c;

	end->calls++;
	end->revents = revents;
	if (revents & POLLIN)
		(void)!read(w->fd, &c, 1);
	if (end->victim != NULL)
		loop_unwatch(l, &end->victim->w);
	if (!end->keep)
		loop_stop(l);
}

static void
open_end(struct loop *l, struct end *end)
{
	int fds[2];

	memset(end, 0, sizeof(*end));
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK |
	    SOCK_CLOEXEC, 0, fds), 0);
	end->w.fd = fds[0];
	end->w.events = POLLIN;
	end->w.ready = ready;
	end->other = fds[1];
	ck_assert_int_eq(loop_watch(l, &end->w), 0);
}

static void
poke(struct end *end)
{
	ck_assert_int_eq(write(end->other, "x", 1), 1);
}

static void
stop_due(struct loop *l, struct timer *t)
{
	(void)t;
	loop_stop(l);
}

static void
run(struct loop *l)
{
	struct err e;

	ck_assert_int_eq(loop_run(l, &e), 0);
}

/* Run, but for ms at most. */
static void
run_for(struct loop *l, int64_t ms)
{
	struct timer t = { .due = stop_due };

	ck_assert_int_eq(timer_after(l, &t, ms), 0);
	run(l);
	timer_stop(l, &t);
}

START_TEST(only_the_ready_one_is_called)
{
	struct loop *l = new_loop();
	struct end end[3];

	open_end(l, &end[0]);
	open_end(l, &end[1]);
	open_end(l, &end[2]);
	ck_assert_uint_eq(loop_watches(l), 3);
	poke(&end[1]);
	run(l);
	ck_assert_int_eq(end[0].calls + end[2].calls, 0);
	ck_assert_int_eq(end[1].calls, 1);
	ck_assert_int_eq(end[1].revents, POLLIN);
	loop_free(&l);
	ck_assert_ptr_null(l);
}
END_TEST

START_TEST(removing_a_ready_one_spares_it)
{
	struct loop *l = new_loop();
	struct end end[4];
	int i;

	for (i = 0; i < 4; i++) {
		open_end(l, &end[i]);
		poke(&end[i]);
		end[i].keep = true;
	}
	/* Whoever of the pairs comes first takes the other out. */
	end[0].victim = &end[3];
	end[3].victim = &end[0];
	end[1].victim = &end[1];
	end[2].victim = &end[2];
	run_for(l, 20);
	ck_assert_int_eq(end[0].calls + end[3].calls, 1);
	ck_assert_int_eq(end[1].calls, 1);
	ck_assert_int_eq(end[2].calls, 1);
	ck_assert_uint_eq(loop_watches(l), 1);
	loop_free(&l);
}
END_TEST

START_TEST(no_events_still_tells_the_end)
{
	struct loop *l = new_loop();
	struct end end;

	open_end(l, &end);
	loop_events(l, &end.w, 0);
	poke(&end);
	run_for(l, 10);
	ck_assert_int_eq(end.calls, 0);
	close(end.other);
	run(l);
	ck_assert_int_eq(end.calls, 1);
	ck_assert_int_ne(end.revents & POLLHUP, 0);
	loop_free(&l);
}
END_TEST

START_TEST(a_descriptor_below_zero_is_refused)
{
	struct loop *l = new_loop();
	struct watch w = { .fd = -1, .ready = ready };

	ck_assert_int_eq(loop_watch(l, &w), -1);
	loop_unwatch(l, &w);
	ck_assert_uint_eq(loop_watches(l), 0);
	loop_free(&l);
}
END_TEST

/* One busy, the others silent long enough to be parked. */
static struct end *
quiet_house(struct loop *l)
{
	static struct end end[MANY];
	int i;

	for (i = 0; i < MANY; i++)
		open_end(l, &end[i]);
	for (i = 0; i < 200; i++) {
		poke(&end[0]);
		run(l);
	}
	return end;
}

START_TEST(quiet_ones_are_parked_and_come_back)
{
	struct loop *l = new_loop();
	struct end *end = quiet_house(l);

	ck_assert_uint_eq(loop_parked(l), MANY - 1);
	ck_assert_uint_eq(loop_watches(l), MANY);
	ck_assert_int_eq(end[0].calls, 200);
	poke(&end[77]);
	run(l);
	ck_assert_int_eq(end[77].calls, 1);
	ck_assert_int_eq(end[77].revents, POLLIN);
	ck_assert_uint_eq(loop_parked(l), MANY - 2);
	close(end[78].other);
	run(l);
	ck_assert_int_eq(end[78].calls, 1);
	ck_assert_int_ne(end[78].revents & POLLHUP, 0);
	loop_free(&l);
}
END_TEST

START_TEST(parked_ones_can_change_and_leave)
{
	struct loop *l = new_loop();
	struct end *end = quiet_house(l);

	loop_events(l, &end[5].w, POLLOUT);
	run(l);
	ck_assert_int_eq(end[5].revents, POLLOUT);
	loop_unwatch(l, &end[5].w);
	loop_unwatch(l, &end[6].w);
	poke(&end[6]);
	/* 7 and 8 are ready at once; the first takes out the other. */
	poke(&end[7]);
	poke(&end[8]);
	end[7].keep = end[8].keep = true;
	end[7].victim = &end[8];
	end[8].victim = &end[7];
	run_for(l, 20);
	ck_assert_int_eq(end[6].calls, 0);
	ck_assert_int_eq(end[7].calls + end[8].calls, 1);
	ck_assert_uint_eq(loop_watches(l), MANY - 3);
	loop_free(&l);
}
END_TEST

START_TEST(parking_can_be_given_up)
{
	struct loop *l = new_loop();
	struct end *end = quiet_house(l);

	loop_allow_parking(l, false);
	ck_assert_uint_eq(loop_parked(l), 0);
	ck_assert_uint_eq(loop_watches(l), MANY);
	end = quiet_house(l) + 50;
	ck_assert_uint_eq(loop_parked(l), 0);
	poke(end);
	run(l);
	ck_assert_int_eq(end->calls, 1);
	loop_free(&l);
}
END_TEST

/* No descriptor for epoll itself: everybody stays with poll(). */
START_TEST(without_epoll_poll_serves)
{
	struct loop *l = new_loop();
	struct end end[MANY];
	struct rlimit none = { 0 }, old;
	int i;

	for (i = 0; i < MANY; i++)
		open_end(l, &end[i]);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	none.rlim_cur = (rlim_t)end[MANY - 1].other + 1;
	none.rlim_max = old.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (i = 0; i < 100; i++) {
		poke(&end[0]);
		run(l);
	}
	ck_assert_uint_eq(loop_parked(l), 0);
	poke(&end[9]);
	run(l);
	ck_assert_int_eq(end[9].calls, 1);
	setrlimit(RLIMIT_NOFILE, &old);
	loop_free(&l);
}
END_TEST

/* Closed before it was unwatched, its file still open elsewhere. */
START_TEST(a_careless_owner_does_no_harm)
{
	struct loop *l = new_loop();
	struct end *end = quiet_house(l);
	int copy = dup(end[40].w.fd);

	ck_assert_int_ge(copy, 0);
	close(end[40].w.fd);
	loop_unwatch(l, &end[40].w);
	poke(&end[40]);
	run_for(l, 10);
	ck_assert_int_eq(end[40].calls, 0);
	poke(&end[41]);
	run(l);
	ck_assert_int_eq(end[41].calls, 1);
	loop_free(&l);
}
END_TEST

struct again {
	struct timer t;
	int calls;
};

static void
again_due(struct loop *l, struct timer *t)
{
	struct again *a = LOOP_OWNER(t, struct again, t);

	a->calls++;
	timer_after(l, t, 0);
}

START_TEST(a_timer_at_zero_neither_spins_nor_starves)
{
	struct loop *l = new_loop();
	struct again a = { .t.due = again_due };
	struct end end;

	open_end(l, &end);
	timer_after(l, &a.t, 0);
	run_for(l, 30);
	ck_assert_int_ge(a.calls, 2);
	ck_assert_int_le(a.calls, 40);		/* once a millisecond */
	ck_assert_uint_le(loop_turn(l), 60);
	poke(&end);
	run(l);
	ck_assert_int_eq(end.calls, 1);
	loop_free(&l);
}
END_TEST

START_TEST(waiting_ends_at_the_deadline_and_never_spins)
{
	struct loop *l = new_loop();
	int64_t start;
	int i;

	for (i = 1; i < 20; i++) {
		start = loop_time(l)->mono;
		run_for(l, i);
		ck_assert_int_ge(loop_time(l)->mono - start, i);
	}
	/* One turn a wait, or two when a signal or rounding broke one. */
	ck_assert_uint_le(loop_turn(l), 40);
	loop_free(&l);
}
END_TEST

struct job {
	struct task t;
	int runs;
	int more;		/* ask for itself so often again */
	struct task *cancel;
	uint64_t turn;
};

static void
job_run(struct loop *l, struct task *t)
{
	struct job *j = LOOP_OWNER(t, struct job, t);

	j->runs++;
	ck_assert_uint_ne(j->turn, loop_turn(l));
	j->turn = loop_turn(l);
	if (j->cancel != NULL)
		loop_undefer(l, j->cancel);
	if (j->more-- > 0)
		loop_defer(l, t);
}

START_TEST(tasks_run_once_a_turn)
{
	struct loop *l = new_loop();
	struct job a = { .t.run = job_run, .more = 5 };
	struct job b = { .t.run = job_run };
	struct job c = { .t.run = job_run };

	b.cancel = &c.t;
	loop_defer(l, &a.t);
	loop_defer(l, &b.t);
	loop_defer(l, &b.t);
	loop_defer(l, &c.t);
	run_for(l, 10);
	ck_assert_int_eq(a.runs, 6);
	ck_assert_int_eq(b.runs, 1);
	ck_assert_int_eq(c.runs, 0);
	loop_defer(l, &c.t);
	loop_undefer(l, &c.t);
	loop_undefer(l, &c.t);
	loop_defer(l, &b.t);		/* the list's end is whole again */
	run_for(l, 2);
	ck_assert_int_eq(c.runs, 0);
	ck_assert_int_eq(b.runs, 2);
	loop_free(&l);
}
END_TEST

static void
count_signal(struct loop *l, int signo, void *arg)
{
	(void)l;
	*(int *)arg = signo;
}

static void
stop_signal(struct loop *l, int signo, void *arg)
{
	count_signal(l, signo, arg);
	loop_stop(l);
}

START_TEST(signals_come_as_calls)
{
	struct loop *l = new_loop();
	int hup = 0, term = 0;

	ck_assert_int_eq(loop_signal(l, SIGHUP, count_signal, &hup), 0);
	ck_assert_int_eq(loop_signal(l, SIGTERM, stop_signal, &term), 0);
	ck_assert_int_eq(loop_signal(l, 0, stop_signal, NULL), -1);
	ck_assert_int_eq(loop_signal(l, 1000, stop_signal, NULL), -1);
	raise(SIGHUP);
	raise(SIGTERM);
	run(l);
	ck_assert_int_eq(hup, SIGHUP);
	ck_assert_int_eq(term, SIGTERM);
	loop_free(&l);
}
END_TEST

static void
nothing(int signo)
{
	(void)signo;
}

/* S-57: an ordinary handler that breaks off poll() a thousand times. */
START_TEST(strays_end_nothing)
{
	static const int strays[] = { SIGPIPE, SIGUSR2, SIGALRM, SIGVTALRM,
		SIGPROF, SIGIO, SIGPWR };
	struct err e;
	struct loop *l = loop_new(&e);
	size_t i;

	ck_assert_ptr_nonnull(l);
	for (i = 0; i < sizeof(strays) / sizeof(strays[0]); i++)
		ck_assert_int_eq(raise(strays[i]), 0);
	loop_free(&l);
}
END_TEST

START_TEST(a_signal_storm_breaks_nothing)
{
	struct loop *l = new_loop();
	struct itimerval each = { { 0, 1000 }, { 0, 1000 } };
	struct sigaction sa = { .sa_handler = nothing };

	ck_assert_int_eq(sigaction(SIGALRM, &sa, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &each, NULL), 0);
	run_for(l, 100);
	ck_assert_uint_ge(loop_turn(l), 2);
	loop_free(&l);
}
END_TEST

START_TEST(too_many_descriptors_is_an_error)
{
	struct loop *l = new_loop();
	struct end end[8];
	struct rlimit few = { 4, 0 }, old;
	struct err e;
	int i;

	for (i = 0; i < 8; i++)
		open_end(l, &end[i]);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	few.rlim_max = old.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_assert_int_eq(loop_run(l, &e), -1);
	ck_assert_int_eq(e.errnum, EINVAL);
	setrlimit(RLIMIT_NOFILE, &old);
	loop_free(&l);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, only_the_ready_one_is_called);
	tcase_add_test(tc, removing_a_ready_one_spares_it);
	tcase_add_test(tc, no_events_still_tells_the_end);
	tcase_add_test(tc, a_descriptor_below_zero_is_refused);
	tcase_add_test(tc, quiet_ones_are_parked_and_come_back);
	tcase_add_test(tc, parked_ones_can_change_and_leave);
	tcase_add_test(tc, parking_can_be_given_up);
	tcase_add_test(tc, without_epoll_poll_serves);
	tcase_add_test(tc, a_careless_owner_does_no_harm);
	tcase_add_test(tc, a_timer_at_zero_neither_spins_nor_starves);
	tcase_add_test(tc, waiting_ends_at_the_deadline_and_never_spins);
	tcase_add_test(tc, tasks_run_once_a_turn);
	tcase_add_test(tc, signals_come_as_calls);
	tcase_add_test(tc, strays_end_nothing);
	tcase_add_test(tc, a_signal_storm_breaks_nothing);
	tcase_add_test(tc, too_many_descriptors_is_an_error);
}

UNIT_MAIN("loop", add)
