/*
 * listfiles.h - files with ranges, a range a line: read, checked, watched
 *
 * What was read last and found right is in force.  A file that is new to the
 * configuration must be there; of its lines those count that are ranges.
 * Later a faulty file changes nothing, and one that has gone is as it was.
 */
#ifndef KEEPER_LISTFILES_H
#define KEEPER_LISTFILES_H

#include <jansson.h>
#include <stdio.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/net/loop.h"
#include "lib/policy/netlist.h"
#include "pop3srvd/ipc/logrec.h"

struct listfiles;

struct listfiles *listfiles_new(void);		/* NULL: no memory */
void listfiles_free(struct listfiles **lf_p);

/* Read what c names and is not known yet.  -1 with *e. */
int listfiles_need(struct listfiles *lf, const struct conf *c, struct err *e);
/* c is in force: forget the others, log what is new. */
void listfiles_take(struct listfiles *lf, const struct conf *c);

/* What a file says; NULL when it was not needed. */
const struct netlist *listfiles_get(const struct listfiles *lf,
    const char *path);

/* From now on log, look every few seconds, and tell when ranges changed. */
int listfiles_watch(struct listfiles *lf, struct loop *l,
    struct log_out *log, void (*changed)(void *arg), void *arg);
/* Read what has changed on the disk at once. */
void listfiles_look(struct listfiles *lf);

/* Faulty lines of the last reading, for -n. */
void listfiles_print(const struct listfiles *lf, FILE *to);
/* [{file, ranges, faults, state: "ok" | "faulty" | "lost"}] */
json_t *listfiles_status(const struct listfiles *lf);

#endif
