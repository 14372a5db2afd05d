/*
 * ctl_log.h - log.level
 */
#ifndef KEEPER_CTL_LOG_H
#define KEEPER_CTL_LOG_H

#include "pop3srvd/keeper/keeper.h"

/* The result object, or NULL with *e. */
json_t *ctl_log_level(struct keeper *k, const json_t *args, struct err *e);

#endif
