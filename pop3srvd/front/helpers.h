/*
 * helpers.h - answers of auth, drop and relay, to the sessions they are for
 */
#ifndef FRONT_HELPERS_H
#define FRONT_HELPERS_H

#include "pop3srvd/front/auth_pool.h"
#include "pop3srvd/front/drop_pool.h"
#include "pop3srvd/front/relay_link.h"

/* arg is the server. */
extern const struct auth_pool_ops helpers_auth_ops;
extern const struct drop_pool_ops helpers_drop_ops;
extern const struct relay_link_ops helpers_relay_ops;

#endif
