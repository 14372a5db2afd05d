/*
 * autodeny.c - addresses shut out until restart or a deadline
 *
 * Each entry is in a hash chain (tests are one a connection) and in a heap by
 * deadline, so that expiry and eviction take the top and never scan.  The
 * memory that is kept holds the heap as it lies, written whenever an entry
 * gets its place.
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

struct kept_slot {		/* fixed: another process may read it */
	uint8_t ip[16];
	uint8_t reason;
	uint8_t len;
	uint8_t pad[6];
	int64_t since, until;
	uint64_t hits;
};

struct kept {
	uint64_t n;
	struct kept_slot at[];
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

/* The link that points to the node of p, or to the NULL behind its chain. */
static struct node **
link_of(const struct autodeny *ad, const struct prefix *p)
{
	struct node **l;
	uint64_t half[2], h;

	memcpy(half, p->ip, sizeof(half));
	h = (half[0] ^ ad->key) * 0x9e3779b97f4a7c15u;
	h = (h ^ (h >> 31) ^ half[1]) * 0xbf58476d1ce4e5b9u;
	l = &ad->chains[(size_t)(h >> 24) & ad->mask];
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
	return *link_of(ad, &p);
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
mirror(const struct autodeny *ad, const struct node *nd)
{
	struct kept_slot *slot;

	if (ad->kept == NULL || nd->at >= ad->kept_max)
		return;
	slot = &ad->kept->at[nd->at];
	memcpy(slot->ip, nd->e.source.ip, sizeof(slot->ip));
	slot->len = nd->e.source.len;
	slot->reason = (uint8_t)nd->e.reason;
	slot->since = nd->e.since;
	slot->until = nd->e.until;
	slot->hits = nd->e.hits;
}

static void
mirror_count(const struct autodeny *ad)
{
	if (ad->kept != NULL)
		ad->kept->n = ad->n;
}

static void
place(struct autodeny *ad, struct node *nd, size_t at)
{
	ad->heap[at] = nd;
	nd->at = at;
	mirror(ad, nd);
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
	struct node **l = link_of(ad, &nd->e.source), *last;

	*l = nd->next;
	last = ad->heap[--ad->n];
	if (last != nd) {
		place(ad, last, nd->at);
		sift_up(ad, last);
		sift_down(ad, last);
	}
	mirror_count(ad);
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
	l = link_of(ad, &e->source);
	nd->next = *l;
	*l = nd;
	place(ad, nd, ad->n++);
	sift_up(ad, nd);
	mirror_count(ad);
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
		return insert(ad, &e);
	}
	if (until < nd->e.until && reason != AUTODENY_OPERATOR)
		return 0;
	nd->e.reason = reason;
	nd->e.until = until;
	mirror(ad, nd);
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
	mirror(ad, nd);
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
		drop(ad, ad->heap[ad->n - 1]);
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

size_t
autodeny_kept_octets(size_t max)
{
	return sizeof(struct kept) + max * sizeof(struct kept_slot);
}

/* May the slot, a copy of it, become an entry?  A source must be cut as we
 * cut it: else it would be found by nobody. */
static bool
sound(const struct kept_slot *slot, int64_t now, struct autodeny_entry *e_r)
{
	struct addr a = { .port = 0 };

	memcpy(a.ip, slot->ip, sizeof(a.ip));
	prefix_of_peer(&a, &e_r->source);
	if (memcmp(e_r->source.ip, slot->ip, sizeof(slot->ip)) != 0 ||
	    e_r->source.len != slot->len || slot->reason >= AUTODENY_REASONS ||
	    slot->since < 0 || slot->since > now || slot->until <= now)
		return false;
	e_r->reason = (enum autodeny_reason)slot->reason;
	e_r->since = slot->since;
	e_r->until = slot->until;
	e_r->hits = slot->hits;
	return true;
}

/* An entry is mirrored at or before the place it was read from. */
size_t
autodeny_keep(struct autodeny *ad, void *mem, size_t octets, int64_t now)
{
	struct autodeny_entry e;
	struct kept_slot slot;
	size_t i, n;

	if (octets < sizeof(*ad->kept))
		return 0;
	autodeny_clear(ad);
	ad->kept = mem;
	ad->kept_max = (octets - sizeof(*ad->kept)) / sizeof(slot);
	n = ad->kept->n < ad->kept_max ? (size_t)ad->kept->n : ad->kept_max;
	for (i = 0; i < n && ad->n < ad->max; i++) {
		memcpy(&slot, &ad->kept->at[i], sizeof(slot));
		if (sound(&slot, now, &e) && *link_of(ad, &e.source) == NULL)
			(void)insert(ad, &e);
	}
	mirror_count(ad);
	return ad->n;
}
