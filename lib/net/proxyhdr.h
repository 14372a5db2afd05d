/*
 * proxyhdr.h - PROXY protocol header, versions 1 and 2 (HAProxy's
 * specification of 2020); pure
 */
#ifndef NET_PROXYHDR_H
#define NET_PROXYHDR_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/addr.h"

#define PROXYHDR_MAX	536	/* v2 with 520 octets of addresses and TLVs */

struct proxyhdr {
	bool known;		/* false: LOCAL or UNKNOWN, keep the real peer */
	struct addr peer;
	struct addr local;
	bool tls;		/* the proxy says the client used TLS */
};

/* > 0: octets of the header; 0: need more; -1: no valid header. */
int proxyhdr_parse(const void *p, size_t n, struct proxyhdr *h_r);

#endif
