/*
 * packet.h - frames in, one frame out of a SOCK_SEQPACKET socket
 */
#ifndef NET_PACKET_H
#define NET_PACKET_H

#include <stdint.h>

#include "lib/base/span.h"

#include "lib/net/frame.h"

/* In host order; 16 octets keep the body 8-aligned. */
struct packet_head {
	uint16_t type;
	uint16_t zero;
	uint32_t id;
	uint32_t len;
	uint32_t zero2;
};

enum packet_result {
	PACKET_DONE,
	PACKET_LATER,		/* when the socket is ready */
	PACKET_NO_MEMORY,	/* the kernel's: in a while */
	PACKET_END		/* the other end is gone or sent no frame */
};

enum packet_result packet_send(int sock, const struct packet_head *h,
    struct span body, int fd);

/* Frames that came together.  Their bodies lie in the one buffer of the
 * process: valid until the next call. */
#define PACKETS_AT_ONCE	8
struct packets {
	struct frame frame[PACKETS_AT_ONCE];
	size_t n;
};

/* The frames of in_r count whatever is returned; PACKET_DONE: there may be
 * more, and for all else this was the last one for now. */
enum packet_result packet_receive(int sock, struct packets *in_r);

#endif
