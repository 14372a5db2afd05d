/*
 * visitor - one good client: how long is it kept waiting?
 *
 *	visitor noop|session|guess -a ADDR -p PORT -u USER… [-w PASSWORD]
 *	    [-f SOURCE] [-i PAUSE_MS] [-s SECONDS] [-o COUNT]
 *
 * noop: one session that says NOOP again and again; session: USER PASS STAT
 * LIST RETR 1 QUIT, from connecting to the last reply, again and again; guess:
 * a session a login, as each USER in turn, that must be refused, always in the
 * same words, timed from PASS.  Ends with SECONDS, COUNT or standard input, and
 * prints one line of JSON, times in milliseconds (those of guess all, in order).
 * It blocks in read(), so what it measures is the server and the kernel.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE	60	/* seconds; then the server does not answer */
#define USERS		8

enum what { NOOP, SESSION, GUESS };
static const char *const modes[] = { "noop", "session", "guess" };

struct visit {
	struct sockaddr_in to, from;
	const char *users[USERS], *password;
	unsigned n_users;
	enum what what;
	int pause;
	double seconds;
	size_t most;
	int fd;
	char in[65536];
	size_t at, len;
	double *times;
	size_t n, cap;
	unsigned long failed;
	char why[256];		/* the first failure */
	char refusal[256];	/* what all guesses must be told */
};

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static int
fail(struct visit *v, const char *what, const char *got)
{
	if (v->failed++ == 0)
		snprintf(v->why, sizeof(v->why), "%s: %s", what, got);
	if (v->fd >= 0)
		close(v->fd);
	v->fd = -1;
	return -1;
}

/* One line without its end, in place; NULL: no more come. */
static char *
line(struct visit *v)
{
	char *end;
	ssize_t n;

	while ((end = memchr(v->in + v->at, '\n', v->len - v->at)) == NULL) {
		memmove(v->in, v->in + v->at, v->len - v->at);
		v->len -= v->at;
		v->at = 0;
		n = read(v->fd, v->in + v->len, sizeof(v->in) - v->len);
		if (n <= 0)
			return NULL;
		v->len += (size_t)n;
	}
	*end = '\0';
	if (end > v->in + v->at && end[-1] == '\r')
		end[-1] = '\0';
	end = v->in + v->at;
	v->at += strlen(end) + 2;
	return end;
}

static int
reply(struct visit *v, const char *to, bool multi)
{
	char *l = line(v);

	if (l == NULL)
		return fail(v, to, errno == EAGAIN ? "no answer" : "cut off");
	if (strncmp(l, "+OK", 3) != 0)
		return fail(v, to, l);
	while (multi && (l = line(v)) != NULL && strcmp(l, ".") != 0)
		;
	return l == NULL ? fail(v, to, "cut off in the middle") : 0;
}

static int
ask(struct visit *v, const char *command, const char *arg, bool multi)
{
	char text[300];
	int n = snprintf(text, sizeof(text), "%s%s\r\n", command, arg);

	errno = 0;
	if (send(v->fd, text, (size_t)n, MSG_NOSIGNAL) != n)
		return fail(v, command, strerror(errno));
	return reply(v, command, multi);
}

static int
connect_as(struct visit *v, const char *user)
{
	struct timeval tv = { .tv_sec = PATIENCE };

	v->at = v->len = 0;
	v->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (v->fd < 0)
		return fail(v, "socket", strerror(errno));
	setsockopt(v->fd, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv));
	if (v->from.sin_addr.s_addr != 0 &&
	    bind(v->fd, (struct sockaddr *)&v->from, sizeof(v->from)) != 0)
		return fail(v, "bind", strerror(errno));
	if (connect(v->fd, (struct sockaddr *)&v->to, sizeof(v->to)) != 0)
		return fail(v, "connect", strerror(errno));
	if (reply(v, "connecting", false) < 0)
		return -1;
	return ask(v, "USER ", user, false);
}

static int
enter(struct visit *v)
{
	if (connect_as(v, v->users[0]) < 0)
		return -1;
	return ask(v, "PASS ", v->password, false);
}

static int
whole_session(struct visit *v)
{
	if (enter(v) < 0 || ask(v, "STAT", "", false) < 0 ||
	    ask(v, "LIST", "", true) < 0 || ask(v, "RETR 1", "", true) < 0 ||
	    ask(v, "QUIT", "", false) < 0)
		return -1;
	close(v->fd);
	v->fd = -1;
	return 0;
}

/* Timed alone: the password, and what is said of it. */
static int
guess(struct visit *v, double *began_r)
{
	char text[300], *l;
	int n = snprintf(text, sizeof(text), "PASS %s\r\n", v->password);

	if (connect_as(v, v->users[v->n % v->n_users]) < 0)
		return -1;
	*began_r = now();
	errno = 0;
	if (send(v->fd, text, (size_t)n, MSG_NOSIGNAL) != n ||
	    (l = line(v)) == NULL)
		return fail(v, "PASS", errno == EAGAIN ? "no answer" :
		    "cut off");
	if (v->n == 0)
		snprintf(v->refusal, sizeof(v->refusal), "%s", l);
	if (strncmp(l, "-ERR", 4) != 0 || strcmp(l, v->refusal) != 0)
		return fail(v, "another answer", l);
	return 0;
}

static void
keep_time(struct visit *v, double t)
{
	if (v->n == v->cap) {
		v->cap = v->cap * 2 + 1024;
		v->times = realloc(v->times, v->cap * sizeof(*v->times));
		if (v->times == NULL)
			abort();
	}
	v->times[v->n++] = t;
}

/* False when standard input has ended. */
static bool
rest(int ms)
{
	struct pollfd p = { .fd = 0, .events = POLLIN };

	return poll(&p, 1, ms) == 0;
}

static void
work(struct visit *v)
{
	double end = now() + v->seconds, t;
	int r;

	while ((v->seconds <= 0 || now() < end) &&
	    (v->most == 0 || v->n + v->failed < v->most) && rest(v->pause)) {
		if (v->what == NOOP && v->fd < 0 && enter(v) < 0)
			continue;
		t = now();
		r = v->what == NOOP ? ask(v, "NOOP", "", false) :
		    v->what == SESSION ? whole_session(v) : guess(v, &t);
		if (r == 0)
			keep_time(v, now() - t);
		if (r == 0 && v->what == GUESS) {
			close(v->fd);
			v->fd = -1;
		}
	}
	if (v->fd >= 0 && ask(v, "QUIT", "", false) == 0)
		close(v->fd);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double
percentile(const struct visit *v, double p)
{
	return v->n == 0 ? 0 :
	    v->times[(size_t)(p * (double)(v->n - 1) + 0.5)] * 1e3;
}

static void
report_all(const struct visit *v)
{
	size_t i;

	printf("{\"done\": %zu, \"failed\": %lu, \"why\": \"%s\", "
	    "\"said\": \"%s\", \"times\": [", v->n, v->failed, v->why,
	    v->refusal);
	for (i = 0; i < v->n; i++)
		printf("%s%.3f", i == 0 ? "" : ", ", v->times[i] * 1e3);
	printf("]}\n");
}

static void
report(struct visit *v)
{
	char *c;

	for (c = v->why; *c != '\0'; c++)
		if (*c == '"' || *c == '\\' || *c < ' ')
			*c = '\'';
	if (v->what == GUESS) {
		report_all(v);
		return;
	}
	qsort(v->times, v->n, sizeof(*v->times), by_size);
	printf("{\"done\": %zu, \"failed\": %lu, \"why\": \"%s\", "
	    "\"p50\": %.3f, \"p99\": %.3f, \"max\": %.3f}\n", v->n, v->failed,
	    v->why, percentile(v, 0.5), percentile(v, 0.99),
	    percentile(v, 1));
}

static enum what
what_of(const char *s)
{
	unsigned i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (s != NULL && strcmp(s, modes[i]) == 0)
			return (enum what)i;
	fprintf(stderr, "visitor: %s: no such mode\n", s);
	exit(64);
}

int
main(int argc, char **argv)
{
	static struct visit v = { .password = "secret", .pause = 5, .fd = -1,
	    .to.sin_family = AF_INET, .from.sin_family = AF_INET };
	int c;

	v.what = what_of(argc > 1 ? argv[1] : NULL);
	while ((c = getopt(argc - 1, argv + 1, "a:p:u:w:f:i:s:o:")) != -1)
		switch (c) {
		case 'a': inet_pton(AF_INET, optarg, &v.to.sin_addr); break;
		case 'p': v.to.sin_port = htons((uint16_t)atoi(optarg)); break;
		case 'u': if (v.n_users < USERS)
				v.users[v.n_users++] = optarg;
			break;
		case 'w': v.password = optarg; break;
		case 'f': inet_pton(AF_INET, optarg, &v.from.sin_addr); break;
		case 'i': v.pause = atoi(optarg); break;
		case 's': v.seconds = atof(optarg); break;
		case 'o': v.most = strtoul(optarg, NULL, 10); break;
		default: return 64;
		}
	work(&v);
	report(&v);
	return 0;
}
