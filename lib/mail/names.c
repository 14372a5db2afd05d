/*
 * names.c - finding rows by base name: a hash table of row numbers
 *
 * Linear probing, at most half full.  It lives only as long as a job.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/mail/names.h"

#define FIRST_SLOTS	64

uint64_t
names_hash(struct span s)
{
	uint64_t h = 0x9e3779b97f4a7c15u ^ s.len, w;
	size_t i;

	for (i = 0; i + 8 <= s.len; i += 8) {
		memcpy(&w, s.ptr + i, 8);
		h = (h ^ w) * 0xff51afd7ed558ccdu;
		h ^= h >> 32;
	}
	w = 0;
	if (i < s.len)
		memcpy(&w, s.ptr + i, s.len - i);
	h = (h ^ w) * 0xc4ceb9fe1a85ec53u;
	return h ^ h >> 29;
}

static void
place(struct names *t, struct names_slot slot)
{
	size_t at = slot.hash;

	while (t->table[at & t->mask].row != 0)
		at++;
	t->table[at & t->mask] = slot;
}

static int
resize(struct names *t, size_t slots, struct err *e)
{
	struct names bigger = { mem_new(slots, sizeof(struct names_slot)),
	    slots - 1, t->used };
	size_t i;

	if (bigger.table == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	for (i = 0; t->table != NULL && i <= t->mask; i++)
		if (t->table[i].row != 0)
			place(&bigger, t->table[i]);
	free(t->table);
	*t = bigger;
	return 0;
}

int
names_begin(struct names *t, size_t n, struct err *e)
{
	size_t slots = FIRST_SLOTS;

	memset(t, 0, sizeof(*t));
	while (slots < n * 2)
		slots *= 2;
	return resize(t, slots, e);
}

void
names_end(struct names *t)
{
	free(t->table);
	memset(t, 0, sizeof(*t));
}

size_t
names_find(const struct names *t, const struct msgs *m, struct span base)
{
	uint32_t hash = (uint32_t)names_hash(base);
	const struct names_slot *slot;
	struct span other;
	size_t at;

	for (at = hash;; at++) {
		slot = &t->table[at & t->mask];
		if (slot->row == 0)
			return NAMES_NONE;
		if (slot->hash != hash)
			continue;
		other = msgs_base(m, &m->rows[slot->row - 1]);
		if (other.len == base.len &&
		    memcmp(other.ptr, base.ptr, base.len) == 0)
			return slot->row - 1;
	}
}

int
names_put(struct names *t, const struct msgs *m, size_t i, struct err *e)
{
	struct names_slot slot;

	if (t->used * 2 > t->mask && resize(t, (t->mask + 1) * 2, e) < 0)
		return -1;
	slot.row = (uint32_t)i + 1;
	slot.hash = (uint32_t)names_hash(msgs_base(m, &m->rows[i]));
	place(t, slot);
	t->used++;
	return 0;
}

int
names_learn(struct names *t, const struct msgs *m, size_t *at,
    struct slice *s, struct err *e)
{
	if (t->table == NULL && names_begin(t, m->count, e) < 0)
		return -1;
	while (*at < m->count) {
		if (names_put(t, m, (*at)++, e) < 0)
			return -1;
		if (slice_over_small(s))
			return 1;
	}
	return 0;
}
