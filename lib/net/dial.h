/*
 * dial.h - a socket of ours to somebody else: name, connection, TLS, octets
 *
 * Nothing waits but the look-up of a name in dial_new(): only a process that
 * may wait gives names.
 */
#ifndef NET_DIAL_H
#define NET_DIAL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/err.h"
#include "lib/base/span.h"

enum dial_kind { DIAL_UDP, DIAL_TCP, DIAL_TLS };

struct dial_want {
	enum dial_kind kind;
	const char *host;	/* numeric, or a name */
	uint16_t port;
	const char *name;	/* TLS: in its certificate; "": host */
	const char *ca_file;	/* TLS: as tls_trust_new() */
};

struct dial;

/*
 * Begin.  A name may have several addresses: attempt, which counts from 0,
 * says which of them.  NULL with *e, ERR_CONFIG when another try is in vain.
 */
struct dial *dial_new(const struct dial_want *w, unsigned attempt,
    struct err *e);
void dial_free(struct dial **d_p);

int dial_fd(const struct dial *d);
/* POLLIN or POLLOUT: what a write that gave EAGAIN waits for. */
short dial_needs(const struct dial *d);

/*
 * Octets that were taken, or -1 with errno: EAGAIN until the connection is
 * there and while it is full.  One datagram a call with UDP, EMSGSIZE when it
 * is too long.
 */
ssize_t dial_write(struct dial *d, struct span s);

/* The other side's kernel has confirmed all that was written; of UDP nobody
 * can know, so it is true. */
bool dial_settled(const struct dial *d);

/*
 * The other side has nothing to say: read what it said for nothing, and find
 * out that it is gone.  0, or -1 with errno, 0 for an orderly end.
 */
int dial_hear(struct dial *d);

/* What went wrong, in words, after a -1 with errno errnum; lives as long as
 * d does. */
const char *dial_fault(const struct dial *d, int errnum);

#endif
