/*
 * autodeny_kept.c - who is shut out, in memory that outlives the process
 *
 * It holds the heap as it lies: a slot is written whenever an entry gets its
 * place there.  Octets of one build on one machine.
 */
#include <string.h>

#include "lib/policy/autodeny_own.h"

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

void
autodeny_mirror(const struct autodeny *ad, const struct node *nd)
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

void
autodeny_mirror_count(const struct autodeny *ad)
{
	if (ad->kept != NULL)
		ad->kept->n = ad->n;
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
	    slot->since < 0 || slot->since > now || slot->until <= now ||
	    (slot->until != AUTODENY_FOREVER &&
	    slot->until - now > AUTODENY_LONGEST))
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
		if (sound(&slot, now, &e) &&
		    *autodeny_link(ad, &e.source) == NULL)
			(void)autodeny_insert(ad, &e);
	}
	autodeny_mirror_count(ad);
	return ad->n;
}
