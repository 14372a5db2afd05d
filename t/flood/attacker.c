/*
 * attacker - thousands of peers that mean harm, from one process
 *
 *	attacker MODE -a ADDR -p PORT [-t] [-n PEERS] [-w WAVE] [-r RATE]
 *	    [-o COUNT] [-s SECONDS] [-i PERIOD_MS] [-b BLOCK] [-A SOURCES]
 *	    [-R ROOM] [-q] [-c COMMAND]… [-x TEXT]
 *
 * Each peer connects from one of SOURCES addresses of 127.BLOCK/16, with TLS
 * (-t), waits for the greeting (not with -q), sends its COMMANDs and waits for
 * the answer to each (%u in one is the number of the connection); WAVE of them
 * at once, RATE of them a second; ROOM is what kernel buffers have.  Then, by
 * MODE:
 *
 *	hold	nothing
 *	drip	an octet of TEXT every PERIOD_MS
 *	sip	sends TEXT once and reads 10 octets every PERIOD_MS
 *	deaf	sends TEXT again and again and reads nothing
 *	garbage	sends random octets as fast as it can
 *	visit	leaves at once; with TLS every second one in mid-handshake
 *	reset	when all are there, all reset their connections at once
 *
 * Who has been thrown out comes back.  Prints "ready" when all peers are there
 * (visit and garbage: at once), goes on until standard input ends, SECONDS are
 * over or COUNT have left, and prints what came of it as one line of JSON.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "t/flood/peer.h"

#define TICK_MS		5
#define SIP		10

enum what { HOLD, DRIP, SIP_AT, DEAF, GARBAGE, VISIT, RESET };
static const char *const modes[] = { "hold", "drip", "sip", "deaf", "garbage",
	"visit", "reset" };

struct run {
	struct plan plan;
	enum what what;
	const char *text;
	size_t text_len;
	unsigned n, wave, period;
	double rate, seconds;
	unsigned long most;
	struct peer *peers;
	unsigned *idle, n_idle;		/* who has no connection */
	unsigned opening, ready, turn;
	int ep;
	bool told;
	double began;
	unsigned long opened, left, thrown, failed, refused, rounds;
	unsigned long long octets, heard;
	unsigned most_ready;
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
	fprintf(stderr, "attacker: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Who reads nothing is not told of anything to read. */
static uint32_t
interest(const struct run *r, const struct peer *p)
{
	uint32_t ev = p->writing ? EPOLLOUT : 0;

	if (p->stage != PEER_READY || (r->what != SIP_AT && r->what != DEAF))
		ev |= EPOLLIN;
	if (p->stage == PEER_READY && r->what == GARBAGE)
		ev |= EPOLLOUT;
	return ev;
}

static void
watch(const struct run *r, struct peer *p, int op)
{
	struct epoll_event ev = { .data.ptr = p, .events = interest(r, p) };

	if (epoll_ctl(r->ep, op, p->fd, &ev) < 0)
		die("epoll_ctl");
}

static void
drop(struct run *r, struct peer *p, bool reset)
{
	if (p->stage == PEER_READY)
		r->ready--;
	else
		r->opening--;
	r->refused += p->refused;
	peer_end(p, reset);
	r->idle[r->n_idle++] = (unsigned)(p - r->peers);
}

static void
leave(struct run *r, struct peer *p, bool reset)
{
	r->left++;
	drop(r, p, reset);
}

static void
thrown_out(struct run *r, struct peer *p)
{
	if (p->stage == PEER_READY)
		r->thrown++;
	else
		r->failed++;
	drop(r, p, false);
}

static void
launch(struct run *r)
{
	double due = r->rate > 0 ? (now() - r->began) * r->rate : 1e18;
	struct peer *p;

	while (r->n_idle > 0 && r->opening < r->wave &&
	    (double)r->opened < due &&
	    (r->most == 0 || r->what == RESET || r->opened < r->most)) {
		p = &r->peers[r->idle[r->n_idle - 1]];
		if (peer_begin(p, &r->plan, (unsigned)r->opened) < 0) {
			r->failed++;
			return;
		}
		r->n_idle--;
		r->opened++;
		r->opening++;
		watch(r, p, EPOLL_CTL_ADD);
	}
}

static void
say(struct run *r, struct peer *p)
{
	char mem[4096];
	const char *from = r->text;
	size_t len = r->text_len, i;
	long n;

	if (r->what == GARBAGE) {
		for (i = 0; i < sizeof(mem); i++)
			mem[i] = (char)random();
		from = mem;
		len = sizeof(mem);
	}
	while (len > p->at) {
		n = peer_send(p, from + p->at, r->what == DRIP ? 1 :
		    len - p->at);
		if (n <= 0) {
			if (n < 0)
				thrown_out(r, p);
			return;
		}
		r->octets += (unsigned long long)n;
		p->at += (size_t)n;
		if (r->what == DRIP || r->what == GARBAGE)
			break;
		if (r->what == DEAF)
			p->at %= len;
	}
	p->at = r->what == GARBAGE ? 0 : r->what == DRIP ? p->at % len : p->at;
}

/* -1: it is gone. */
static int
hear(struct run *r, struct peer *p, size_t most)
{
	char mem[4096];
	long n = peer_recv(p, mem, most);

	if (n < 0) {
		thrown_out(r, p);
		return -1;
	}
	r->heard += (unsigned long long)n;
	return 0;
}

static void
become_ready(struct run *r, struct peer *p)
{
	r->opening--;
	if (++r->ready > r->most_ready)
		r->most_ready = r->ready;
	if (r->what == VISIT)
		leave(r, p, p->number % 4 == 0);
	else if (r->what == SIP_AT || r->what == DEAF)
		say(r, p);
}

static void
open_further(struct run *r, struct peer *p)
{
	if (peer_go(p, &r->plan) < 0)
		thrown_out(r, p);
	else if (p->stage == PEER_READY)
		become_ready(r, p);
	else if (r->what == VISIT && p->stage == PEER_SHAKE &&
	    p->number % 2 == 0)
		leave(r, p, p->number % 4 == 0);
	if (p->stage != PEER_IDLE)
		watch(r, p, EPOLL_CTL_MOD);
}

static void
event(struct run *r, struct peer *p, uint32_t ev)
{
	if (p->stage == PEER_IDLE)
		return;
	if (p->stage != PEER_READY) {
		open_further(r, p);
		return;
	}
	if (ev & (EPOLLERR | EPOLLHUP) && !(ev & EPOLLIN)) {
		thrown_out(r, p);
		return;
	}
	if (ev & EPOLLIN && hear(r, p, 4096) < 0)
		return;
	if (ev & EPOLLOUT)
		say(r, p);
	if (p->stage != PEER_IDLE)
		watch(r, p, EPOLL_CTL_MOD);
}

/* Everybody is called once a period. */
static void
periodic(struct run *r)
{
	unsigned n = r->n * TICK_MS / r->period + 1;
	struct peer *p;

	if (r->what != DRIP && r->what != SIP_AT)
		return;
	while (n-- > 0) {
		p = &r->peers[r->turn++ % r->n];
		if (p->stage != PEER_READY)
			continue;
		if (r->what == DRIP)
			say(r, p);
		else
			(void)hear(r, p, SIP);
	}
}

static void
reset_all(struct run *r)
{
	unsigned i;

	if (r->what != RESET || r->ready < r->n)
		return;
	for (i = 0; i < r->n; i++)
		leave(r, &r->peers[i], true);
	r->rounds++;
}

static void
tell(struct run *r)
{
	if (r->told || (r->ready < r->n && r->what < GARBAGE))
		return;
	r->told = true;
	printf("ready\n");
	fflush(stdout);
}

static bool
over(const struct run *r, const struct epoll_event *ev, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (ev[i].data.ptr == NULL)
			return true;
	return (r->seconds > 0 && now() >= r->began + r->seconds) ||
	    (r->most > 0 && r->left >= r->most);
}

static void
work(struct run *r)
{
	struct epoll_event ev[256] = { { .events = EPOLLIN } };
	double tick = 0;
	int i, n = 0;

	(void)epoll_ctl(r->ep, EPOLL_CTL_ADD, 0, &ev[0]);
	while (!over(r, ev, n)) {
		if (now() >= tick) {
			tick = now() + TICK_MS * 1e-3;
			periodic(r);
			reset_all(r);
			launch(r);
			tell(r);
		}
		n = epoll_wait(r->ep, ev, 256, TICK_MS);
		for (i = 0; i < n; i++)
			if (ev[i].data.ptr != NULL)
				event(r, ev[i].data.ptr, ev[i].events);
	}
}

static void
report(const struct run *r)
{
	printf("{\"opened\": %lu, \"ready\": %u, \"most_ready\": %u, "
	    "\"left\": %lu, \"thrown_out\": %lu, \"failed\": %lu, "
	    "\"refused\": %lu, \"rounds\": %lu, \"octets_out\": %llu, "
	    "\"octets_in\": %llu, \"seconds\": %.3f}\n", r->opened, r->ready,
	    r->most_ready, r->left, r->thrown, r->failed, r->refused,
	    r->rounds, r->octets, r->heard, now() - r->began);
}

static enum what
what_of(const char *s)
{
	unsigned i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (s != NULL && strcmp(s, modes[i]) == 0)
			return (enum what)i;
	fprintf(stderr, "attacker: %s: no such mode\n", s);
	exit(64);
}

/* \r and \n in words of the command line. */
static char *
unescape(const char *s)
{
	char *out = malloc(strlen(s) + 1), *o = out;

	if (out == NULL)
		die("memory");
	for (; *s != '\0'; s++) {
		if (s[0] == '\\' && (s[1] == 'r' || s[1] == 'n'))
			*o++ = *++s == 'r' ? '\r' : '\n';
		else
			*o++ = *s;
	}
	*o = '\0';
	return out;
}

static void
use_tls(struct plan *p)
{
	p->tls = SSL_CTX_new(TLS_client_method());
	if (p->tls == NULL)
		die("TLS");
	SSL_CTX_set_mode(p->tls, SSL_MODE_ENABLE_PARTIAL_WRITE |
	    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(p->tls, SSL_SESS_CACHE_OFF);
}

static void
options(struct run *r, int argc, char **argv)
{
	struct plan *p = &r->plan;
	unsigned n = 0;
	int c;

	while ((c = getopt(argc, argv, "a:p:tn:w:r:o:s:i:b:A:R:qc:x:")) != -1)
		switch (c) {
		case 'a': inet_pton(AF_INET, optarg, &p->to.sin_addr); break;
		case 'p': p->to.sin_port = htons((uint16_t)atoi(optarg)); break;
		case 't': use_tls(p); break;
		case 'n': r->n = (unsigned)atoi(optarg); break;
		case 'w': r->wave = (unsigned)atoi(optarg); break;
		case 'r': r->rate = atof(optarg); break;
		case 'o': r->most = strtoul(optarg, NULL, 10); break;
		case 's': r->seconds = atof(optarg); break;
		case 'i': r->period = (unsigned)atoi(optarg); break;
		case 'b': p->block = (unsigned)atoi(optarg); break;
		case 'A': p->sources = (unsigned)atoi(optarg); break;
		case 'R': p->room = atoi(optarg); break;
		case 'q': p->greeted = false; break;
		case 'c': if (n < PEER_COMMANDS)
				p->commands[n++] = unescape(optarg);
			break;
		case 'x': r->text = unescape(optarg); break;
		default: exit(64);
		}
}

static void
prepare(struct run *r)
{
	struct rlimit rl;
	unsigned i;

	getrlimit(RLIMIT_NOFILE, &rl);
	rl.rlim_cur = rl.rlim_max;
	setrlimit(RLIMIT_NOFILE, &rl);
	r->text_len = strlen(r->text);
	r->peers = calloc(r->n, sizeof(*r->peers));
	r->idle = calloc(r->n, sizeof(*r->idle));
	r->ep = epoll_create1(EPOLL_CLOEXEC);
	if (r->peers == NULL || r->idle == NULL || r->ep < 0)
		die("start");
	for (i = 0; i < r->n; i++)
		r->idle[r->n_idle++] = r->n - 1 - i;
	r->began = now();
}

int
main(int argc, char **argv)
{
	struct run r = { .n = 1, .wave = 256, .period = 10000, .text = "",
	    .plan = { .block = 100, .sources = 50000, .greeted = true,
	    .to.sin_family = AF_INET } };

	r.what = what_of(argc > 1 ? argv[1] : NULL);
	options(&r, argc - 1, argv + 1);
	prepare(&r);
	work(&r);
	report(&r);
	return 0;
}
