/*
 * setup.h - what must be there before the first child starts
 */
#ifndef KEEPER_SETUP_H
#define KEEPER_SETUP_H

#include "lib/base/err.h"
#include "lib/conf/conf.h"

/* As root: the users of c exist, and are not root where that is forbidden.
 * -1 with *e, which names the command that repairs it.  Changes nothing. */
int setup_users(const struct conf *c, struct err *e);

/*
 * Make state_dir when it is missing and hold it for this server alone: the
 * descriptor that holds it until it is closed, or -1; ERR_BUSY when another
 * one does.
 */
int setup_lock(const struct conf *c, struct err *e);

/*
 * Under the lock, since a folder half made by another start looks like a
 * stranger's: make the folders that are missing, with their owners and modes;
 * refuse those that others could write to, or that belong to somebody else.
 */
int setup_folders(const struct conf *c, struct err *e);

/*
 * Make log folders that are missing and, as root, log files that are, and give
 * them to c->user, who could not make them in a folder of root's.  What cannot
 * be made is log's to report.
 */
void setup_logs(const struct conf *c);

#endif
