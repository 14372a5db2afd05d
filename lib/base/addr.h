/*
 * addr.h - network addresses and prefixes
 *
 * IPv4 is kept as v4-mapped IPv6, so that one comparison serves both and a
 * mapped peer equals its IPv4 self.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "lib/base/err.h"

struct addr {
	uint8_t ip[16];		/* network order; v4 as ::ffff:a.b.c.d */
	uint16_t port;		/* host order */
	bool local;		/* a Unix socket: no ip */
};

struct prefix {
	uint8_t ip[16];
	uint8_t len;		/* 0-128; v4 /24 is 120 */
};

#define ADDR_TEXT	64

bool addr_is_v4(const struct addr *a);
bool addr_is_loopback(const struct addr *a);	/* 127/8, ::1, local */
bool addr_same_ip(const struct addr *a, const struct addr *b);

/* "192.0.2.7" or "2001:db8::1", no port; "local" for a Unix socket. */
const char *addr_text(const struct addr *a, char out[ADDR_TEXT]);

/* Numeric address without port.  0, or -1 (ERR_CONFIG). */
int addr_parse(const char *text, struct addr *a_r, struct err *e);

void addr_from_sockaddr(const struct sockaddr *sa, socklen_t len,
    struct addr *a_r);

/*
 * "192.0.2.7", "192.0.2.0/24", "156.21.50.0/255.255.255.0", "2001:db8::/32".
 * -1 with ERR_CONFIG when it is none, the mask is not contiguous, or bits are
 * set beyond the prefix; the text names the range probably meant.
 */
int prefix_parse(const char *text, struct prefix *p_r, struct err *e);
const char *prefix_text(const struct prefix *p, char out[ADDR_TEXT]);
bool prefix_covers(const struct prefix *p, const struct addr *a);

/* For tables: every bit of ip moves every bit of it.  Keyed with a random
 * number, since peers choose their addresses. */
uint64_t addr_hash(const uint8_t ip[16], uint64_t key);

/* The network a peer is counted under: v4 /32, v6 /64. */
void prefix_of_peer(const struct addr *a, struct prefix *p_r);

#endif
