/*
 * ctl_own.h - the verbs that front serves itself: a row each in ctl_own.c
 */
#ifndef FRONT_CTL_OWN_H
#define FRONT_CTL_OWN_H

#include <jansson.h>

#include "lib/base/err.h"

struct server;
struct session;

/* The result (owned by the caller), or NULL with *e.  Answers at once: what
 * has to wait or is long belongs to another process. */
typedef json_t *ctl_own_fn(struct server *srv, const json_t *args,
    struct err *e);

/* NULL: not one of front's. */
ctl_own_fn *ctl_own_find(const char *verb);

/* What lists say of a session. */
json_t *ctl_session_row(const struct session *s);

ctl_own_fn ctl_log_debug;
ctl_own_fn ctl_version;
ctl_own_fn ctl_stats;
ctl_own_fn ctl_access_test;
ctl_own_fn ctl_session_list;
ctl_own_fn ctl_session_show;
ctl_own_fn ctl_session_kill;
ctl_own_fn ctl_autodeny_list;
ctl_own_fn ctl_autodeny_add;
ctl_own_fn ctl_autodeny_remove;
ctl_own_fn ctl_autodeny_clear;

#endif
