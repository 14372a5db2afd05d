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
static struct packet {
	struct packet_head h;
	char body[FRAME_MAX];
} packet[PACKETS_AT_ONCE];

union control {
	struct cmsghdr align;
	char mem[CMSG_SPACE(MAX_FDS * sizeof(int))];
};

static int
receive(int sock, struct mmsghdr *msg)
{
	int resets = 0, n;

	/* ECONNRESET: the other end died with frames of ours unread.  What it
	 * said before is still there, and its end of stream comes after. */
	do {
		n = recvmmsg(sock, msg, PACKETS_AT_ONCE, MSG_CMSG_CLOEXEC,
		    NULL);
	} while (n < 0 && (errno == EINTR ||
	    (errno == ECONNRESET && resets++ < RESETS)));
	return n;
}

/* An end of stream is a packet of no octets. */
static bool
is_frame(const struct packet *p, const struct mmsghdr *msg)
{
	return !(msg->msg_hdr.msg_flags & MSG_TRUNC) &&
	    msg->msg_len >= sizeof(p->h) && p->h.zero == 0 &&
	    p->h.zero2 == 0 && p->h.len == msg->msg_len - sizeof(p->h);
}

static bool
take(const struct packet *p, struct mmsghdr *msg, struct frame *f)
{
	bool several;

	f->fd = take_fd(&msg->msg_hdr, &several);
	if (several || !is_frame(p, msg)) {
		if (f->fd >= 0)
			close(f->fd);
		return false;
	}
	/* MSG_CTRUNC without a descriptor: we have no room for one.  The frame
	 * counts; its reader must do without, as with a sender that sent none. */
	f->type = p->h.type;
	f->id = p->h.id;
	f->body = span_mem(p->body, p->h.len);
	return true;
}

static enum packet_result
nothing(int errnum)
{
	if (errnum == EAGAIN)
		return PACKET_LATER;
	return errnum == ENOMEM || errnum == ENOBUFS ? PACKET_NO_MEMORY :
	    PACKET_END;
}

/* One call for all that wait: with one for each, and one more to learn that
 * there is none, a session's frames cost as much as its commands. */
enum packet_result
packet_receive(int sock, struct packets *in_r)
{
	static struct iovec iov[PACKETS_AT_ONCE];
	static union control control[PACKETS_AT_ONCE];
	struct mmsghdr msg[PACKETS_AT_ONCE] = { 0 };
	bool good = true, taken;
	struct frame f;
	int i, n;

	for (i = 0; i < PACKETS_AT_ONCE; i++) {
		iov[i] = (struct iovec){ &packet[i], sizeof(packet[i]) };
		msg[i].msg_hdr.msg_iov = &iov[i];
		msg[i].msg_hdr.msg_iovlen = 1;
		msg[i].msg_hdr.msg_control = control[i].mem;
		msg[i].msg_hdr.msg_controllen = sizeof(control[i].mem);
	}
	in_r->n = 0;
	n = receive(sock, msg);
	if (n < 0)
		return nothing(errno);
	for (i = 0; i < n; i++) {
		taken = take(&packet[i], &msg[i], &f);
		if (taken && good)
			in_r->frame[in_r->n++] = f;
		else if (taken && f.fd >= 0)
			close(f.fd);
		good = good && taken;
	}
	if (!good)
		return PACKET_END;
	return n < PACKETS_AT_ONCE ? PACKET_LATER : PACKET_DONE;
}
