/*
 * netacl.h - grant and deny ranges for peer addresses
 *
 * The longest prefix that covers an address decides, deny on a tie; with none,
 * the policy does.  Decides only: no log, no clock, no socket.
 */
#ifndef POLICY_NETACL_H
#define POLICY_NETACL_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/addr.h"
#include "lib/base/err.h"

enum verdict { VERDICT_GRANT, VERDICT_DENY };

struct netacl;

struct netacl *netacl_new(enum verdict policy);		/* NULL: no memory */
void netacl_free(struct netacl **acl_p);

/* Returns 0, or -1 with *e (ERR_CONFIG: no range; ERR_TEMP: no memory). */
int netacl_add(struct netacl *acl, enum verdict v, const char *text,
    struct err *e);
/* Sort after the last add, before the first test. */
void netacl_ready(struct netacl *acl);

/* *rule_r: the range that decided, or NULL when the policy did. */
enum verdict netacl_test(const struct netacl *acl, const struct addr *a,
    const struct prefix **rule_r);

#endif
