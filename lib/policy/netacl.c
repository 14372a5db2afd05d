/*
 * netacl.c - grant and deny ranges for peer addresses
 *
 * Ranges lie in one array, sorted by length (longest first), then address,
 * then verdict (deny first); a table says where each length begins.  A test
 * is one binary search for each length that occurs, from the longest, so the
 * first hit is the answer.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/policy/netacl.h"

#define LENGTHS		129		/* 0-128 */

struct range {
	struct prefix p;
	uint8_t verdict;
};

struct netacl {
	enum verdict policy;
	struct range *ranges;
	size_t n, cap;
	size_t first[LENGTHS + 1];	/* of length 128 - i; [129] is n */
	bool ready;
};

struct netacl *
netacl_new(enum verdict policy)
{
	struct netacl *acl = mem_new(1, sizeof(*acl));

	if (acl != NULL)
		acl->policy = policy;
	return acl;
}

void
netacl_free(struct netacl **acl_p)
{
	struct netacl *acl = *acl_p;

	if (acl == NULL)
		return;
	free(acl->ranges);
	free(acl);
	*acl_p = NULL;
}

int
netacl_add(struct netacl *acl, enum verdict v, const char *text,
    struct err *e)
{
	struct range r = { .verdict = (uint8_t)v };
	struct range *grown;

	if (prefix_parse(text, &r.p, e) < 0)
		return -1;
	grown = mem_grow(acl->ranges, &acl->cap, acl->n + 1, sizeof(r));
	if (grown == NULL)
		return err_set(e, ERR_TEMP, "access list: out of memory at "
		    "range %zu", acl->n + 1);
	acl->ranges = grown;
	acl->ranges[acl->n++] = r;
	acl->ready = false;
	return 0;
}

static int
order(const void *va, const void *vb)
{
	const struct range *a = va, *b = vb;
	int d;

	if (a->p.len != b->p.len)
		return a->p.len > b->p.len ? -1 : 1;
	d = memcmp(a->p.ip, b->p.ip, sizeof(a->p.ip));
	if (d != 0)
		return d;
	return (b->verdict == VERDICT_DENY) - (a->verdict == VERDICT_DENY);
}

void
netacl_ready(struct netacl *acl)
{
	size_t i = 0, k;

	if (acl->n > 0)
		qsort(acl->ranges, acl->n, sizeof(*acl->ranges), order);
	for (k = 0; k < LENGTHS; k++) {
		while (i < acl->n && acl->ranges[i].p.len > 128 - k)
			i++;
		acl->first[k] = i;
	}
	acl->first[LENGTHS] = acl->n;
	acl->ready = true;
}

/* The network of len bits that holds a. */
static void
network_of(const struct addr *a, unsigned len, uint8_t out[16])
{
	unsigned whole = len / 8;

	memset(out, 0, 16);
	memcpy(out, a->ip, whole);
	if (len % 8 != 0)
		out[whole] = (uint8_t)(a->ip[whole] & (0xff00 >> (len % 8)));
}

/* The first of equals, which is the deny of a tie; NULL when there is none. */
static const struct range *
lookup(const struct netacl *acl, size_t lo, size_t hi, const uint8_t ip[16])
{
	size_t end = hi, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (memcmp(acl->ranges[mid].p.ip, ip, 16) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < end && memcmp(acl->ranges[lo].p.ip, ip, 16) == 0)
		return &acl->ranges[lo];
	return NULL;
}

enum verdict
netacl_test(const struct netacl *acl, const struct addr *a,
    const struct prefix **rule_r)
{
	const struct range *r = NULL;
	uint8_t net[16];
	unsigned k;

	assert(acl->ready);
	for (k = 0; k < LENGTHS && r == NULL && !a->local; k++) {
		if (acl->first[k] == acl->first[k + 1])
			continue;
		network_of(a, 128 - k, net);
		r = lookup(acl, acl->first[k], acl->first[k + 1], net);
	}
	if (rule_r != NULL)
		*rule_r = r == NULL ? NULL : &r->p;
	return r == NULL ? acl->policy : (enum verdict)r->verdict;
}
