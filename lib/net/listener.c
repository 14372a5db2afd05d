/*
 * listener.c - accepting, and going on whatever accept() says
 *
 * Whatever goes wrong, the socket stays and is tried again; what would repeat
 * at once (no descriptors left, a broken socket) is given 100 ms, since a
 * level-triggered poll() would take all of the processor otherwise.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "lib/net/listen.h"
#include "lib/net/tcp.h"

#define ACCEPTS_A_TURN	64
#define REST_MS		100

/* For the one peer that the reserve descriptor lets us answer. */
static const char busy_text[] = "-ERR [SYS/TEMP] server busy\r\n";

struct listener {
	struct loop *loop;
	struct watch watch;
	struct timer rest;
	listen_fn *fn;
	void *arg;
	bool (*exhausted)(void *arg);
	int reserve;		/* -1: lost, tried again after each rest */
	bool paused;
	bool busy;		/* in the accepting loop */
	bool doomed;		/* freed by a callback there */
};

/* What becomes of the loop after accept() failed. */
enum next { NEXT_PEER, NEXT_TURN, NEXT_REST, NEXT_MAKE_ROOM };

static enum next
judge(int errnum)
{
	switch (errnum) {
	case EAGAIN:
		return NEXT_TURN;
	/* The connection that failed is off the queue (accept(2), and what
	 * other servers met): go on with the next. */
	case EINTR:
	case ECONNABORTED:
	case ECONNRESET:
	case EPROTO:
	case ENETDOWN:
	case ENETUNREACH:
	case EHOSTDOWN:
	case EHOSTUNREACH:
	case ENOPROTOOPT:
	case EOPNOTSUPP:
	case ENONET:
	case EPERM:
	case ENOTCONN:
		return NEXT_PEER;
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		return NEXT_MAKE_ROOM;
	default:
		return NEXT_REST;
	}
}

/* A copy of our own socket: a sandbox leaves no other file to open. */
static void
take_reserve(struct listener *ln)
{
	if (ln->reserve < 0)
		ln->reserve = fcntl(ln->watch.fd, F_DUPFD_CLOEXEC, 0);
}

/* Unwatched, since a socket with an error is ready without any events. */
static void
take_rest(struct listener *ln)
{
	/* Without memory for a timer the next turn tries again. */
	if (timer_after(ln->loop, &ln->rest, REST_MS) == 0)
		loop_unwatch(ln->loop, &ln->watch);
}

static void
rest_over(struct loop *l, struct timer *t)
{
	struct listener *ln = LOOP_OWNER(t, struct listener, rest);

	take_reserve(ln);
	if (loop_watch(l, &ln->watch) < 0)
		take_rest(ln);
}

/* Say no to the peer that has waited longest, instead of letting it hang. */
static void
turn_one_away(struct listener *ln)
{
	int fd;

	if (ln->reserve < 0)
		return;
	close(ln->reserve);
	ln->reserve = -1;
	fd = accept4(ln->watch.fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (fd >= 0) {
		(void)send(fd, busy_text, sizeof(busy_text) - 1,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		close(fd);
	}
	take_reserve(ln);
}

static enum next
make_room(struct listener *ln)
{
	if (ln->exhausted != NULL && ln->exhausted(ln->arg))
		return NEXT_PEER;
	if (!ln->doomed)
		turn_one_away(ln);
	return NEXT_REST;
}

static enum next
accept_one(struct listener *ln)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(ss);
	struct addr peer;
	enum next next;
	int fd = accept4(ln->watch.fd, (struct sockaddr *)&ss, &len,
	    SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (fd < 0) {
		next = judge(errno);
		return next == NEXT_MAKE_ROOM ? make_room(ln) : next;
	}
	addr_from_sockaddr((struct sockaddr *)&ss, len, &peer);
	ln->fn(fd, &peer, ln->arg);
	return NEXT_PEER;
}

static void
ready(struct loop *l, struct watch *w, short revents)
{
	struct listener *ln = LOOP_OWNER(w, struct listener, watch);
	enum next next = NEXT_PEER;
	int left = ACCEPTS_A_TURN;

	(void)l;
	if (!(revents & POLLIN))
		next = NEXT_REST;
	ln->busy = true;
	while (left-- > 0 && next == NEXT_PEER && !ln->doomed && !ln->paused)
		next = accept_one(ln);
	ln->busy = false;
	if (ln->doomed)
		free(ln);
	else if (next == NEXT_REST)
		take_rest(ln);
}

struct listener *
listener_new(struct loop *l, int fd, listen_fn *fn, void *arg)
{
	struct listener *ln = mem_new(1, sizeof(*ln));

	if (ln == NULL)
		return NULL;
	ln->loop = l;
	ln->fn = fn;
	ln->arg = arg;
	ln->reserve = -1;
	ln->rest.due = rest_over;
	ln->watch = (struct watch){ .fd = fd, .events = POLLIN,
	    .ready = ready };
	if (loop_watch(l, &ln->watch) < 0) {
		free(ln);
		return NULL;
	}
	take_reserve(ln);
	tcp_prepare(fd);	/* once, for all that it will accept */
	return ln;
}

void
listener_free(struct listener **ln_p)
{
	struct listener *ln = *ln_p;

	*ln_p = NULL;
	if (ln == NULL)
		return;
	loop_unwatch(ln->loop, &ln->watch);
	timer_stop(ln->loop, &ln->rest);
	close(ln->watch.fd);
	if (ln->reserve >= 0)
		close(ln->reserve);
	if (ln->busy)
		ln->doomed = true;
	else
		free(ln);
}

void
listener_pause(struct listener *ln, bool paused)
{
	ln->paused = paused;
	loop_events(ln->loop, &ln->watch, (short)(paused ? 0 : POLLIN));
}

void
listener_on_exhausted(struct listener *ln, bool (*fn)(void *arg))
{
	ln->exhausted = fn;
}
