/*
 * fuzz_frame.c - a channel whose other end sends whatever it likes
 *
 * The input is a row of packets: an octet for the length (0xff: the next two
 * octets are it), one for the number of descriptors sent along, the octets.
 * Checked: a frame says what was sent, nothing is told after the end, and no
 * descriptor stays open.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "lib/net/frame.h"

#include "t/fuzz/fuzz.h"

#define MAX_FDS		10
#define MAX_PACKETS	32

struct state {
	struct loop *l;
	struct channel *ch;
	struct task stop;
	int gone;
};

static void
on_frame(struct channel *ch, struct frame *f, void *arg)
{
	struct state *s = arg;
	unsigned sum = 0;
	size_t i;

	must(ch == s->ch && s->gone == 0);
	must(f->body.len <= FRAME_MAX);
	for (i = 0; i < f->body.len; i++)
		sum += (unsigned char)f->body.ptr[i];
	if (f->fd >= 0 && (f->type & 1)) {
		must(close(f->fd) == 0);	/* taken */
		f->fd = -1;
	}
	if (f->type == 0x6566)			/* "fe": free it in here */
		channel_free(&s->ch);
	else
		(void)channel_send(ch, f->type, sum, f->body, -1);
}

static void
on_gone(struct channel *ch, void *arg)
{
	struct state *s = arg;

	must(ch == s->ch && s->gone++ == 0);
}

static const struct channel_ops ops = { on_frame, on_gone };

static void
on_stop(struct loop *l, struct task *t)
{
	(void)t;
	loop_stop(l);
}

static void
send_packet(int fd, const uint8_t *p, size_t len, unsigned n_fds)
{
	union {
		struct cmsghdr align;
		char mem[CMSG_SPACE(MAX_FDS * sizeof(int))];
	} u = { 0 };
	struct iovec iov = { (void *)(uintptr_t)p, len };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	unsigned i;

	if (n_fds > 0) {
		struct cmsghdr *c = &u.align;

		msg.msg_control = u.mem;
		msg.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		for (i = 0; i < n_fds; i++)
			memcpy(CMSG_DATA(c) + i * sizeof(int), &fd,
			    sizeof(int));
	}
	(void)sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
send_all(int fd, const uint8_t *p, size_t n)
{
	int left = MAX_PACKETS;

	while (n >= 4 && left-- > 0) {
		size_t len = p[0] == 0xff ? (size_t)p[2] << 8 | p[3] : p[0];
		size_t head = p[0] == 0xff ? 4 : 2;
		unsigned n_fds = p[1] % (MAX_FDS + 1);

		p += head;
		n -= head;
		if (len > n)
			len = n;
		send_packet(fd, p, len, n_fds);
		p += len;
		n -= len;
	}
}

/* The number the next descriptor gets: it grows when one was left open. */
static int
next_fd(void)
{
	int fd = dup(0);

	close(fd);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct state s = { .stop.run = on_stop };
	int before = next_fd(), fds[2], turns;
	struct err e;

	s.l = loop_new(&e);
	must(s.l != NULL && channel_pair(fds, &e) == 0);
	s.ch = channel_new(s.l, fds[0], &ops, &s);
	must(s.ch != NULL);
	send_all(fds[1], data, n);
	for (turns = 0; turns < 4; turns++) {
		loop_defer(s.l, &s.stop);
		must(loop_run(s.l, &e) == 0);
	}
	channel_free(&s.ch);
	must(loop_watches(s.l) == 0);
	loop_free(&s.l);
	close(fds[1]);
	must(next_fd() == before);
	return 0;
}
