/*
 * netacl_own.h - a compiled list in memory; for netacl.c and netacl_compile.c
 *
 * The sorted edges of IPv4 and of all other addresses: from each edge to the
 * next one rule decides.  Behind the head stand, in this order, the edges of
 * IPv6, the rules, the edges of IPv4, and for either kind a table that tells
 * near which edge to look: addresses are cut into buckets of equal size, and
 * bucket b's edges are those from table[b] to table[b + 1].  Bucket 0 is what
 * lies below base.
 */
#ifndef POLICY_NETACL_OWN_H
#define POLICY_NETACL_OWN_H

#include "lib/policy/netacl.h"

#define NETACL_MAGIC	0x4c434151u
#define NETACL_DENY	0x80000000u	/* in what an edge says */
#define NETACL_NONE	0x7fffffffu	/* the rest of it: no rule, the policy */

struct netacl_kind {
	uint64_t base;
	uint32_t shift;		/* a bucket is 2^shift addresses; of IPv6, of
				 * the upper halves of addresses */
	uint32_t buckets;	/* 1 at least */
	uint32_t n;		/* edges, 1 at least, the first at 0 */
	uint32_t unused;	/* 0 */
};

struct netacl {
	uint32_t magic;
	uint32_t policy;
	uint32_t n_rules;
	uint32_t unused;	/* 0 */
	struct netacl_kind v4, v6;
};

struct netacl_v4_edge {
	uint32_t at;
	uint32_t says;		/* NETACL_DENY | number of the rule */
};

struct netacl_v6_edge {
	uint64_t hi, lo;	/* an address as a number */
	uint32_t says;
	uint32_t unused;
};

struct netacl_parts {		/* octets from the head's beginning */
	size_t v6, rules, v4, v4_table, v6_table, end;
};

void netacl_lay_out(const struct netacl *acl, struct netacl_parts *p_r);
void netacl_number(const uint8_t ip[16], uint64_t *hi_r, uint64_t *lo_r);
/* The bucket of an IPv4 address, or of the upper half of another one. */
uint32_t netacl_bucket(const struct netacl_kind *k, uint64_t a);

#endif
