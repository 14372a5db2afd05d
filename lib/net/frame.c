/*
 * frame.c - channels: packets in the loop, with a queue for what has to wait
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "lib/net/frame.h"
#include "lib/net/packet.h"

#define BATCHES_A_TURN	(64 / PACKETS_AT_ONCE)
#define QUEUE_DEFAULT	(4u << 20)
#define RETRY_MS	20	/* no kernel memory: POLLOUT would spin */

/* A packet that the kernel did not take yet. */
struct waiting {
	struct waiting *next;
	int fd;
	struct packet_head h;	/* and the body behind it */
};

struct channel {
	struct loop *loop;
	struct watch watch;
	struct task gone;
	struct timer retry;
	const struct channel_ops *ops;
	void *arg;
	struct waiting *first;
	struct waiting **last;
	size_t n_waiting;
	size_t octets;
	size_t limit;
	bool paused;
	bool mute;		/* sending is over, what was sent to us is read */
	bool dead;
	bool busy;		/* in the receiving loop */
	bool doomed;		/* freed by a callback there */
};

int
channel_pair(int fds_r[2], struct err *e)
{
	int size = 4 * FRAME_MAX, i;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    0, fds_r) < 0)
		return err_sys(e, ERR_TEMP, "channel between processes");
	/* A smaller buffer only means that frames wait sooner. */
	for (i = 0; i < 2; i++)
		(void)setsockopt(fds_r[i], SOL_SOCKET, SO_SNDBUF, &size,
		    sizeof(size));
	return 0;
}

static void
drop_first(struct channel *ch)
{
	struct waiting *w = ch->first;

	ch->first = w->next;
	if (ch->first == NULL)
		ch->last = &ch->first;
	ch->n_waiting--;
	ch->octets -= w->h.len;
	if (w->fd >= 0)
		close(w->fd);
	free(w);
}

static void
drop_all(struct channel *ch)
{
	timer_stop(ch->loop, &ch->retry);
	while (ch->first != NULL)
		drop_first(ch);
}

static void
watch_for(struct channel *ch)
{
	short in = ch->paused ? 0 : POLLIN;
	bool out = ch->first != NULL && !timer_is_set(&ch->retry);

	loop_events(ch->loop, &ch->watch, (short)(out ? in | POLLOUT : in));
}

/* No more traffic; the owner is told at the end of the turn. */
static void
die(struct channel *ch)
{
	if (ch->dead)
		return;
	ch->mute = ch->dead = true;
	loop_unwatch(ch->loop, &ch->watch);
	drop_all(ch);
	loop_defer(ch->loop, &ch->gone);
}

/* Sending failed.  The answers that are there count, then comes the end. */
static void
fall_silent(struct channel *ch)
{
	ch->mute = true;
	drop_all(ch);
	watch_for(ch);
	(void)shutdown(ch->watch.fd, SHUT_RDWR);
}

static enum packet_result
try_send(struct channel *ch, const struct packet_head *h, struct span body,
    int fd)
{
	enum packet_result r = packet_send(ch->watch.fd, h, body, fd);

	if (r == PACKET_NO_MEMORY)
		(void)timer_after(ch->loop, &ch->retry, RETRY_MS);
	if (r == PACKET_END)
		fall_silent(ch);
	return r;
}

static void
send_waiting(struct channel *ch)
{
	while (ch->first != NULL) {
		struct waiting *w = ch->first;

		if (try_send(ch, &w->h, span_mem(w + 1, w->h.len), w->fd) !=
		    PACKET_DONE)
			break;
		drop_first(ch);
	}
	watch_for(ch);
}

static int
queue(struct channel *ch, const struct packet_head *h, struct span body,
    int fd)
{
	struct waiting *w;

	if (body.len > ch->limit || ch->octets > ch->limit - body.len)
		return -1;
	w = mem_new(1, sizeof(*w) + body.len);
	if (w == NULL)
		return -1;
	w->fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (fd >= 0 && w->fd < 0) {
		free(w);
		return -1;
	}
	w->h = *h;
	if (body.len > 0)
		memcpy(w + 1, body.ptr, body.len);
	*ch->last = w;
	ch->last = &w->next;
	ch->n_waiting++;
	ch->octets += body.len;
	watch_for(ch);
	return 0;
}

int
channel_send(struct channel *ch, uint16_t type, uint32_t id, struct span body,
    int fd)
{
	struct packet_head h = { .type = type, .id = id,
	    .len = (uint32_t)body.len };
	enum packet_result r = PACKET_LATER;

	if (ch->mute || body.len > FRAME_MAX)
		return -1;
	if (ch->first == NULL)
		r = try_send(ch, &h, body, fd);
	if (r == PACKET_DONE)
		return 0;
	return r == PACKET_END ? -1 : queue(ch, &h, body, fd);
}

/* A channel that was freed by a frame hears of none behind it. */
static enum packet_result
receive(struct channel *ch)
{
	struct packets in;
	enum packet_result r = packet_receive(ch->watch.fd, &in);
	size_t i;

	for (i = 0; i < in.n; i++) {
		if (!ch->doomed)
			ch->ops->frame(ch, &in.frame[i], ch->arg);
		if (in.frame[i].fd >= 0)
			close(in.frame[i].fd);
	}
	return r;
}

static void
ready(struct loop *l, struct watch *w, short revents)
{
	struct channel *ch = LOOP_OWNER(w, struct channel, watch);
	enum packet_result r = PACKET_DONE;
	int left = BATCHES_A_TURN;

	(void)l;
	if (revents & POLLOUT)
		send_waiting(ch);
	ch->busy = true;
	while (left-- > 0 && r == PACKET_DONE && !ch->doomed)
		r = receive(ch);
	ch->busy = false;
	if (ch->doomed)
		free(ch);
	else if (r == PACKET_END)
		die(ch);
}

static void
retry_due(struct loop *l, struct timer *t)
{
	(void)l;
	send_waiting(LOOP_OWNER(t, struct channel, retry));
}

static void
tell_gone(struct loop *l, struct task *t)
{
	struct channel *ch = LOOP_OWNER(t, struct channel, gone);

	(void)l;
	ch->ops->gone(ch, ch->arg);
}

struct channel *
channel_new(struct loop *l, int fd, const struct channel_ops *ops, void *arg)
{
	struct channel *ch = mem_new(1, sizeof(*ch));
	int flags = fcntl(fd, F_GETFL);

	if (ch == NULL || flags < 0 ||
	    fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		goto fail;
	ch->loop = l;
	ch->ops = ops;
	ch->arg = arg;
	ch->last = &ch->first;
	ch->limit = QUEUE_DEFAULT;
	ch->gone.run = tell_gone;
	ch->retry.due = retry_due;
	ch->watch = (struct watch){ .fd = fd, .events = POLLIN,
	    .ready = ready };
	if (loop_watch(l, &ch->watch) == 0)
		return ch;
fail:
	free(ch);
	close(fd);
	return NULL;
}

void
channel_free(struct channel **ch_p)
{
	struct channel *ch = *ch_p;

	*ch_p = NULL;
	if (ch == NULL)
		return;
	die(ch);
	loop_undefer(ch->loop, &ch->gone);
	close(ch->watch.fd);
	if (ch->busy)
		ch->doomed = true;
	else
		free(ch);
}

bool
channel_over(const struct channel *ch)
{
	return ch->mute;
}

size_t
channel_waiting(const struct channel *ch)
{
	return ch->n_waiting;
}

void
channel_limit(struct channel *ch, size_t octets)
{
	ch->limit = octets;
}

void
channel_pause(struct channel *ch, bool paused)
{
	ch->paused = paused;
	watch_for(ch);
}

void
channel_flush(struct channel *ch, int ms)
{
	struct moment now;
	int64_t end;

	clock_read(&now);
	end = now.mono + ms;
	while (ch->first != NULL && now.mono < end) {
		struct pollfd p = { .fd = ch->watch.fd, .events = POLLOUT };

		if (poll(&p, 1, (int)(end - now.mono)) < 0 && errno != EINTR)
			return;
		send_waiting(ch);
		clock_read(&now);
	}
}
