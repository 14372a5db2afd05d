/*
 * tls_io.h - TLS on one descriptor, for conn.c and dial.c alone
 */
#ifndef NET_TLS_IO_H
#define NET_TLS_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/net/tls.h"

struct tls_io;

/* Server side on fd, which stays the caller's.  NULL: no memory. */
struct tls_io *tls_io_new(struct tls_set *set, int fd);
/* Client side, which goes on only with who is called name. */
struct tls_trust;
struct tls_io *tls_io_client(struct tls_trust *trust, const char *name,
    int fd);
void tls_io_free(struct tls_io **t_p);

/* 1: done; 0: wait for tls_io_read_needs(); -1: failed. */
int tls_io_handshake(struct tls_io *t);
bool tls_io_up(const struct tls_io *t);

/* As conn_read() and conn_write(). */
ssize_t tls_io_read(struct tls_io *t, void *mem, size_t n);
ssize_t tls_io_write(struct tls_io *t, const void *mem, size_t n);

/* POLLIN or POLLOUT: what either direction has to wait for. */
short tls_io_read_needs(const struct tls_io *t);
short tls_io_write_needs(const struct tls_io *t);

/* A read may give something though the descriptor is silent. */
bool tls_io_pending(const struct tls_io *t);

void tls_io_shutdown(struct tls_io *t);		/* close_notify */

const char *tls_io_fault(const struct tls_io *t);
const char *tls_io_version(const struct tls_io *t);
const char *tls_io_cipher(const struct tls_io *t);
int tls_io_binding(struct tls_io *t, unsigned char out[64], size_t *len_r,
    const char **type_r);

#endif
