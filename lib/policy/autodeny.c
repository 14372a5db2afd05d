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

#include "lib/policy/autodeny.h"

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
};

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
	free(ad);
	*ad_p = NULL;
}

/* The link that points to a's node, or to the NULL behind its chain. */
static struct node **
link_of(const struct autodeny *ad, const struct addr *a)
{
	struct node **l;
	uint64_t half[2], h;

	memcpy(half, a->ip, sizeof(half));
	h = (half[0] ^ ad->key) * 0x9e3779b97f4a7c15u;
	h = (h ^ (h >> 31) ^ half[1]) * 0xbf58476d1ce4e5b9u;
	l = &ad->chains[(size_t)(h >> 24) & ad->mask];
	while (*l != NULL && !addr_same_ip(&(*l)->e.addr, a))
		l = &(*l)->next;
	return l;
}

/* Which of two goes first: the earlier deadline, then the older one. */
static bool
before(const struct node *a, const struct node *b)
{
	if (a->e.until != b->e.until)
		return a->e.until < b->e.until;
	return a->e.since < b->e.since;
}

static void
place(struct autodeny *ad, struct node *nd, size_t at)
{
	ad->heap[at] = nd;
	nd->at = at;
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
	struct node **l = link_of(ad, &nd->e.addr), *last;

	*l = nd->next;
	last = ad->heap[--ad->n];
	if (last != nd) {
		place(ad, last, nd->at);
		sift_up(ad, last);
		sift_down(ad, last);
	}
	free(nd);
}

static void
expire(struct autodeny *ad, int64_t now)
{
	while (ad->n > 0 && ad->heap[0]->e.until <= now)
		drop(ad, ad->heap[0]);
}

static int
insert(struct autodeny *ad, const struct autodeny_entry *e)
{
	struct node **heap, **l, *nd;

	if (ad->max == 0)
		return -1;
	if (ad->n >= ad->max)
		drop(ad, ad->heap[0]);
	heap = mem_grow(ad->heap, &ad->cap, ad->n + 1, sizeof(*heap));
	if (heap == NULL)
		return -1;
	ad->heap = heap;
	nd = mem_new(1, sizeof(*nd));
	if (nd == NULL)
		return -1;
	nd->e = *e;
	l = link_of(ad, &e->addr);
	nd->next = *l;
	*l = nd;
	place(ad, nd, ad->n++);
	sift_up(ad, nd);
	return 0;
}

int
autodeny_add(struct autodeny *ad, const struct addr *a, const char *reason,
    int64_t until, int64_t now)
{
	struct autodeny_entry e = { *a, reason, now, until, 0 };
	struct node *nd;

	expire(ad, now);
	if (a->local || until <= now)
		return 0;
	nd = *link_of(ad, a);
	if (nd == NULL)
		return insert(ad, &e);
	nd->e.reason = reason;
	nd->e.until = until;
	sift_up(ad, nd);
	sift_down(ad, nd);
	return 0;
}

bool
autodeny_test(struct autodeny *ad, const struct addr *a, int64_t now)
{
	struct node *nd;

	expire(ad, now);
	if (a->local || ad->n == 0)
		return false;
	nd = *link_of(ad, a);
	if (nd == NULL)
		return false;
	nd->e.hits++;
	return true;
}

bool
autodeny_remove(struct autodeny *ad, const struct addr *a)
{
	struct node *nd = a->local ? NULL : *link_of(ad, a);

	if (nd == NULL)
		return false;
	drop(ad, nd);
	return true;
}

size_t
autodeny_count(const struct autodeny *ad)
{
	return ad->n;
}

bool
autodeny_at(const struct autodeny *ad, size_t i, struct autodeny_entry *e_r)
{
	if (i >= ad->n)
		return false;
	*e_r = ad->heap[i]->e;
	return true;
}
