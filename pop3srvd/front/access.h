/*
 * access.h - the access lists that keeper has compiled, mapped
 *
 * Those in force belong to the gate.
 */
#ifndef FRONT_ACCESS_H
#define FRONT_ACCESS_H

#include "lib/base/err.h"

#include "lib/policy/netacl.h"

struct access;

/* Takes fd.  NULL with *e. */
struct access *access_open(int fd, struct err *e);
void access_free(struct access **a_p);

/* The list of a listener; NULL: there is none (a may be NULL). */
const struct netacl *access_list(const struct access *a,
    const char *listener);
/* Who wrote a rule: "settings.json", a file's name. */
const char *access_source(const struct access *a,
    const struct netacl_rule *r);

#endif
