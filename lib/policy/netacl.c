/*
 * netacl.c - grant and deny ranges for peer addresses: asking
 *
 * A test is one binary search in 4 or 16 octets an edge, without a branch
 * that the processor would have to guess.
 */
#include <string.h>

#include "lib/policy/netacl_own.h"

/* 32 bits of each number: no sum here can overflow. */
void
netacl_lay_out(const struct netacl *acl, struct netacl_parts *p_r)
{
	p_r->v6 = sizeof(*acl);
	p_r->rules = p_r->v6 + acl->n_v6 * sizeof(struct netacl_v6);
	p_r->v4 = p_r->rules + acl->n_rules * sizeof(struct netacl_rule);
	p_r->v4_rule = p_r->v4 + acl->n_v4 * sizeof(uint32_t);
	p_r->v6_rule = p_r->v4_rule + acl->n_v4 * sizeof(uint32_t);
	p_r->end = p_r->v6_rule + acl->n_v6 * sizeof(uint32_t);
}

struct netacl_v6
netacl_number(const uint8_t ip[16])
{
	struct netacl_v6 a = { 0, 0 };
	int i;

	for (i = 0; i < 8; i++) {
		a.hi = a.hi << 8 | ip[i];
		a.lo = a.lo << 8 | ip[i + 8];
	}
	return a;
}

const struct netacl *
netacl_open(const void *mem, size_t n)
{
	const struct netacl *acl = mem;
	const uint32_t edges_max = 2 * NETACL_RULES_MAX + 2;
	struct netacl_parts p;

	if (n < sizeof(*acl) || (uintptr_t)mem % sizeof(uint64_t) != 0 ||
	    acl->magic != NETACL_MAGIC || acl->policy > VERDICT_DENY ||
	    acl->n_rules > NETACL_RULES_MAX || acl->n_v4 == 0 ||
	    acl->n_v4 > edges_max || acl->n_v6 == 0 || acl->n_v6 > edges_max)
		return NULL;
	netacl_lay_out(acl, &p);
	return p.end == n ? acl : NULL;
}

static const void *
part(const struct netacl *acl, size_t at)
{
	return (const char *)acl + at;
}

/* The last edge not above the address: an index below n, whatever is in at. */
static size_t
find_v4(const uint32_t *at, size_t n, uint32_t a)
{
	const uint32_t *base = at;
	size_t half;

	while (n > 1) {
		half = n / 2;
		base = base[half] <= a ? base + half : base;
		n -= half;
	}
	return (size_t)(base - at);
}

static size_t
find_v6(const struct netacl_v6 *at, size_t n, struct netacl_v6 a)
{
	const struct netacl_v6 *base = at;
	size_t half;
	int above;

	while (n > 1) {
		half = n / 2;
		above = base[half].hi > a.hi ||
		    (base[half].hi == a.hi && base[half].lo > a.lo);
		base = above ? base : base + half;
		n -= half;
	}
	return (size_t)(base - at);
}

static uint32_t
find(const struct netacl *acl, const struct netacl_parts *p,
    const struct addr *a)
{
	const uint32_t *rules;
	struct netacl_v6 number = netacl_number(a->ip);

	if (addr_is_v4(a)) {
		rules = part(acl, p->v4_rule);
		return rules[find_v4(part(acl, p->v4), acl->n_v4,
		    (uint32_t)number.lo)];
	}
	rules = part(acl, p->v6_rule);
	return rules[find_v6(part(acl, p->v6), acl->n_v6, number)];
}

enum verdict
netacl_test(const struct netacl *acl, const struct addr *a,
    const struct netacl_rule **rule_r)
{
	const struct netacl_rule *r = NULL;
	struct netacl_parts p;
	uint32_t i;

	netacl_lay_out(acl, &p);
	i = a->local ? NETACL_NONE : find(acl, &p, a);
	if (i < acl->n_rules)
		r = (const struct netacl_rule *)part(acl, p.rules) + i;
	if (rule_r != NULL)
		*rule_r = r;
	if (r == NULL)
		return (enum verdict)acl->policy;
	return r->verdict == VERDICT_GRANT ? VERDICT_GRANT : VERDICT_DENY;
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
