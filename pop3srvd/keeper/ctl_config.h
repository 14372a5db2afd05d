/*
 * ctl_config.h - config.show, get, set, reset and diff
 */
#ifndef KEEPER_CTL_CONFIG_H
#define KEEPER_CTL_CONFIG_H

#include "pop3srvd/keeper/keeper.h"

/* Each returns the result object, or NULL with *e. */
json_t *ctl_config_show(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_config_get(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_config_set(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_config_reset(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_config_diff(struct keeper *k, const json_t *args, struct err *e);

#endif
