/*
 * ctl_audit.h - what an administrator changed, or tried to
 */
#ifndef FRONT_CTL_AUDIT_H
#define FRONT_CTL_AUDIT_H

#include "lib/ctl/ctl.h"
#include "lib/net/peer.h"

struct server;

struct ctl_asker {
	struct peer_cred who;
	enum ctl_role role;
};

/* Every attempt to change something, whether or not it succeeded; nothing for
 * a verb that only looks.  result: "ok" or the error's code. */
void ctl_audit(struct server *srv, const struct ctl_asker *a,
    const struct ctl_request *req, const char *result);

#endif
