/*
 * reload.h - from one configuration to the next, or not at all
 */
#ifndef KEEPER_RELOAD_H
#define KEEPER_RELOAD_H

#include "pop3srvd/keeper/keeper.h"

/*
 * Read the configuration again with the changes of runtime over it, and take
 * it over.  *changes_r (may be NULL) is an array as in conf_diff(), for the
 * caller to drop.  With dry_run nothing is taken over, but all that could fail
 * is tried.  -1 with *e: nothing has changed, and k->faults says all that was
 * wrong (*e: the first).
 */
int reload_run(struct keeper *k, json_t *runtime, bool dry_run,
    json_t **changes_r, struct err *e);

/* The same as a trial, with settings instead of what settings.json holds. */
int reload_try(struct keeper *k, const json_t *settings,
    const json_t *runtime, struct err *e);

/* As ordered by an administrator: forgets changes that are not kept, looks at
 * the certificates again, and remembers how it went. */
int reload_ordered(struct keeper *k, json_t **changes_r, struct err *e);

/* Log what is no fault of the configuration but should be told. */
void reload_log_notes(struct keeper *k);

#endif
