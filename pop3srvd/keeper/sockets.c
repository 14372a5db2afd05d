/*
 * sockets.c - the listening sockets, which outlive every front
 *
 * Runs in: keeper.  Trusts: its own configuration.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/net/listen.h"
#include "pop3srvd/ipc/msg.h"

#include "pop3srvd/keeper/inherit.h"
#include "pop3srvd/keeper/sockets.h"

#define UNIX_MODE	0666	/* as a TCP port: whoever is on this machine */

struct socket {
	char *name;
	char *address;
	int64_t port;
	char *path;		/* "" for TCP */
	int fd;
	bool shared;		/* with the table this one replaces */
};

struct sockets {
	struct socket *at;
	size_t n;
};

static bool
same_place(const struct socket *s, const struct conf_listener *ln)
{
	return strcmp(s->address, ln->address) == 0 && s->port == ln->port &&
	    strcmp(s->path, ln->path) == 0;
}

static int
bind_new(const struct sockets *now, const struct conf_listener *ln,
    struct err *e)
{
	uint16_t port = (uint16_t)ln->port;
	int fd = inherit_find(ln);
	size_t i;

	if (fd >= 0)
		return fd;
	if (ln->path[0] != '\0')
		return listen_unix(ln->path, UNIX_MODE, e);
	fd = listen_tcp(ln->address, port, e);
	/* In the way may be one of ours that this reload takes away. */
	for (i = 0; fd < 0 && now != NULL && i < now->n; i++)
		if (now->at[i].path[0] == '\0' && now->at[i].port == ln->port)
			fd = listen_tcp_beside(now->at[i].fd, ln->address,
			    port, e);
	return fd;
}

/* Fill the next row; -1 leaves nothing open that it opened. */
static int
add(struct sockets *next, const struct sockets *now,
    const struct conf_listener *ln, struct err *e)
{
	struct socket *s = &next->at[next->n];
	size_t i;

	s->fd = -1;
	s->name = mem_strdup(ln->name);
	s->address = mem_strdup(ln->address);
	s->path = mem_strdup(ln->path);
	s->port = ln->port;
	next->n++;
	if (s->name == NULL || s->address == NULL || s->path == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	for (i = 0; now != NULL && i < now->n; i++)
		if (same_place(&now->at[i], ln)) {
			s->fd = now->at[i].fd;
			s->shared = true;
			return 0;
		}
	s->fd = bind_new(now, ln, e);
	return s->fd < 0 ? -1 : 0;
}

struct sockets *
sockets_plan(const struct sockets *now, const struct conf *c, struct err *e)
{
	struct sockets *next = mem_new(1, sizeof(*next));
	size_t i;

	if (next == NULL || (next->at = mem_new(c->n_listeners + 1,
	    sizeof(*next->at))) == NULL) {
		free(next);
		err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	for (i = 0; i < c->n_listeners; i++)
		if (add(next, now, &c->listeners[i], e) < 0) {
			sockets_drop(&next);
			return NULL;
		}
	return next;
}

static void
free_table(struct sockets *s)
{
	size_t i;

	for (i = 0; i < s->n; i++) {
		free(s->at[i].name);
		free(s->at[i].address);
		free(s->at[i].path);
	}
	free(s->at);
	free(s);
}

static bool
holds(const struct sockets *s, int fd)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->at[i].fd == fd)
			return true;
	return false;
}

void
sockets_take(struct sockets **now_p, struct sockets *next)
{
	struct sockets *old = *now_p;
	size_t i;

	*now_p = next;
	for (i = 0; i < next->n; i++)
		next->at[i].shared = false;
	if (old == NULL)
		return;
	for (i = 0; i < old->n; i++)
		if (!holds(next, old->at[i].fd))
			(void)close(old->at[i].fd);
	free_table(old);
}

void
sockets_drop(struct sockets **next_p)
{
	struct sockets *s = *next_p;
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++)
		if (!s->at[i].shared && s->at[i].fd >= 0)
			(void)close(s->at[i].fd);
	free_table(s);
	*next_p = NULL;
}

static bool
had(const struct sockets *before, const struct socket *s)
{
	size_t i;

	for (i = 0; before != NULL && i < before->n; i++)
		if (before->at[i].fd == s->fd &&
		    strcmp(before->at[i].name, s->name) == 0)
			return true;
	return false;
}

void
sockets_send(const struct sockets *s, const struct sockets *before,
    struct channel *front)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (!had(before, &s->at[i]))
			(void)channel_send(front, MSG_LISTENER, 0,
			    span_of(s->at[i].name), s->at[i].fd);
}
