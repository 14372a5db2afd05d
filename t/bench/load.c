/*
 * load - a load generator for POP3 servers: many dialogues at once from one
 * process, one line of JSON at the end
 *
 *	load -a ADDR -p PORT [-t] [-r] [-P]
 *	     -m session|connect|retr|login|idle|handshake|noop
 *	     [-u USERFMT] [-n USERS] [-w PASSWORD] [-k RETRS] [-c AT_ONCE]
 *	     [-f FIRST] [-s SECONDS] [-o COUNT] [-l] [-i MILLISECONDS]
 *
 * -t TLS 1.3 with AES-256-GCM, -r resumed TLS sessions, -P pipelined, -k
 * messages fetched a session (-1 all), -o stop after COUNT dialogues, -l (idle)
 * log in first, -f the first account's number, -i (noop) the pause.  No account
 * is used twice at once when there are at least AT_ONCE of them.  idle opens
 * AT_ONCE connections, prints "held" and keeps them until standard input ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include "t/bench/client.h"
#include "t/bench/noop.h"
#include "t/bench/times.h"

struct slot {
	struct client client;	/* first: events point here */
	unsigned index;
	unsigned turns;		/* dialogues it had */
};

struct run {
	struct plan plan;
	unsigned at_once;
	unsigned first;
	double seconds, pause;
	unsigned long most;
	struct slot *slots;
	int ep;
	unsigned long started, done, failed;
	uint64_t octets;
	struct times times;
};

static void
die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* A slot goes through accounts that no other slot uses. */
static void
launch(struct run *r, struct slot *s)
{
	struct epoll_event ev = { .data.ptr = s };
	unsigned user = (s->index + s->turns++ * r->at_once) % r->plan.users;

	if (client_start(&s->client, &r->plan, r->first + user,
	    r->first + (unsigned)r->started, times_now()) != 0)
		die("connect");
	r->started++;
	ev.events = s->client.events == POLLIN ? EPOLLIN : EPOLLOUT;
	if (epoll_ctl(r->ep, EPOLL_CTL_ADD, s->client.fd, &ev) != 0)
		die("epoll_ctl");
}

static void
turn(struct run *r, struct slot *s, bool again)
{
	struct client *c = &s->client;
	struct epoll_event ev = { .data.ptr = s };
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
		times_add(&r->times, times_now() - c->began);
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
		launch(r, s);
}

static void
work(struct run *r)
{
	struct epoll_event evs[256];
	double end = times_now() + r->seconds;
	bool again = true;
	int n, i;

	while (r->done + r->failed < r->started) {
		if (times_now() >= end || (r->most > 0 && r->started >= r->most))
			again = false;
		if (times_now() >= end + 60)
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

static void
report(struct run *r, double took)
{
	struct rusage u;
	char *p;

	(void)getrusage(RUSAGE_SELF, &u);
	for (p = r->plan.why; *p != '\0'; p++)
		*p = *p < ' ' || *p == '"' || *p == '\\' ? ' ' : *p;
	printf("{\"done\": %lu, \"failed\": %lu, \"seconds\": %.3f, "
	    "\"per_s\": %.2f, \"MB_per_s\": %.2f, \"p50_ms\": %.3f, "
	    "\"p95_ms\": %.3f, \"p99_ms\": %.3f, \"load_cpu_s\": %.3f, "
	    "\"why\": \"%s\"}\n", r->done,
	    r->failed + (r->started - r->done - r->failed), took,
	    (double)r->done / took, (double)r->octets / took / 1e6,
	    times_percentile(&r->times, 0.50), times_percentile(&r->times, 0.95),
	    times_percentile(&r->times, 0.99),
	    (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	    (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) * 1e-6,
	    r->plan.why);
	fflush(stdout);
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
		"login", "idle", "handshake", "noop" };
	unsigned i;

	for (i = 0; i < sizeof names / sizeof names[0]; i++) {
		if (strcmp(s, names[i]) == 0)
			return (enum what)i;
	}
	fprintf(stderr, "load: -m %s: not one of session connect retr login "
	    "idle handshake noop\n", s);
	exit(64);
}

/* One cipher for all servers, or their preferences would be measured. */
static void
use_tls(struct plan *p)
{
	p->tls = SSL_CTX_new(TLS_client_method());
	if (p->tls == NULL ||
	    SSL_CTX_set_min_proto_version(p->tls, TLS1_3_VERSION) != 1 ||
	    SSL_CTX_set_ciphersuites(p->tls, "TLS_AES_256_GCM_SHA384") != 1 ||
	    SSL_CTX_set1_groups_list(p->tls, "X25519") != 1)
		die("TLS");
	SSL_CTX_set_mode(p->tls, SSL_MODE_ENABLE_PARTIAL_WRITE);
}

static void
options(struct run *r, int argc, char **argv)
{
	struct plan *p = &r->plan;
	int c;

	while ((c = getopt(argc, argv, "a:p:trPm:u:n:w:k:c:f:s:o:li:")) != -1) {
		switch (c) {
		case 'a': inet_pton(AF_INET, optarg, &p->to.sin_addr); break;
		case 'p': p->to.sin_port = htons((uint16_t)atoi(optarg)); break;
		case 't': use_tls(p); break;
		case 'r': p->resume = true; break;
		case 'P': p->pipe = true; break;
		case 'm': p->what = what_of(optarg); break;
		case 'u': p->user = optarg; break;
		case 'n': p->users = (unsigned)atoi(optarg); break;
		case 'w': p->password = optarg; break;
		case 'k': p->retr = (unsigned)atoi(optarg); break;
		case 'c': r->at_once = (unsigned)atoi(optarg); break;
		case 'f': r->first = (unsigned)atoi(optarg); break;
		case 's': r->seconds = atof(optarg); break;
		case 'o': r->most = strtoul(optarg, NULL, 10); break;
		case 'l': p->login = true; break;
		case 'i': r->pause = atof(optarg) / 1e3; break;
		default: exit(64);
		}
	}
	if (p->users == 0 || r->at_once == 0)
		exit(64);
}

static void
crowd(struct run *r)
{
	unsigned i;

	r->ep = epoll_create1(0);
	r->slots = calloc(r->at_once, sizeof *r->slots);
	if (r->ep < 0 || r->slots == NULL)
		die("start");
	for (i = 0; i < r->at_once; i++) {
		r->slots[i].index = i;
		launch(r, &r->slots[i]);
		/* Openings in waves, so that no accept queue overflows. */
		if (r->plan.what == WHAT_IDLE && i % 128 == 127)
			work(r);
	}
	work(r);
}

int
main(int argc, char **argv)
{
	struct run r = { .at_once = 1, .seconds = 3, .pause = 0.001, .plan = {
	    .users = 1, .user = "user%d", .password = "secret", .retr = 1,
	    .to.sin_family = AF_INET } };
	double began = times_now();

	options(&r, argc, argv);
	if (r.plan.what == WHAT_NOOP) {
		r.failed = noop_run(&r.plan, r.seconds, r.pause, &r.times) != 0;
		r.done = r.times.n;
		r.started = r.done + r.failed;
	} else {
		crowd(&r);
	}
	report(&r, times_now() - began);
	if (r.plan.what == WHAT_IDLE)
		hold();
	return r.failed > 0 && r.done == 0;
}
