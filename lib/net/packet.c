/*
 * packet.c - frames as packets, with at most one descriptor
 *
 * The kernel keeps packets whole, so there is no half frame to wait for: what
 * is not exactly a frame comes from a broken or hostile process.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/net/packet.h"

#define MAX_FDS		8	/* we take one; more are received to be closed */
#define RESETS		4

static void
attach(struct msghdr *msg, void *mem, size_t n, int fd)
{
	struct cmsghdr *c;

	msg->msg_control = mem;
	msg->msg_controllen = n;
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(int));
}

enum packet_result
packet_send(int sock, const struct packet_head *h, struct span body, int fd)
{
	union {
		struct cmsghdr align;
		char mem[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov[2] = {
		{ (void *)(uintptr_t)h, sizeof(*h) },
		{ (void *)(uintptr_t)body.ptr, body.len },
	};
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n;

	if (fd >= 0)
		attach(&msg, control.mem, sizeof(control.mem), fd);
	do {
		n = sendmsg(sock, &msg, MSG_NOSIGNAL);
	} while (n < 0 && errno == EINTR);
	if (n >= 0)
		return PACKET_DONE;
	if (errno == EAGAIN)
		return PACKET_LATER;
	if (errno == ENOBUFS || errno == ENOMEM || errno == ETOOMANYREFS)
		return PACKET_NO_MEMORY;
	return PACKET_END;
}

/* The descriptor of a packet, or -1.  More than one: all are closed. */
static int
take_fd(struct msghdr *msg, bool *several_r)
{
	struct cmsghdr *c;
	int fd = -1, got;
	size_t i, n;

	*several_r = false;
	for (c = CMSG_FIRSTHDR(msg); c != NULL; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		for (i = 0; i < n; i++) {
			memcpy(&got, CMSG_DATA(c) + i * sizeof(int),
			    sizeof(int));
			if (fd >= 0) {
				*several_r = true;
				close(got);
			} else {
				fd = got;
			}
		}
	}
	if (*several_r) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* One for all channels: a body lives as long as its callback. */
static struct {
	struct packet_head h;
	char body[FRAME_MAX];
} packet;

static ssize_t
receive(int sock, struct msghdr *msg)
{
	int resets = 0;
	ssize_t n;

	/* ECONNRESET: the other end died with frames of ours unread.  What it
	 * said before is still there, and its end of stream comes after. */
	do {
		n = recvmsg(sock, msg, MSG_CMSG_CLOEXEC);
	} while (n < 0 && (errno == EINTR ||
	    (errno == ECONNRESET && resets++ < RESETS)));
	return n;
}

enum packet_result
packet_receive(int sock, struct frame *f_r)
{
	union {
		struct cmsghdr align;
		char mem[CMSG_SPACE(MAX_FDS * sizeof(int))];
	} control;
	struct iovec iov = { &packet, sizeof(packet) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
	    .msg_control = control.mem,
	    .msg_controllen = sizeof(control.mem) };
	ssize_t n = receive(sock, &msg);
	bool several;

	if (n < 0 && errno == EAGAIN)
		return PACKET_LATER;
	if (n < 0)
		return errno == ENOMEM || errno == ENOBUFS ?
		    PACKET_NO_MEMORY : PACKET_END;
	f_r->fd = take_fd(&msg, &several);
	if (several || (msg.msg_flags & MSG_TRUNC) ||
	    (size_t)n < sizeof(packet.h) || packet.h.zero != 0 ||
	    packet.h.zero2 != 0 || packet.h.len != (size_t)n -
	    sizeof(packet.h)) {
		if (f_r->fd >= 0)
			close(f_r->fd);
		return PACKET_END;
	}
	/* MSG_CTRUNC without a descriptor: we have no room for one.  The frame
	 * counts; its reader must do without, as with a sender that sent none. */
	f_r->type = packet.h.type;
	f_r->id = packet.h.id;
	f_r->body = span_mem(packet.body, packet.h.len);
	return PACKET_DONE;
}
