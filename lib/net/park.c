/*
 * park.c - the epoll set of quiet descriptors
 *
 * The kernel is told numbers, never pointers: an event for a number that is
 * not (or no longer) parked is found out by a look into the table.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "lib/net/park.h"

_Static_assert(POLLIN == EPOLLIN && POLLOUT == EPOLLOUT &&
    POLLERR == EPOLLERR && POLLHUP == EPOLLHUP && POLLPRI == EPOLLPRI &&
    POLLRDHUP == EPOLLRDHUP, "poll and epoll share their bits");

void
park_init(struct park *p)
{
	p->fd = -1;
	p->by_fd = NULL;
	p->cap = 0;
	p->n = 0;
}

void
park_free(struct park *p)
{
	if (p->fd >= 0)
		close(p->fd);
	free(p->by_fd);
	park_init(p);
}

/* Make by_fd[fd] exist; what is new is empty. */
static int
reach(struct park *p, int fd)
{
	size_t i, old = p->cap;
	struct watch **grown;

	if ((size_t)fd < p->cap)
		return 0;
	grown = mem_grow(p->by_fd, &p->cap, (size_t)fd + 1, sizeof(*grown));
	if (grown == NULL)
		return -1;
	for (i = old; i < p->cap; i++)
		grown[i] = NULL;
	p->by_fd = grown;
	return 0;
}

int
park_add(struct park *p, struct watch *w)
{
	struct epoll_event ev = { .events = (unsigned short)w->events };

	if (p->fd < 0 && (p->fd = epoll_create1(EPOLL_CLOEXEC)) < 0)
		return -1;
	if (reach(p, w->fd) < 0 || p->by_fd[w->fd] != NULL)
		return -1;
	ev.data.fd = w->fd;
	if (epoll_ctl(p->fd, EPOLL_CTL_ADD, w->fd, &ev) < 0)
		return -1;
	p->by_fd[w->fd] = w;
	p->n++;
	w->slot = PARK_SLOT;
	return 0;
}

void
park_remove(struct park *p, struct watch *w)
{
	struct epoll_event unused = { 0 };

	p->by_fd[w->fd] = NULL;
	p->n--;
	w->slot = 0;
	/* Fails only for a descriptor that was closed, which took it out. */
	(void)epoll_ctl(p->fd, EPOLL_CTL_DEL, w->fd, &unused);
}

int
park_ready(struct park *p, struct park_event out[PARK_BATCH])
{
	struct epoll_event ev[PARK_BATCH];
	int i, n = epoll_wait(p->fd, ev, PARK_BATCH, 0);

	if (n < 0)
		return errno == EINTR ? 0 : -1;
	for (i = 0; i < n; i++) {
		out[i].fd = ev[i].data.fd;
		out[i].revents = (short)(unsigned short)ev[i].events;
		/* A number nobody parked: its owner closed one of several
		 * descriptors of one file without loop_unwatch(). */
		if (park_find(p, out[i].fd) == NULL)
			return -1;
	}
	return n;
}

struct watch *
park_find(const struct park *p, int fd)
{
	return (size_t)fd < p->cap ? p->by_fd[fd] : NULL;
}

struct watch *
park_pop(struct park *p, size_t *from)
{
	struct watch *w;

	for (; p->n > 0 && *from < p->cap; ++*from) {
		if ((w = p->by_fd[*from]) == NULL)
			continue;
		park_remove(p, w);
		return w;
	}
	return NULL;
}
