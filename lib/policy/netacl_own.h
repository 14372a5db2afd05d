/*
 * netacl_own.h - a compiled list in memory; for netacl.c and netacl_compile.c
 *
 * The sorted edges of IPv4 and of all other addresses: from each edge to the
 * next one rule decides.  Behind the head stand, in this order, the edges of
 * IPv6, the rules, the edges of IPv4, and for either kind of edge the number
 * of the rule.
 */
#ifndef POLICY_NETACL_OWN_H
#define POLICY_NETACL_OWN_H

#include "lib/policy/netacl.h"

#define NETACL_MAGIC	0x4c434150u
#define NETACL_NONE	UINT32_MAX	/* no rule: the policy decides */

struct netacl {
	uint32_t magic;
	uint32_t policy;
	uint32_t n_rules;
	uint32_t n_v4;		/* one at least, the first at 0 */
	uint32_t n_v6;
	uint32_t unused;	/* 0 */
};

struct netacl_v6 {		/* an address as a number */
	uint64_t hi, lo;
};

struct netacl_parts {		/* octets from the head's beginning */
	size_t v6, rules, v4, v4_rule, v6_rule, end;
};

void netacl_lay_out(const struct netacl *acl, struct netacl_parts *p_r);
struct netacl_v6 netacl_number(const uint8_t ip[16]);

#endif
