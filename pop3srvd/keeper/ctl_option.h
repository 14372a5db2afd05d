/*
 * ctl_option.h - option.list, get, set and reset
 */
#ifndef KEEPER_CTL_OPTION_H
#define KEEPER_CTL_OPTION_H

#include "pop3srvd/keeper/keeper.h"

/* Each returns the result object, or NULL with *e. */
json_t *ctl_option_list(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_option_get(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_option_set(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_option_reset(struct keeper *k, const json_t *args, struct err *e);

#endif
