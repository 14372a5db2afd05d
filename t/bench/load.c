/*
 * load - a load generator for POP3 servers: many dialogues at once from one
 * process, one line of JSON at the end
 *
 *	load -a ADDR -p PORT [-t] [-r] -m session|connect|retr|login|idle
 *	     [-u USERFMT] [-n USERS] [-w PASSWORD] [-k RETRS] [-c AT_ONCE]
 *	     [-s SECONDS] [-o COUNT] [-l]
 *
 * -t TLS, -r resumed TLS sessions, -k messages fetched a session (-1 all), -o
 * stop after COUNT dialogues, -l (idle) log in first.  idle opens AT_ONCE
 * connections, prints "held" and keeps them until standard input ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "t/bench/client.h"

struct run {
	struct plan plan;
	unsigned at_once;
	double seconds;
	unsigned long most;
	struct client *clients;
	int ep;
	unsigned long started, done, failed;
	uint64_t octets;
	double *times;
	size_t n_times, cap_times;
};

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static void
die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
keep_time(struct run *r, double t)
{
	if (r->n_times == r->cap_times) {
		r->cap_times = r->cap_times * 2 + 1024;
		r->times = realloc(r->times, r->cap_times * sizeof *r->times);
		if (r->times == NULL)
			die("memory");
	}
	r->times[r->n_times++] = t;
}

static void
launch(struct run *r, struct client *c)
{
	struct epoll_event ev = { .data.ptr = c };

	if (client_start(c, &r->plan, (unsigned)r->started, now()) != 0)
		die("connect");
	r->started++;
	ev.events = EPOLLOUT;
	if (epoll_ctl(r->ep, EPOLL_CTL_ADD, c->fd, &ev) != 0)
		die("epoll_ctl");
}

static void
turn(struct run *r, struct client *c, bool again)
{
	struct epoll_event ev = { .data.ptr = c };
	short before = c->events;
	enum progress p = client_go(c);

	if (p == PROGRESS_WAIT) {
		if (c->events != before) {
			ev.events = c->events == POLLIN ? EPOLLIN : EPOLLOUT;
			epoll_ctl(r->ep, EPOLL_CTL_MOD, c->fd, &ev);
		}
		return;
	}
	if (p == PROGRESS_DONE) {
		r->done++;
		keep_time(r, now() - c->began);
	} else {
		r->failed++;
	}
	r->octets += c->octets;
	if (r->plan.what == WHAT_IDLE && p == PROGRESS_DONE) {
		epoll_ctl(r->ep, EPOLL_CTL_DEL, c->fd, NULL);
		return;
	}
	client_stop(c);
	if (again)
		launch(r, c);
}

static void
work(struct run *r)
{
	struct epoll_event evs[256];
	double end = now() + r->seconds;
	bool again = true;
	int n, i;

	while (r->done + r->failed < r->started) {
		if (now() >= end || (r->most > 0 && r->started >= r->most))
			again = false;
		if (now() >= end + 30)
			break;
		n = epoll_wait(r->ep, evs, 256, 1000);
		if (n < 0 && errno != EINTR)
			die("epoll_wait");
		for (i = 0; i < n; i++)
			turn(r, evs[i].data.ptr, again &&
			    r->plan.what != WHAT_IDLE &&
			    (r->most == 0 || r->started < r->most));
	}
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
percentile(const struct run *r, double p)
{
	size_t i;

	if (r->n_times == 0)
		return 0;
	i = (size_t)(p * (double)(r->n_times - 1) + 0.5);
	return r->times[i] * 1e3;
}

static void
report(struct run *r, double took)
{
	qsort(r->times, r->n_times, sizeof *r->times, by_size);
	printf("{\"done\": %lu, \"failed\": %lu, \"seconds\": %.3f, "
	    "\"per_s\": %.2f, \"MB_per_s\": %.2f, \"p50_ms\": %.3f, "
	    "\"p95_ms\": %.3f, \"p99_ms\": %.3f}\n", r->done, r->failed, took,
	    (double)r->done / took, (double)r->octets / took / 1e6,
	    percentile(r, 0.50), percentile(r, 0.95), percentile(r, 0.99));
}

static void
hold(void)
{
	char c;

	printf("held\n");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
}

static enum what
what_of(const char *s)
{
	static const char *const names[] = { "session", "connect", "retr",
		"login", "idle" };
	unsigned i;

	for (i = 0; i < 5; i++) {
		if (strcmp(s, names[i]) == 0)
			return (enum what)i;
	}
	fprintf(stderr, "load: -m %s: not one of session connect retr login idle\n", s);
	exit(64);
}

static void
use_tls(struct plan *p)
{
	p->tls = SSL_CTX_new(TLS_client_method());
	if (p->tls == NULL)
		die("TLS");
	SSL_CTX_set_mode(p->tls, SSL_MODE_ENABLE_PARTIAL_WRITE);
}

static void
options(struct run *r, int argc, char **argv)
{
	struct plan *p = &r->plan;
	int c;

	while ((c = getopt(argc, argv, "a:p:trm:u:n:w:k:c:s:o:l")) != -1) {
		switch (c) {
		case 'a': inet_pton(AF_INET, optarg, &p->to.sin_addr); break;
		case 'p': p->to.sin_port = htons((uint16_t)atoi(optarg)); break;
		case 't': use_tls(p); break;
		case 'r': p->resume = true; break;
		case 'm': p->what = what_of(optarg); break;
		case 'u': p->user = optarg; break;
		case 'n': p->users = (unsigned)atoi(optarg); break;
		case 'w': p->password = optarg; break;
		case 'k': p->retr = (unsigned)atoi(optarg); break;
		case 'c': r->at_once = (unsigned)atoi(optarg); break;
		case 's': r->seconds = atof(optarg); break;
		case 'o': r->most = strtoul(optarg, NULL, 10); break;
		case 'l': p->login = true; break;
		default: exit(64);
		}
	}
}

int
main(int argc, char **argv)
{
	struct run r = { .at_once = 1, .seconds = 3, .plan = { .users = 1,
	    .user = "user%d", .password = "secret", .retr = 1,
	    .to.sin_family = AF_INET } };
	double began;
	unsigned i;

	options(&r, argc, argv);
	r.ep = epoll_create1(0);
	r.clients = calloc(r.at_once, sizeof *r.clients);
	if (r.ep < 0 || r.clients == NULL)
		die("start");
	began = now();
	for (i = 0; i < r.at_once; i++) {
		launch(&r, &r.clients[i]);
		/* Openings in waves, so that no accept queue overflows. */
		if (r.plan.what == WHAT_IDLE && i % 128 == 127)
			work(&r);
	}
	work(&r);
	report(&r, now() - began);
	fflush(stdout);
	if (r.plan.what == WHAT_IDLE)
		hold();
	return r.failed > 0 && r.done == 0;
}
