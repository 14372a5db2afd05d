/*
 * sockets.h - the listening sockets, which outlive every front
 *
 * A new table is made beside the present one: what both name is shared, what
 * is new is bound before anything old is closed.
 */
#ifndef KEEPER_SOCKETS_H
#define KEEPER_SOCKETS_H

#include <jansson.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/net/frame.h"

struct sockets;

/* Take over inherited sockets (LISTEN_FDS) that c's listeners name; the others
 * are closed.  now is NULL at start.  NULL with *e: nothing has changed. */
struct sockets *sockets_plan(const struct sockets *now, const struct conf *c,
    struct err *e);

/* Close what next does not share; *now_p is next from then on. */
void sockets_take(struct sockets **now_p, struct sockets *next);
/* Close what was bound for next alone. */
void sockets_drop(struct sockets **next_p);

/* To front: all of them, or those that before did not have under that name. */
void sockets_send(const struct sockets *s, const struct sockets *before,
    struct channel *front);

#endif
