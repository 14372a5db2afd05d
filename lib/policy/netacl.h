/*
 * netacl.h - grant and deny ranges for peer addresses
 *
 * The longest prefix that covers an address decides, deny on a tie; with none,
 * the policy does.  Decides only: no log, no clock, no socket.
 *
 * A list is compiled once, into octets that mean the same wherever they lie:
 * one process makes them, another maps them and asks, without reading through
 * them first.  Only for processes of one build on one machine.
 */
#ifndef POLICY_NETACL_H
#define POLICY_NETACL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/addr.h"
#include "lib/base/err.h"

enum verdict { VERDICT_GRANT, VERDICT_DENY };

#define NETACL_RULES_MAX	(1u << 22)

struct netacl_rule {
	struct prefix p;
	uint8_t verdict;	/* enum verdict */
	uint16_t source;	/* where it stands, as its maker numbers that */
	uint32_t line;		/* there; 0: of no file */
};

struct netacl;			/* a compiled list */

/*
 * Compile n rules, which are left sorted: by address, then length, then deny
 * first, then source and line.  The caller frees the *size_r octets.  NULL
 * with *e (ERR_LIMIT: more than NETACL_RULES_MAX; ERR_TEMP: no memory).
 */
struct netacl *netacl_compile(enum verdict policy, struct netacl_rule *rules,
    size_t n, size_t *size_r, struct err *e);
void netacl_sort(struct netacl_rule *rules, size_t n);

/*
 * n octets, aligned as malloc() does, as a list; NULL when they are none.
 * Takes the same time whatever their number: what is wrong in the middle
 * gives wrong verdicts, but is never read beyond.
 */
const struct netacl *netacl_open(const void *mem, size_t n);

/* *rule_r (may be NULL): the rule that decided, in the list; NULL when the
 * policy did. */
enum verdict netacl_test(const struct netacl *acl, const struct addr *a,
    const struct netacl_rule **rule_r);

enum verdict netacl_policy(const struct netacl *acl);
size_t netacl_rules(const struct netacl *acl);

#endif
