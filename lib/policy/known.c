/*
 * known.c - sources whose last login succeeded
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/base/mem.h"

#include "lib/policy/known.h"

#define WAYS	4	/* places of one hash, the latest first */

struct known {
	uint64_t key;
	size_t sets;
	uint64_t at[][WAYS];	/* 0: free */
};

struct known *
known_new(size_t max)
{
	struct known *k = mem_new(1, sizeof(*k) + max * sizeof(k->at[0][0]));

	if (k == NULL)
		return NULL;
	k->sets = max / WAYS;
	if (digest_random(&k->key, sizeof(k->key)) < 0)
		known_free(&k);
	return k;
}

void
known_free(struct known **k_p)
{
	free(*k_p);
	*k_p = NULL;
}

static uint64_t
hash(const struct known *k, const struct addr *a)
{
	struct prefix p;

	prefix_of_peer(a, &p);
	return addr_hash(p.ip, k->key) | 1;
}

/* Which of the places of h has it, or WAYS. */
static size_t
way(const struct known *k, uint64_t h)
{
	const uint64_t *at = k->at[(h >> 1) & (k->sets - 1)];
	size_t i = 0;

	while (i < WAYS && at[i] != h)
		i++;
	return i;
}

void
known_add(struct known *k, const struct addr *a)
{
	uint64_t h = hash(k, a), *at = k->at[(h >> 1) & (k->sets - 1)];
	size_t i = way(k, h);

	if (i == WAYS)
		i = WAYS - 1;
	memmove(at + 1, at, i * sizeof(*at));
	at[0] = h;
}

void
known_drop(struct known *k, const struct addr *a)
{
	uint64_t h = hash(k, a), *at = k->at[(h >> 1) & (k->sets - 1)];
	size_t i = way(k, h);

	if (i < WAYS) {
		memmove(at + i, at + i + 1, (WAYS - 1 - i) * sizeof(*at));
		at[WAYS - 1] = 0;
	}
}

bool
known_has(const struct known *k, const struct addr *a)
{
	return way(k, hash(k, a)) < WAYS;
}
