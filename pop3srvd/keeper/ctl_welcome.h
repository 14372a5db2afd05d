/*
 * ctl_welcome.h - welcome.show, set and reset
 */
#ifndef KEEPER_CTL_WELCOME_H
#define KEEPER_CTL_WELCOME_H

#include "pop3srvd/keeper/keeper.h"

/* Each returns the result object, or NULL with *e. */
json_t *ctl_welcome_show(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_welcome_set(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_welcome_reset(struct keeper *k, const json_t *args,
    struct err *e);

#endif
