/*
 * inherit.h - sockets that the service manager bound for us (LISTEN_FDS)
 */
#ifndef KEEPER_INHERIT_H
#define KEEPER_INHERIT_H

#include "lib/conf/conf.h"

/* The descriptor that already listens where ln says, non-blocking and
 * close-on-exec, once; -1 when there is none. */
int inherit_find(const struct conf_listener *ln);

/* Close those that nobody asked for; how many. */
int inherit_close_rest(void);

#endif
