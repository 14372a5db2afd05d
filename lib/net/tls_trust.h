/*
 * tls_trust.h - whom we believe when we are the client (RFC 5280, 9525)
 *
 * TLS 1.2 and 1.3 with the suites of tls.h, no resumption: a client of ours
 * keeps one connection for long.
 */
#ifndef NET_TLS_TRUST_H
#define NET_TLS_TRUST_H

#include "lib/base/err.h"

struct tls_trust;

/* ca_file: PEM of those who vouch; "" for the system's.  NULL with *e. */
struct tls_trust *tls_trust_new(const char *ca_file, struct err *e);
void tls_trust_free(struct tls_trust **t_p);

#endif
