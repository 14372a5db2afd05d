/*
 * certs_watch.h - certificates and keys: read as root, checked, watched
 *
 * Front gets pairs that were found right only.  When the files change, a right
 * new pair replaces the old one; a wrong one is refused and the old one serves
 * on.
 */
#ifndef KEEPER_CERTS_WATCH_H
#define KEEPER_CERTS_WATCH_H

#include <jansson.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/net/frame.h"
#include "lib/net/loop.h"
#include "pop3srvd/ipc/logrec.h"

struct cert_set;	/* every pair of one configuration */
struct certs_watch;

/* Read and check all that c names.  NULL with *e, which names listener and
 * file. */
struct cert_set *cert_set_load(const struct conf *c, struct err *e);
void cert_set_free(struct cert_set **s_p);

/* changed is told when front must be sent new pairs. */
struct certs_watch *certs_watch_new(struct loop *l, struct log_out *log,
    void (*changed)(void *arg), void *arg);
void certs_watch_free(struct certs_watch **w_p);

/* Watch s from now on; logs each pair. */
void certs_watch_take(struct certs_watch *w, struct cert_set *s);
void certs_watch_send(const struct certs_watch *w, struct channel *front);

/* Read again what has changed on the disk, at once. */
void certs_watch_look(struct certs_watch *w);

json_t *certs_watch_status(const struct certs_watch *w);

#endif
