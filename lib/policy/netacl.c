/*
 * netacl.c - grant and deny ranges for peer addresses: asking
 *
 * A test reads one entry of a table and then searches the few edges it names,
 * without a branch that the processor would have to guess.
 */
#include <string.h>

#include "lib/policy/netacl_own.h"

#define EDGES_MAX	(2 * NETACL_RULES_MAX + 2)
#define BUCKETS_MAX	(1u << 24)

/* Numbers of 32 bits: no sum here can overflow 64. */
void
netacl_lay_out(const struct netacl *acl, struct netacl_parts *p_r)
{
	p_r->v6 = sizeof(*acl);
	p_r->rules = p_r->v6 + acl->v6.n * sizeof(struct netacl_v6_edge);
	p_r->v4 = p_r->rules + acl->n_rules * sizeof(struct netacl_rule);
	p_r->v4_table = p_r->v4 + acl->v4.n * sizeof(struct netacl_v4_edge);
	p_r->v6_table = p_r->v4_table +
	    (acl->v4.buckets + (size_t)1) * sizeof(uint32_t);
	p_r->end = p_r->v6_table +
	    (acl->v6.buckets + (size_t)1) * sizeof(uint32_t);
}

void
netacl_number(const uint8_t ip[16], uint64_t *hi_r, uint64_t *lo_r)
{
	uint64_t hi, lo;

	memcpy(&hi, ip, sizeof(hi));
	memcpy(&lo, ip + sizeof(hi), sizeof(lo));
	*hi_r = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? hi :
	    __builtin_bswap64(hi);
	*lo_r = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? lo :
	    __builtin_bswap64(lo);
}

uint32_t
netacl_bucket(const struct netacl_kind *k, uint64_t a)
{
	uint64_t b;

	if (a < k->base)
		return 0;
	b = (a - k->base) >> k->shift;
	return b < k->buckets - 1 ? (uint32_t)b + 1 : k->buckets - 1;
}

static bool
is_kind(const struct netacl_kind *k)
{
	return k->n > 0 && k->n <= EDGES_MAX && k->buckets > 0 &&
	    k->buckets <= BUCKETS_MAX && k->shift < 64;
}

const struct netacl *
netacl_open(const void *mem, size_t n)
{
	const struct netacl *acl = mem;
	struct netacl_parts p;

	if (n < sizeof(*acl) || (uintptr_t)mem % sizeof(uint64_t) != 0 ||
	    acl->magic != NETACL_MAGIC || acl->policy > VERDICT_DENY ||
	    acl->n_rules > NETACL_RULES_MAX || !is_kind(&acl->v4) ||
	    !is_kind(&acl->v6))
		return NULL;
	netacl_lay_out(acl, &p);
	return p.end == n ? acl : NULL;
}

static const void *
part(const struct netacl *acl, size_t at)
{
	return (const char *)acl + at;
}

/* The first edge to look at, and how many; within n whatever table holds. */
static size_t
narrow(const struct netacl_kind *k, const uint32_t *table, uint64_t a,
    size_t *n_r)
{
	uint32_t b = netacl_bucket(k, a);
	size_t first = table[b], last = table[b + 1];

	last = last < k->n ? last : k->n - 1;
	first = first < last ? first : last;
	*n_r = last - first + 1;
	return first;
}

/* The last edge not above the address; at least the first. */
static uint32_t
find_v4(const struct netacl *acl, const struct netacl_parts *p, uint32_t a)
{
	const struct netacl_v4_edge *base = part(acl, p->v4);
	size_t half, n;

	base += narrow(&acl->v4, part(acl, p->v4_table), a, &n);
	while (n > 1) {
		half = n / 2;
		base = base[half].at <= a ? base + half : base;
		n -= half;
	}
	return base->says;
}

static uint32_t
find_v6(const struct netacl *acl, const struct netacl_parts *p, uint64_t hi,
    uint64_t lo)
{
	const struct netacl_v6_edge *base = part(acl, p->v6);
	size_t half, n;
	int above;

	base += narrow(&acl->v6, part(acl, p->v6_table), hi, &n);
	while (n > 1) {
		half = n / 2;
		above = (base[half].hi > hi) |
		    ((base[half].hi == hi) & (base[half].lo > lo));
		base = above ? base : base + half;
		n -= half;
	}
	return base->says;
}

enum verdict
netacl_test(const struct netacl *acl, const struct addr *a,
    const struct netacl_rule **rule_r)
{
	struct netacl_parts p;
	uint32_t says = NETACL_NONE |
	    (acl->policy == VERDICT_DENY ? NETACL_DENY : 0), i;
	uint64_t hi, lo;

	netacl_lay_out(acl, &p);
	netacl_number(a->ip, &hi, &lo);
	if (!a->local)
		says = addr_is_v4(a) ? find_v4(acl, &p, (uint32_t)lo) :
		    find_v6(acl, &p, hi, lo);
	i = says & ~NETACL_DENY;
	if (rule_r != NULL)
		*rule_r = i >= acl->n_rules ? NULL :
		    (const struct netacl_rule *)part(acl, p.rules) + i;
	return (says & NETACL_DENY) != 0 ? VERDICT_DENY : VERDICT_GRANT;
}

enum verdict
netacl_policy(const struct netacl *acl)
{
	return (enum verdict)acl->policy;
}

size_t
netacl_rules(const struct netacl *acl)
{
	return acl->n_rules;
}
