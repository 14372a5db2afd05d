/*
 * ctl_audit.h - what an administrator changed, or tried to
 *
 * A record goes to log, which appends it to the audit file and says when it is
 * on the disk; the administrator hears of the change after that.
 */
#ifndef FRONT_CTL_AUDIT_H
#define FRONT_CTL_AUDIT_H

#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/ctl/ctl.h"
#include "lib/net/peer.h"

struct server;

struct ctl_asker {
	struct peer_cred who;
	enum ctl_role role;
};

/* A record on its way.  Zero it first. */
struct ctl_record {
	uint32_t id;		/* 0: none is on its way */
	struct buf packed;	/* sent again when log had to be restarted */
};

/*
 * Every change, whether or not it succeeded.  result: "ok" or the error's code.
 * 0, or -1 when nothing could be sent, which is logged; r is cleared then.
 */
int ctl_audit_send(struct server *srv, struct ctl_record *r, uint32_t id,
    const struct ctl_asker *a, const struct ctl_request *req,
    const char *result);
void ctl_audit_again(struct server *srv, const struct ctl_record *r);
void ctl_audit_clear(struct ctl_record *r);
/* No word of it in time. */
void ctl_audit_missing(struct server *srv, const struct ctl_request *req);

/*
 * A refusal for lack of role: recorded too, some a minute from each user; how
 * many were too many is said by the next.  Nobody waits for these.
 */
#define CTL_REFUSALS	64
struct ctl_refusals {
	struct {
		int64_t since;	/* mono ms */
		uint32_t n, missed;
	} at[CTL_REFUSALS];
};
void ctl_audit_refusal(struct server *srv, struct ctl_refusals *f,
    const struct ctl_asker *a, const struct ctl_request *req);

#endif
