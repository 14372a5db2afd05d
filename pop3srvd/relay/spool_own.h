/*
 * spool_own.h - what the spool_*.c share; nobody else includes it
 */
#ifndef RELAY_SPOOL_OWN_H
#define RELAY_SPOOL_OWN_H

#include "pop3srvd/relay/spool.h"

#define SPOOL_NAME	16	/* "abcdefgh.env" */

struct spool {
	int dir;
	int bad;
};

const char *spool_name(const char *id, const char *ending,
    char out[SPOOL_NAME]);

/* An envelope of a folder, checked; NULL with *e. */
struct envelope *spool_read(int dir, const char *id, struct err *e);

#endif
