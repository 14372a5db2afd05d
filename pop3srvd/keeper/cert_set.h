/*
 * cert_set.h - the pairs that keeper has read; for certs_watch.c and cert_set.c
 */
#ifndef KEEPER_CERT_SET_H
#define KEEPER_CERT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pop3srvd/ipc/certs.h"
#include "pop3srvd/keeper/certs_watch.h"
#include "pop3srvd/keeper/filestate.h"

struct cert {
	char *listener;
	char *name;		/* NULL: the default pair */
	int min_version;
	char *chain_path, *key_path;
	char *chain, *key;
	size_t chain_len, key_len;
	int64_t not_after;	/* seconds since 1970 */
	struct filestate seen[2];	/* when last read, right or wrong */
};

struct cert_set {
	struct cert *at;	/* those of a listener stand together */
	size_t n;
};

/* Whether a file was replaced since it was read. */
bool cert_changed(const struct cert *c);
/* Read both files anew; -1 with *e: the old octets stay. */
int cert_read(struct cert *c, struct err *e);

/* The record of certs.h appended to b; 0 or -1. */
int cert_set_pack(const struct cert_set *s, struct buf *b);

#endif
