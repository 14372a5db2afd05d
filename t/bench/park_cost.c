/*
 * park_cost.c - what idle descriptors cost a busy one, parked and not
 *
 *	park_cost [IDLE [SECONDS]]	(10000 and 2)
 *
 * A process with a loop of lib/net holds IDLE quiet connections and answers
 * lines on one more; a second process asks a line every millisecond.  Printed
 * are the time of an answer and the loop's processor time for it, with quiet
 * descriptors parked behind epoll (as the server has them) and all in poll().
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/base/num.h"
#include "lib/net/loop.h"

#include "t/bench/times.h"

#define SPARE		64	/* descriptors beside the idle ones */
#define SETTLE		200	/* lines in which the others become quiet */

struct server {
	struct loop *loop;
	struct watch *watches;
	size_t n;
	unsigned long asked;
	double cpu;		/* when they had become so */
};

static struct server server;

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static double
processor_time(void)
{
	struct rusage u;

	(void)getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6;
}

/* A line, or the end, which ends the loop. */
static void
ready(struct loop *l, struct watch *w, short revents)
{
	char line[64];
	ssize_t n = read(w->fd, line, sizeof(line));

	(void)revents;
	if (n <= 0) {
		loop_stop(l);
		return;
	}
	if (++server.asked == SETTLE)
		server.cpu = processor_time();
	if (write(w->fd, "+OK\r\n", 5) != 5)
		loop_stop(l);
}

static int
listen_here(struct sockaddr_un *sa, socklen_t *len_r)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	memset(sa, 0, sizeof(*sa));
	sa->sun_family = AF_UNIX;
	*len_r = sizeof(sa_family_t);	/* the kernel chooses a name */
	if (fd < 0 || bind(fd, (struct sockaddr *)sa, *len_r) < 0 ||
	    listen(fd, 4096) < 0)
		die("listen");
	*len_r = sizeof(*sa);
	if (getsockname(fd, (struct sockaddr *)sa, len_r) < 0)
		die("getsockname");
	return fd;
}

static int
dial(const struct sockaddr_un *sa, socklen_t len)
{
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)sa, len) < 0)
		die("connect");
	return fd;
}

/* The clients, in a process of their own; the last one asks. */
static void
ask(const struct sockaddr_un *sa, socklen_t len, size_t idle, double seconds)
{
	struct times ts = { NULL, 0, 0 };
	char line[64];
	double end, from;
	size_t i;
	int fd;

	for (i = 0; i < idle; i++)
		(void)dial(sa, len);
	fd = dial(sa, len);
	for (end = 0, i = 0; i <= SETTLE || times_now() < end; i++, usleep(1000)) {
		if (i == SETTLE)
			end = times_now() + seconds;
		from = times_now();
		if (write(fd, "NOOP\r\n", 6) != 6 ||
		    read(fd, line, sizeof(line)) <= 0)
			die("ask");
		if (i >= SETTLE)
			times_add(&ts, times_now() - from);
	}
	printf("p50 %.3f ms, p99 %.3f ms", times_percentile(&ts, 0.5),
	    times_percentile(&ts, 0.99));
	fflush(stdout);
	_exit(0);
}

static void
hold(int listener, size_t n)
{
	struct watch *w;

	server.watches = calloc(n, sizeof(*server.watches));
	if (server.watches == NULL)
		die("memory");
	for (server.n = 0; server.n < n; server.n++) {
		w = &server.watches[server.n];
		w->fd = accept(listener, NULL, NULL);
		w->events = POLLIN;
		w->ready = ready;
		if (w->fd < 0 || loop_watch(server.loop, w) < 0)
			die("accept");
	}
}

static void
let_go(void)
{
	while (server.n > 0) {
		server.n--;
		loop_unwatch(server.loop, &server.watches[server.n]);
		close(server.watches[server.n].fd);
	}
	free(server.watches);
}

static void
measure(const char *what, bool parking, size_t idle, double seconds)
{
	struct sockaddr_un sa;
	socklen_t len;
	struct err e;
	int listener = listen_here(&sa, &len), status;
	pid_t pid;

	printf("%-8s %zu idle: ", what, idle);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0)
		ask(&sa, len, idle, seconds);
	server.asked = 0;
	server.loop = loop_new(&e);
	if (server.loop == NULL)
		die("loop");
	loop_allow_parking(server.loop, parking);
	hold(listener, idle + 1);
	if (loop_run(server.loop, &e) < 0)
		die(e.text);
	if (waitpid(pid, &status, 0) != pid || status != 0 ||
	    server.asked <= SETTLE)
		die("clients");
	printf(", %.1f us of the processor an answer\n",
	    (processor_time() - server.cpu) / (double)(server.asked - SETTLE) *
	    1e6);
	let_go();
	loop_free(&server.loop);
	close(listener);
}

int
main(int argc, char **argv)
{
	uint64_t idle = 10000, seconds = 2;
	struct rlimit most;

	if ((argc > 1 && num_u64(span_of(argv[1]), 1000000, &idle) < 0) ||
	    (argc > 2 && num_u64(span_of(argv[2]), 3600, &seconds) < 0)) {
		fprintf(stderr, "usage: park_cost [IDLE [SECONDS]]\n");
		return 64;
	}
	if (getrlimit(RLIMIT_NOFILE, &most) < 0)
		die("getrlimit");
	most.rlim_cur = most.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &most) < 0 ||
	    most.rlim_max < idle + SPARE) {
		fprintf(stderr, "park_cost: %llu descriptors are too many; the"
		    " limit is %llu\n", (unsigned long long)idle,
		    (unsigned long long)most.rlim_max);
		return 1;
	}
	measure("parked,", true, (size_t)idle, (double)seconds);
	measure("polled,", false, (size_t)idle, (double)seconds);
	return 0;
}
