/*
 * certs.h - certificates and keys on their way from keeper to front
 */
#ifndef IPC_CERTS_H
#define IPC_CERTS_H

#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/net/tls.h"

/* The pairs of one listener, by its name. */
struct certs_of {
	const char *listener;
	struct tls_pair *pairs;
	size_t n;
	int min_version;
};

struct certs {
	struct certs_of *of;
	size_t n;
};

int certs_pack(const struct certs *c, struct buf *b);
/* Views into mem, which must outlive *c_r; certs_clear() frees the arrays. */
int certs_unpack(struct certs *c_r, const void *mem, size_t n, struct err *e);
void certs_clear(struct certs *c);

#endif
