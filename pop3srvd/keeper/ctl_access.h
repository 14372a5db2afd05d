/*
 * ctl_access.h - policy, grant and deny: show, list, add, remove, import
 */
#ifndef KEEPER_CTL_ACCESS_H
#define KEEPER_CTL_ACCESS_H

#include "pop3srvd/keeper/ctl_config.h"
#include "pop3srvd/keeper/keeper.h"
#include "pop3srvd/keeper/ranges.h"

/* Each returns the result object, or NULL with *e. */
json_t *ctl_policy_show(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_policy_set(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_grant_list(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_grant_add(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_grant_remove(struct keeper *k, const json_t *args,
    struct err *e);
json_t *ctl_grant_import(struct keeper *k, const json_t *args,
    struct err *e);
json_t *ctl_deny_list(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_deny_add(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_deny_remove(struct keeper *k, const json_t *args, struct err *e);
json_t *ctl_deny_import(struct keeper *k, const json_t *args, struct err *e);

/* The list that a request means, until the next change. */
struct ctl_list {
	bool deny;
	bool runtime;			/* a change is for now only */
	const char *listener;		/* NULL: of all */
	const struct conf_access *access;
	const char *origin;
	char key[CTL_KEY_MAX];
};
int ctl_list_of(struct keeper *k, const json_t *args, bool deny,
    struct ctl_list *l, struct err *e);
const struct conf_access *ctl_list_access(const struct conf *c,
    const char *listener);
const struct conf_strings *ctl_list_own(const struct conf_access *a,
    bool deny);
const struct conf_strings *ctl_list_files(const struct conf_access *a,
    bool deny);
/* Add r to it, or make it r; the result of grant.add. */
json_t *ctl_list_add(struct keeper *k, const struct ctl_list *l,
    const struct ranges *r, bool replace, struct err *e);

/* Into the answer to a change: what the administrator might not expect. */
void ctl_access_warn(const struct keeper *k, json_t *v);

/* Imports that have begun. */
struct ctl_imports;
void ctl_imports_free(struct ctl_imports **im_p);

#endif
