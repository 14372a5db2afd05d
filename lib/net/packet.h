/*
 * packet.h - one frame in, one frame out of a SOCK_SEQPACKET socket
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

/* The body lies in the one buffer of the process: valid until the next call. */
enum packet_result packet_receive(int sock, struct frame *f_r);

#endif
