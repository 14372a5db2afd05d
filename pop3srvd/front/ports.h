/*
 * ports.h - the listening sockets, each with its settings
 */
#ifndef FRONT_PORTS_H
#define FRONT_PORTS_H

#include <stddef.h>

#include "lib/base/err.h"
#include "lib/base/span.h"

#include "lib/conf/conf.h"

struct ports;
struct server;
struct vserver;

struct ports *ports_new(struct server *srv);
void ports_free(struct ports **ps_p);		/* closes all */

/*
 * Take over the listeners of c: those that it no longer names are closed, the
 * others get new settings for sessions to come.  What cannot be taken over is
 * logged and keeps its old settings.
 */
void ports_conf(struct ports *ps, const struct conf *c);

/* The settings of a listener for peers to come, or NULL. */
const struct vserver *ports_vserver(const struct ports *ps, const char *name);

/* Sockets and certificates, by the listener's name.  Takes fd. */
int ports_listen(struct ports *ps, struct span name, int fd, struct err *e);
void ports_certs(struct ports *ps, int fd);

#endif
