/*
 * access.h - the access lists of a configuration, compiled for front
 */
#ifndef KEEPER_ACCESS_H
#define KEEPER_ACCESS_H

#include "lib/conf/conf.h"
#include "lib/conf/conf_load.h"
#include "pop3srvd/keeper/listfiles.h"

/*
 * The lists of each listener of c, with what its files say (which have been
 * listfiles_need()ed), as a sealed memory file: aclset.h.  -1 with *e.
 */
int access_make(const struct conf *c, const struct conf_source *src,
    const struct listfiles *lf, struct err *e);

/* Who set "access.grant" (or another key) for a listener, or with NULL for
 * all of them. */
const char *access_origin(const struct conf_source *src, const char *listener,
    const char *key);

#endif
