/*
 * pollset.c - poll() over a dense array that stays as small as what is busy
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/base/mem.h"

#include "lib/net/pollset.h"

/* Places in the array that are not a watch's. */
#define AT_SPECIAL	0
#define AT_PARK		1
#define AT_WATCHES	2

#define SWEEP_ABOVE	64	/* fewer are no burden to poll() */
#define NO_MEMORY_MS	10	/* breath before poll() is tried again */

#define ALWAYS_TOLD	(POLLERR | POLLHUP | POLLNVAL)

/* Room for every watch, parked or not: coming back must not need memory. */
static int
make_room(struct pollset *ps, size_t n)
{
	struct pollfd *pfd;
	struct seat *seat;

	pfd = mem_grow(ps->pfd, &ps->pfd_cap, n, sizeof(*pfd));
	if (pfd == NULL)
		return -1;
	ps->pfd = pfd;
	seat = mem_grow(ps->seat, &ps->seat_cap, n, sizeof(*seat));
	if (seat == NULL)
		return -1;
	ps->seat = seat;
	return 0;
}

static void
sit_down(struct pollset *ps, struct watch *w)
{
	ps->pfd[ps->n] = (struct pollfd){ .fd = w->fd, .events = w->events };
	ps->seat[ps->n] = (struct seat){ .w = w, .busy = true };
	w->slot = (uint32_t)++ps->n;
}

static void
stand_up(struct pollset *ps, struct watch *w)
{
	size_t i = w->slot - 1, last = --ps->n;

	if (ps->pfd[i].revents != 0)
		ps->left--;
	if (i != last) {
		ps->pfd[i] = ps->pfd[last];
		ps->seat[i] = ps->seat[last];
		ps->seat[i].w->slot = (uint32_t)i + 1;
	}
	w->slot = 0;
}

static void
come_back(struct pollset *ps, struct watch *w)
{
	park_remove(&ps->park, w);
	sit_down(ps, w);
}

/* Everybody back to poll(); the epoll descriptor is closed. */
static void
clear_park(struct pollset *ps)
{
	struct watch *w;
	size_t from = 0;

	while ((w = park_pop(&ps->park, &from)) != NULL)
		sit_down(ps, w);
	park_free(&ps->park);
	ps->pfd[AT_PARK].fd = -1;
}

int
pollset_init(struct pollset *ps)
{
	*ps = (struct pollset){ .n = AT_WATCHES };
	park_init(&ps->park);
	if (make_room(ps, AT_WATCHES) < 0) {
		pollset_free(ps);
		return -1;
	}
	ps->pfd[AT_SPECIAL] = (struct pollfd){ .fd = -1, .events = POLLIN };
	ps->pfd[AT_PARK] = (struct pollfd){ .fd = -1, .events = POLLIN };
	return 0;
}

void
pollset_free(struct pollset *ps)
{
	park_free(&ps->park);
	free(ps->pfd);
	free(ps->seat);
	ps->pfd = NULL;
	ps->seat = NULL;
}

int
pollset_add(struct pollset *ps, struct watch *w)
{
	if (w->fd < 0 || w->slot != 0 ||
	    make_room(ps, ps->n + ps->park.n + 1) < 0)
		return -1;
	sit_down(ps, w);
	return 0;
}

void
pollset_change(struct pollset *ps, struct watch *w, short events)
{
	if (w->events == events)
		return;
	w->events = events;
	if (w->slot == PARK_SLOT) {
		come_back(ps, w);
	} else if (w->slot != 0) {
		ps->pfd[w->slot - 1].events = events;
		ps->seat[w->slot - 1].busy = true;
	}
}

void
pollset_remove(struct pollset *ps, struct watch *w)
{
	if (w->slot == PARK_SLOT)
		park_remove(&ps->park, w);
	else if (w->slot != 0)
		stand_up(ps, w);
}

size_t
pollset_count(const struct pollset *ps)
{
	return ps->n - AT_WATCHES + ps->park.n;
}

void
pollset_allow_parking(struct pollset *ps, bool allow)
{
	ps->no_parking = !allow;
	if (!allow)
		clear_park(ps);
}

int
pollset_special(const struct pollset *ps)
{
	return ps->pfd[AT_SPECIAL].fd;
}

void
pollset_set_special(struct pollset *ps, int fd)
{
	ps->pfd[AT_SPECIAL].fd = fd;
}

/* Our own two are told of at once and leave only watches to look for. */
static bool
take_own(struct pollset *ps, size_t at)
{
	if (ps->pfd[at].revents == 0)
		return false;
	ps->pfd[at].revents = 0;
	ps->left--;
	return true;
}

int
pollset_wait(struct pollset *ps, int ms, bool *special_r, struct err *e)
{
	size_t i;

	*special_r = false;
	ps->left = poll(ps->pfd, (nfds_t)ps->n, ms);
	if (ps->left >= 0) {
		*special_r = take_own(ps, AT_SPECIAL);
		ps->park_ready = take_own(ps, AT_PARK);
		return 0;
	}
	if (errno != EINTR && errno != EAGAIN && errno != ENOMEM)
		return err_sys(e, ERR_TEMP, "poll of %zu descriptors", ps->n);
	if (errno != EINTR)
		(void)poll(NULL, 0, NO_MEMORY_MS);
	for (i = 0; i < ps->n; i++)
		ps->pfd[i].revents = 0;
	ps->left = 0;
	ps->park_ready = false;
	return 0;
}

static void
run_seats(struct pollset *ps, struct loop *l)
{
	size_t i = ps->n;

	while (ps->left > 0 && i > AT_WATCHES) {
		struct watch *w;
		short revents;

		if (--i >= ps->n || ps->pfd[i].revents == 0)
			continue;
		w = ps->seat[i].w;
		revents = ps->pfd[i].revents;
		ps->pfd[i].revents = 0;
		ps->seat[i].busy = true;
		ps->left--;
		/* An earlier callback may have changed what w waits for. */
		revents = (short)(revents & (w->events | ALWAYS_TOLD));
		if (revents != 0)
			w->ready(l, w, revents);
	}
}

static void
run_park(struct pollset *ps, struct loop *l)
{
	struct park_event ev[PARK_BATCH];
	int i, n;

	if (ps->park.n == 0)
		return;
	if ((n = park_ready(&ps->park, ev)) < 0)
		clear_park(ps);
	for (i = 0; i < n; i++) {
		struct watch *w = park_find(&ps->park, ev[i].fd);

		if (w == NULL)		/* an earlier callback took it out */
			continue;
		come_back(ps, w);
		w->ready(l, w, ev[i].revents);
	}
}

void
pollset_run(struct pollset *ps, struct loop *l)
{
	run_seats(ps, l);
	if (ps->park_ready)
		run_park(ps, l);
}

void
pollset_sweep(struct pollset *ps)
{
	size_t i;

	if (ps->no_parking || ps->n < SWEEP_ABOVE)
		return;
	for (i = ps->n; i-- > AT_WATCHES; ) {
		struct watch *w = ps->seat[i].w;

		if (ps->seat[i].busy) {
			ps->seat[i].busy = false;
			continue;
		}
		stand_up(ps, w);
		if (park_add(&ps->park, w) < 0)
			sit_down(ps, w);
	}
	ps->pfd[AT_PARK].fd = ps->park.n > 0 ? ps->park.fd : -1;
}
