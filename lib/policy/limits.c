/*
 * limits.c - concurrent connections: in all and a source
 *
 * One open-addressed table of sources that have at least one connection, with
 * linear probing and removal by shifting back, at most half full.  The hash
 * is keyed by a random number, since peers choose their addresses.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/base/mem.h"

#include "lib/policy/limits.h"

#define FIRST_SLOTS	64

struct source {
	uint8_t ip[16];
	uint32_t count;		/* 0: the slot is free */
};

struct limits {
	size_t total;
	size_t used, mask;
	uint64_t key;
	struct source *slots;
};

struct limits *
limits_new(void)
{
	struct limits *l = mem_new(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->mask = FIRST_SLOTS - 1;
	l->slots = mem_new(FIRST_SLOTS, sizeof(*l->slots));
	if (l->slots == NULL || digest_random(&l->key, sizeof(l->key)) < 0)
		limits_free(&l);
	return l;
}

void
limits_free(struct limits **l_p)
{
	if (*l_p == NULL)
		return;
	free((*l_p)->slots);
	free(*l_p);
	*l_p = NULL;
}

static size_t
hash(const struct limits *l, const uint8_t ip[16])
{
	return (size_t)addr_hash(ip, l->key) & l->mask;
}

/* The slot of ip, or the free one where it would go. */
static struct source *
find(const struct limits *l, const uint8_t ip[16])
{
	size_t i = hash(l, ip);

	while (l->slots[i].count != 0 &&
	    memcmp(l->slots[i].ip, ip, 16) != 0)
		i = (i + 1) & l->mask;
	return &l->slots[i];
}

static int
grow(struct limits *l)
{
	struct source *old = l->slots, *wide;
	size_t i, n = l->mask + 1;

	wide = mem_new(n * 2, sizeof(*wide));
	if (wide == NULL)
		return -1;
	l->slots = wide;
	l->mask = n * 2 - 1;
	for (i = 0; i < n; i++)
		if (old[i].count != 0)
			*find(l, old[i].ip) = old[i];
	free(old);
	return 0;
}

/* Empty slot i and close the gap, so that every probe still finds its own. */
static void
shift_back(struct limits *l, size_t i)
{
	size_t j = i, home;

	for (;;) {
		j = (j + 1) & l->mask;
		if (l->slots[j].count == 0)
			break;
		home = hash(l, l->slots[j].ip);
		if (((j - home) & l->mask) >= ((j - i) & l->mask)) {
			l->slots[i] = l->slots[j];
			i = j;
		}
	}
	l->slots[i].count = 0;
}

enum limits_verdict
limits_enter(struct limits *l, const struct addr *a, size_t total,
    size_t per_source)
{
	struct prefix p;
	struct source *s;

	if (total != 0 && l->total >= total)
		return LIMITS_TOTAL;
	if (a->local) {
		l->total++;
		return LIMITS_OK;
	}
	prefix_of_peer(a, &p);
	s = find(l, p.ip);
	if (per_source != 0 && s->count >= per_source)
		return LIMITS_SOURCE;
	if (s->count == 0) {
		if ((l->used + 1) * 2 > l->mask && grow(l) < 0)
			return LIMITS_MEMORY;
		s = find(l, p.ip);
		memcpy(s->ip, p.ip, sizeof(s->ip));
		l->used++;
	}
	s->count++;
	l->total++;
	return LIMITS_OK;
}

void
limits_leave(struct limits *l, const struct addr *a)
{
	struct prefix p;
	struct source *s;

	assert(l->total > 0);
	l->total--;
	if (a->local)
		return;
	prefix_of_peer(a, &p);
	s = find(l, p.ip);
	assert(s->count > 0);
	if (s->count > 1) {
		s->count--;
		return;
	}
	shift_back(l, (size_t)(s - l->slots));
	l->used--;
}

size_t
limits_total(const struct limits *l)
{
	return l->total;
}

size_t
limits_of(const struct limits *l, const struct addr *a)
{
	struct prefix p;

	if (a->local)
		return 0;
	prefix_of_peer(a, &p);
	return find(l, p.ip)->count;
}
