/*
 * ctl_roles.h - who may do what on the control socket
 *
 * Names become ids once, at the start, while the user database can be read;
 * a name that only a later configuration brings is logged and needs a restart.
 */
#ifndef FRONT_CTL_ROLES_H
#define FRONT_CTL_ROLES_H

#include <sys/types.h>

#include "lib/conf/conf.h"
#include "lib/ctl/ctl.h"
#include "lib/net/peer.h"

#include "pop3srvd/ipc/logrec.h"

struct ctl_roles;

struct ctl_roles *ctl_roles_new(void);
void ctl_roles_free(struct ctl_roles **r_p);

/* Look up all names of c and remember the answers. */
void ctl_roles_learn(struct ctl_roles *r, const struct conf_control *c);
/* From now on these rows count; names that were not learned are logged. */
void ctl_roles_use(struct ctl_roles *r, const struct conf_control *c,
    struct log_out *log);
/* Always admin, as root is. */
void ctl_roles_owner(struct ctl_roles *r, uid_t uid);

/* The highest role of a peer with these credentials on fd. */
enum ctl_role ctl_roles_of(const struct ctl_roles *r, int fd,
    const struct peer_cred *who);

#endif
