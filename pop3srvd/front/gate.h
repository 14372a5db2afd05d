/*
 * gate.h - the one door: who may connect, before TLS and banner
 *
 * Asks the addresses shut out (autodeny.never first), the access list of the
 * listener, and the limits, in this order.  A peer that is refused gets no octet.
 */
#ifndef FRONT_GATE_H
#define FRONT_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/addr.h"

#include "lib/policy/autodeny.h"
#include "lib/policy/netacl.h"

#include "pop3srvd/front/access.h"
#include "pop3srvd/front/vserver.h"

enum gate_verdict {
	GATE_OK,
	GATE_NO_PROXY,		/* this listener is for proxies only */
	GATE_DENIED,		/* by the access list */
	GATE_SHUT_OUT,		/* automatically denied */
	GATE_FULL,		/* limits.connections */
	GATE_SOURCE,		/* limits.per_address */
	GATE_MEMORY,
	GATE_VERDICTS
};

struct gate;

/* ceiling: connections that the descriptors allow. */
struct gate *gate_new(size_t ceiling);
void gate_allow(struct gate *g, size_t ceiling);
void gate_free(struct gate **g_p);

/* The lists in force from now on; takes them, frees the old. */
void gate_access(struct gate *g, struct access *a);
const struct access *gate_lists(const struct gate *g);	/* NULL: none yet */

/* What would be decided, counting nothing.  *rule_r (or NULL): the
 * rule of the access list that decided, NULL when none did. */
enum gate_verdict gate_judge(struct gate *g, const struct vserver *vs,
    const struct addr *a, int64_t now, const struct netacl_rule **rule_r);

/* What gate_enter() would say to a peer, or to one that a proxy names where
 * only proxies may connect. */
enum gate_verdict gate_would(struct gate *g, const struct vserver *vs,
    const struct addr *a, int64_t now);

/*
 * Decide and, when GATE_OK, count until gate_leave() with the same address.
 * A proxy is a source of many peers, so limits.per_address is not asked.
 */
enum gate_role { GATE_PEER, GATE_PROXY, GATE_NAMED_BY_PROXY };
enum gate_verdict gate_enter(struct gate *g, const struct vserver *vs,
    const struct addr *a, enum gate_role role, int64_t now);
void gate_leave(struct gate *g, const struct addr *a);

/*
 * May this refusal be logged?  At most 20 of a kind in 10 s; *missed_r: how
 * many were not since the last one that was.
 */
bool gate_log_due(struct gate *g, enum gate_verdict v, int64_t now,
    uint64_t *missed_r);

const char *gate_verdict_name(enum gate_verdict v);	/* "denied", … */
size_t gate_ceiling(const struct gate *g, const struct vserver *vs);
size_t gate_total(const struct gate *g);
size_t gate_of(const struct gate *g, const struct addr *a);
uint64_t gate_refused(const struct gate *g, enum gate_verdict v);
struct autodeny *gate_autodeny(struct gate *g);

#endif
