/*
 * autodeny.c - addresses shut out until restart or a deadline
 *
 * Each entry is in a hash chain (tests are one a connection) and in a heap by
 * deadline, so that expiry and eviction take the top and never scan.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/base/mem.h"

#include "lib/policy/autodeny_own.h"

const char *
autodeny_reason_name(enum autodeny_reason r)
{
	static const char *const names[AUTODENY_REASONS] = {
		[AUTODENY_OVERLONG] = "overlong",
		[AUTODENY_FAILURES] = "failures",
		[AUTODENY_HARVEST] = "unknown-users",
		[AUTODENY_OPERATOR] = "operator"
	};

	return names[r];
}

struct autodeny *
autodeny_new(size_t max)
{
	struct autodeny *ad = mem_new(1, sizeof(*ad));
	size_t chains = 16;

	if (ad == NULL)
		return NULL;
	while (chains < max && chains < ((size_t)1 << 20))
		chains *= 2;
	ad->max = max;
	ad->mask = chains - 1;
	ad->chains = mem_new(chains, sizeof(*ad->chains));
	if (ad->chains == NULL || digest_random(&ad->key, sizeof(ad->key)) < 0)
		autodeny_free(&ad);
	return ad;
}

void
autodeny_free(struct autodeny **ad_p)
{
	struct autodeny *ad = *ad_p;
	size_t i;

	if (ad == NULL)
		return;
	for (i = 0; i < ad->n; i++)
		free(ad->heap[i]);
	free(ad->heap);
	free(ad->chains);
	free(ad->never);
	free(ad);
	*ad_p = NULL;
}

struct node **
autodeny_link(const struct autodeny *ad, const struct prefix *p)
{
	struct node **l = &ad->chains[addr_hash(p->ip, ad->key) & ad->mask];

	while (*l != NULL &&
	    memcmp((*l)->e.source.ip, p->ip, sizeof(p->ip)) != 0)
		l = &(*l)->next;
	return l;
}

static struct node *
node_of(const struct autodeny *ad, const struct addr *a)
{
	struct prefix p;

	if (a->local || ad->n == 0)
		return NULL;
	prefix_of_peer(a, &p);
	return *autodeny_link(ad, &p);
}

static bool
is_operators(const struct autodeny_entry *e)
{
	return e->reason == AUTODENY_OPERATOR;
}

/* Which of two goes first: the earlier deadline, then who was not entered by
 * the operator, then the older one. */
static bool
before(const struct node *a, const struct node *b)
{
	if (a->e.until != b->e.until)
		return a->e.until < b->e.until;
	if (is_operators(&a->e) != is_operators(&b->e))
		return is_operators(&b->e);
	return a->e.since < b->e.since;
}

static void
place(struct autodeny *ad, struct node *nd, size_t at)
{
	ad->heap[at] = nd;
	nd->at = at;
	autodeny_mirror(ad, nd);
}

static void
sift_up(struct autodeny *ad, struct node *nd)
{
	size_t i = nd->at;

	while (i > 0 && before(nd, ad->heap[(i - 1) / 2])) {
		place(ad, ad->heap[(i - 1) / 2], i);
		i = (i - 1) / 2;
	}
	place(ad, nd, i);
}

static void
sift_down(struct autodeny *ad, struct node *nd)
{
	size_t i = nd->at, kid;

	for (;;) {
		kid = 2 * i + 1;
		if (kid + 1 < ad->n &&
		    before(ad->heap[kid + 1], ad->heap[kid]))
			kid++;
		if (kid >= ad->n || !before(ad->heap[kid], nd))
			break;
		place(ad, ad->heap[kid], i);
		i = kid;
	}
	place(ad, nd, i);
}

static void
drop(struct autodeny *ad, struct node *nd)
{
	struct node **l = autodeny_link(ad, &nd->e.source), *last;

	*l = nd->next;
	last = ad->heap[--ad->n];
	if (last != nd) {
		place(ad, last, nd->at);
		sift_up(ad, last);
		sift_down(ad, last);
	}
	autodeny_mirror_count(ad);
	free(nd);
}

static void
expire(struct autodeny *ad, int64_t now)
{
	while (ad->n > 0 && ad->heap[0]->e.until <= now)
		drop(ad, ad->heap[0]);
}

/* Peers decide how much is entered here, so no number of them pushes out what
 * the operator wants until restart. */
static bool
make_room(struct autodeny *ad, const struct autodeny_entry *e)
{
	const struct autodeny_entry *first;

	if (ad->n < ad->max)
		return true;
	first = &ad->heap[0]->e;
	if (is_operators(first) && first->until == AUTODENY_FOREVER &&
	    !is_operators(e))
		return false;
	drop(ad, ad->heap[0]);
	return true;
}

int
autodeny_insert(struct autodeny *ad, const struct autodeny_entry *e)
{
	struct node **heap, **l, *nd;

	if (ad->max == 0)
		return -1;
	if (!make_room(ad, e))
		return 0;
	heap = mem_grow(ad->heap, &ad->cap, ad->n + 1, sizeof(*heap));
	if (heap == NULL)
		return -1;
	ad->heap = heap;
	nd = mem_new(1, sizeof(*nd));
	if (nd == NULL)
		return -1;
	nd->e = *e;
	l = autodeny_link(ad, &e->source);
	nd->next = *l;
	*l = nd;
	place(ad, nd, ad->n++);
	sift_up(ad, nd);
	autodeny_mirror_count(ad);
	return 0;
}

int
autodeny_never(struct autodeny *ad, const struct prefix *at, size_t n)
{
	struct prefix *copy = mem_new(n, sizeof(*copy));

	if (copy == NULL)
		return -1;
	if (n > 0)
		memcpy(copy, at, n * sizeof(*copy));
	free(ad->never);
	ad->never = copy;
	ad->n_never = n;
	return 0;
}

bool
autodeny_is_never(const struct autodeny *ad, const struct addr *a)
{
	size_t i;

	for (i = 0; i < ad->n_never; i++)
		if (prefix_covers(&ad->never[i], a))
			return true;
	return a->local;
}

int
autodeny_add(struct autodeny *ad, const struct addr *a,
    enum autodeny_reason reason, int64_t until, int64_t now)
{
	struct autodeny_entry e = { .reason = reason, .since = now,
		.until = until };
	struct node *nd;

	expire(ad, now);
	if (until <= now || autodeny_is_never(ad, a))
		return 0;
	nd = node_of(ad, a);
	if (nd == NULL) {
		prefix_of_peer(a, &e.source);
		return autodeny_insert(ad, &e);
	}
	if (until <= nd->e.until && reason != AUTODENY_OPERATOR)
		return 0;
	nd->e.reason = reason;
	nd->e.until = until;
	autodeny_mirror(ad, nd);
	sift_up(ad, nd);
	sift_down(ad, nd);
	return 0;
}

/* The list of those who never are is asked about hits only: it may be long,
 * and most peers are in neither. */
static struct node *
holding(struct autodeny *ad, const struct addr *a, int64_t now)
{
	struct node *nd;

	expire(ad, now);
	nd = node_of(ad, a);
	return nd != NULL && autodeny_is_never(ad, a) ? NULL : nd;
}

bool
autodeny_holds(struct autodeny *ad, const struct addr *a, int64_t now)
{
	return holding(ad, a, now) != NULL;
}

bool
autodeny_test(struct autodeny *ad, const struct addr *a, int64_t now)
{
	struct node *nd = holding(ad, a, now);

	if (nd == NULL)
		return false;
	nd->e.hits++;
	autodeny_mirror(ad, nd);
	return true;
}

bool
autodeny_remove(struct autodeny *ad, const struct addr *a)
{
	struct node *nd = node_of(ad, a);

	if (nd == NULL)
		return false;
	drop(ad, nd);
	return true;
}

void
autodeny_clear(struct autodeny *ad)
{
	while (ad->n > 0)
		free(ad->heap[--ad->n]);
	memset(ad->chains, 0, (ad->mask + 1) * sizeof(*ad->chains));
	autodeny_mirror_count(ad);
}

size_t
autodeny_count(const struct autodeny *ad)
{
	return ad->n;
}

bool
autodeny_at(const struct autodeny *ad, size_t i,
    struct autodeny_entry *e_r)
{
	if (i >= ad->n)
		return false;
	*e_r = ad->heap[i]->e;
	return true;
}

/* Whole chains only: the next page begins with the next one. */
size_t
autodeny_page(struct autodeny *ad, size_t *at, int64_t now,
    struct autodeny_entry *e_r, size_t max)
{
	const struct node *nd;
	size_t n = 0, had;

	expire(ad, now);
	for (; *at <= ad->mask; (*at)++) {
		had = n;
		for (nd = ad->chains[*at]; nd != NULL && n < max;
		    nd = nd->next)
			e_r[n++] = nd->e;
		if (nd != NULL && had > 0)
			return had;
	}
	*at = 0;
	return n;
}
