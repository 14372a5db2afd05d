/*
 * index.c - what a maildrop's last scan found, in one file inside it
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/path.h"

#include "lib/mail/index_own.h"
#include "lib/mail/listing.h"

#define SUM_SEED	0x9e3779b97f4a7c15u

_Static_assert(sizeof(struct msgs_row) == 40 &&
    sizeof(struct index_head) == 128, "the file's layout has no padding");

void
index_unsettle(struct index_state *state)
{
	memset(state->settled, 0, sizeof(state->settled));
}

static uint64_t
mix(uint64_t h, uint64_t w)
{
	h = (h ^ w) * 0xff51afd7ed558ccdu;
	return h ^ h >> 32;
}

/*
 * Any one changed word changes the sum, since each step can be undone.  Four
 * lanes, so that the processor need not wait for each multiplication.
 */
uint64_t
index_sum(uint64_t sum, const char *p, size_t n)
{
	uint64_t lane[4] = { sum, sum + 1, sum + 2, sum + 3 }, w[4];
	size_t i;

	for (; n >= sizeof(w); p += sizeof(w), n -= sizeof(w)) {
		memcpy(w, p, sizeof(w));
		for (i = 0; i < 4; i++)
			lane[i] = mix(lane[i], w[i]);
	}
	memset(w, 0, sizeof(w));
	memcpy(w, p, n);
	for (i = 0; i < 4; i++)
		sum = mix(sum, mix(lane[i], w[i]));
	return mix(sum, n);
}

uint64_t
index_sum_begin(void)
{
	return SUM_SEED;
}

uint64_t
index_sum_head(const struct index_head *h)
{
	struct index_head copy = *h;

	copy.sum = 0;
	return index_sum(SUM_SEED, (const char *)&copy, sizeof(copy));
}

/* In the pieces in which it will be read. */
static uint64_t
sum_pieces(uint64_t sum, const char *p, size_t n)
{
	size_t part;

	for (; n > 0; p += part, n -= part) {
		part = n < INDEX_PIECE ? n : INDEX_PIECE;
		sum = index_sum(sum, p, part);
	}
	return sum;
}

static void
fill_head(struct index_head *h, const struct msgs *m,
    const struct index_state *state)
{
	enum folder f;

	memset(h, 0, sizeof(*h));
	memcpy(h->magic, INDEX_MAGIC, sizeof(h->magic));
	h->version = INDEX_VERSION;
	h->order = INDEX_ORDER;
	h->row_octets = sizeof(struct msgs_row);
	h->count = (uint32_t)m->count;
	h->list_octets = m->count < INDEX_BIG ? 0 : listing_octets(m);
	h->pool_octets = m->used;
	memcpy(h->stamps, state->stamps, sizeof(h->stamps));
	for (f = 0; f < FOLDER_N; f++)
		h->state |= state->settled[f] ? 1u << f : 0;
	h->state |= state->mixed ? INDEX_MIXED : 0;
}

static void
copy_rows(char *to, const struct msgs *m)
{
	struct msgs_row row;
	size_t i;

	for (i = 0; i < m->count; i++, to += sizeof(row)) {
		row = m->rows[i];
		if ((row.flags & MSGS_LOOK) != 0)
			row.ino = 0;
		row.flags &= MSGS_KEPT;
		memcpy(to, &row, sizeof(row));
	}
}

/* The file's octets behind the head, whose sums are set. */
static void
fill_rest(struct index_head *h, char *list, const struct msgs *m)
{
	size_t rows = m->count * sizeof(struct msgs_row);
	char *at = list + h->list_octets;

	if (h->list_octets > 0)
		listing_fill(m, list);
	copy_rows(at, m);
	if (m->used > 0)
		memcpy(at + rows, m->pool, m->used);
	h->list_sum = sum_pieces(SUM_SEED, list, h->list_octets);
	h->rest_sum = sum_pieces(sum_pieces(SUM_SEED, at, rows), at + rows,
	    m->used);
	h->sum = index_sum_head(h);
}

void
index_remove(int maildrop)
{
	(void)path_unlink(maildrop, INDEX_FILE, NULL);
}

int
index_save(int maildrop, const struct msgs *m,
    const struct index_state *state, struct err *e)
{
	struct index_head h;
	size_t all;
	char *mem;
	int r;

	fill_head(&h, m, state);
	all = sizeof(h) + h.list_octets + m->count * sizeof(struct msgs_row) +
	    m->used;
	mem = malloc(all);
	if (mem == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	fill_rest(&h, mem + sizeof(h), m);
	memcpy(mem, &h, sizeof(h));
	/* a login must not wait for the disk: the checksums tell */
	r = path_replace_cache(maildrop, INDEX_FILE, span_mem(mem, all), 0600,
	    e);
	free(mem);
	return r;
}
