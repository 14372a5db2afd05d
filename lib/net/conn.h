/*
 * conn.h - a byte stream to a peer: plain or TLS behind one interface
 *
 * No buffering of its own: the owner reads into and writes from its own
 * memory, so that one ceiling per session is kept in one place.  The owner's
 * callback is told when it may go on; it says what it waits for with
 * conn_want().  Under TLS the library may need the other direction first;
 * conn hides that.
 */
#ifndef NET_CONN_H
#define NET_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/addr.h"
#include "lib/base/err.h"
#include "lib/net/loop.h"

struct conn;
struct tls_set;

#define CONN_READ	1
#define CONN_WRITE	2

enum conn_event {
	CONN_READABLE,		/* conn_read() will give something */
	CONN_WRITABLE,
	CONN_TLS_UP,		/* the handshake is done */
	CONN_GONE		/* reset, hang-up or TLS failure; free it */
};

typedef void conn_fn(struct conn *c, enum conn_event ev, void *arg);

/* Takes fd, which is as a listener gives it: non-blocking, its options set.
 * NULL: out of memory, and fd is closed. */
struct conn *conn_new(struct loop *l, int fd, conn_fn *fn, void *arg);
void conn_free(struct conn **c_p);		/* closes; safe inside fn */

/*
 * What to be told of; 0 waits for nothing but a reset or hang-up.  A peer that
 * only closed its sending side may still wait for answers to what it sent: its
 * end of stream is found by reading, after those.
 */
void conn_want(struct conn *c, int read_write);

/*
 * > 0 octets; 0 the peer's end of stream; -1 with errno EAGAIN: later; -1
 * otherwise: broken.  Both keep errno.  Under TLS, what conn_write() left over
 * may be sealed already: the next call must begin with the same octets and
 * offer no fewer.
 */
ssize_t conn_read(struct conn *c, void *mem, size_t n);
ssize_t conn_write(struct conn *c, const void *mem, size_t n);

/*
 * Octets of a file without a copy, not under TLS: as conn_write(), and 0 when
 * the file ends before offset.  EINVAL, ENOSYS: its kind cannot be sent so.
 * It waits for the disk if it must.
 */
ssize_t conn_send_file(struct conn *c, int file, uint64_t offset, size_t n);

/* Server side handshake; CONN_TLS_UP or CONN_GONE follows.  -1: no memory.
 * Until then nothing may be read or written. */
int conn_start_tls(struct conn *c, struct tls_set *set, struct err *e);
bool conn_tls(const struct conn *c);
/* "TLSv1.3", "TLS_AES_256_GCM_SHA384"; NULL without TLS. */
const char *conn_tls_version(const struct conn *c);
const char *conn_tls_cipher(const struct conn *c);
/* Channel binding octets for -PLUS mechanisms: tls-exporter on 1.3, tls-unique
 * on 1.2 with extended master secret; 0 and *len_r, or -1. */
int conn_tls_binding(struct conn *c, unsigned char out[64], size_t *len_r,
    const char **type_r);
/* Why the handshake or stream failed, for the log; "" when it did not. */
const char *conn_fault(const struct conn *c);

/* True when the peer has closed or reset its side (a dead session). */
bool conn_peer_gone(struct conn *c);

/* Send what TLS owes and close_notify, and see that the end which follows is
 * no reset; the caller then frees c. */
void conn_shutdown(struct conn *c);

int conn_fd(const struct conn *c);
size_t conn_memory(const struct conn *c);

#endif
