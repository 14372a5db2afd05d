/*
 * autodeny_own.h - what autodeny.c and autodeny_kept.c share; nobody else
 * includes it
 */
#ifndef POLICY_AUTODENY_OWN_H
#define POLICY_AUTODENY_OWN_H

#include "lib/policy/autodeny.h"

struct kept;

struct node {
	struct autodeny_entry e;
	struct node *next;	/* of its chain */
	size_t at;		/* in the heap */
};

struct autodeny {
	size_t max, n, cap, mask;
	uint64_t key;
	struct node **chains;
	struct node **heap;
	struct prefix *never;
	size_t n_never;
	struct kept *kept;	/* or NULL */
	size_t kept_max;
};

/* The link that points to the node of p, or to the NULL behind its chain. */
struct node **autodeny_link(const struct autodeny *ad,
    const struct prefix *p);
/* e's source is not in the table.  0, or -1 without memory. */
int autodeny_insert(struct autodeny *ad, const struct autodeny_entry *e);

/* Into what is kept: a node, which has a new place or says something new. */
void autodeny_mirror(const struct autodeny *ad, const struct node *nd);
void autodeny_mirror_count(const struct autodeny *ad);

#endif
