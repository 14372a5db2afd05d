/*
 * route.h - which way a recipient's mail goes
 *
 * Pure.  Runs in: relay.  Trusts: its configuration.
 */
#ifndef RELAY_ROUTE_H
#define RELAY_ROUTE_H

#include "lib/conf/conf.h"

enum { ROUTE_NONE = -3, ROUTE_SENDMAIL = -2, ROUTE_SMART_HOST = -1 };

/* The index of the first of relay.routes that fits, else one of the above. */
int route_of(const struct conf_relay *c, const char *address);

/* Of a way that is a smart host: where, and how it is spoken to. */
const struct conf_smtp *route_smtp(const struct conf_relay *c, int route,
    const char **host_r);

#endif
