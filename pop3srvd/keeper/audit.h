/*
 * audit.h - the audit file opened for log, and keeper's own records
 */
#ifndef KEEPER_AUDIT_H
#define KEEPER_AUDIT_H

#include "lib/net/frame.h"

struct keeper;

/* To a log process that starts.  What is wrong with the file is logged once. */
void audit_send(struct keeper *k, struct channel *log);

/* The name leads elsewhere, or nowhere: it was put away (rotation) or removed;
 * log gets a new one. */
void audit_mend(struct keeper *k);

/* What was not asked for at the control socket: role is "start" or "signal". */
void audit_note(struct keeper *k, const char *role, const char *verb,
    const char *result);

#endif
