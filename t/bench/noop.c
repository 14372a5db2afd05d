#include "t/bench/noop.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

static void
stop(int signo)
{
	(void)signo;
	stopped = 1;
}

/* One command, or none, and one line of answer. */
static int
exchange(struct plan *p, int fd, const char *command)
{
	size_t at = 0, n = strlen(command);
	char line[512];
	ssize_t got;

	if (n > 0 && send(fd, command, n, MSG_NOSIGNAL) != (ssize_t)n)
		return -1;
	while (at == 0 || line[at - 1] != '\n') {
		got = recv(fd, line + at, sizeof line - 1 - at, 0);
		if (got < 0 && errno == EINTR && !stopped)
			continue;
		if (got <= 0)
			return -1;
		at += (size_t)got;
	}
	line[at] = '\0';
	if (line[0] == '+')
		return 0;
	(void)snprintf(p->why, sizeof p->why, "%.150s", line);
	return -1;
}

static int
log_in(struct plan *p, int fd)
{
	char user[200], pass[200];

	(void)snprintf(user, sizeof user, "USER %s\r\n", p->user);
	(void)snprintf(pass, sizeof pass, "PASS %s\r\n", p->password);
	return exchange(p, fd, "") != 0 || exchange(p, fd, user) != 0 ||
	    exchange(p, fd, pass) != 0 ? -1 : 0;
}

/*
 * A client that asks every pause waits for one late answer with all that it
 * would have asked meanwhile; a stall that counted once would hide in p99.
 */
static void
add(struct times *ts, double t, double pause)
{
	times_add(ts, t);
	for (t -= pause; pause > 0 && t > pause; t -= pause)
		times_add(ts, t);
}

static int
noops(struct plan *p, int fd, double end, double pause, struct times *ts)
{
	struct timespec rest = { (time_t)pause,
	    (long)((pause - (double)(time_t)pause) * 1e9) };
	double from;
	int r = 0;

	while (r == 0 && !stopped && times_now() < end) {
		from = times_now();
		r = exchange(p, fd, "NOOP\r\n");
		if (r != 0 && !stopped)
			return -1;
		add(ts, times_now() - from, pause);
		(void)nanosleep(&rest, NULL);
	}
	return stopped ? 0 : exchange(p, fd, "QUIT\r\n");
}

int
noop_run(struct plan *p, double seconds, double pause, struct times *ts)
{
	struct sigaction sa = { .sa_handler = stop };
	int fd = socket(AF_INET, SOCK_STREAM, 0), r;

	(void)sigaction(SIGTERM, &sa, NULL);
	if (fd < 0 || connect(fd, (struct sockaddr *)&p->to, sizeof p->to) != 0)
		return -1;
	r = log_in(p, fd);
	if (r == 0)
		r = noops(p, fd, times_now() + seconds, pause, ts);
	close(fd);
	return r;
}
