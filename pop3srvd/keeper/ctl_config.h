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

/*
 * What config.set and config.reset do, for verbs with words of their own: one
 * key tried, kept unless runtime, taken over.  Returns {"key", "value",
 * "needs", "kept"}.
 */
json_t *ctl_config_put(struct keeper *k, const char *key,
    const json_t *value, bool runtime, struct err *e);
json_t *ctl_config_take(struct keeper *k, const char *key, bool runtime,
    struct err *e);

/*
 * The argument "listener" (may be absent): *name_r is NULL or a listener that
 * is there.  -1 with *e.
 */
int ctl_config_listener(const struct keeper *k, const json_t *args,
    const char **name_r, struct err *e);

#define CTL_KEY_MAX	192
/* "listener.NAME.key", or key when listener is NULL. */
const char *ctl_config_key(const char *listener, const char *key,
    char out[CTL_KEY_MAX]);

#endif
