/*
 * targets.h - all places where lines go, as the configuration lists them
 */
#ifndef LOG_TARGETS_H
#define LOG_TARGETS_H

#include <stdint.h>

#include "lib/conf/conf.h"
#include "lib/net/loop.h"
#include "pop3srvd/ipc/logrec.h"

struct targets;

struct targets *targets_new(struct loop *l);		/* none yet; or NULL */
void targets_free(struct targets **ts_p);

/* Open those of c instead of the present ones; one that c lists as well stays
 * open.  Borrows c, and needs the one before it until it returns. */
void targets_conf(struct targets *ts, const struct conf *c);
void targets_reopen(struct targets *ts);
void targets_event(const struct logrec *r, void *ts);

/* Records that any of them dropped, since targets_new(). */
uint64_t targets_dropped(const struct targets *ts);

#endif
