/*
 * droplist.c - the list of an opened maildrop as one packed block
 */
#include <assert.h>
#include <string.h>

#include "lib/base/droplist.h"

#define MAGIC		0x31305044u
#define MAX_COUNT	((uint32_t)1 << 24)

struct head {
	uint32_t magic;
	uint32_t count;
	uint64_t octets;
};

struct row {
	uint64_t octets;
	uint32_t offset;
	uint8_t len;
	uint8_t zero;
	uint16_t zero2;
};

_Static_assert(sizeof(struct head) == 16 && sizeof(struct row) == 16,
    "the block's layout has no padding");

static struct row
row_at(const struct droplist *l, uint32_t i)
{
	struct row row;

	memcpy(&row, l->mem + sizeof(struct head) + i * sizeof(row),
	    sizeof(row));
	return row;
}

static const char *
pool_of(const struct droplist *l)
{
	return l->mem + sizeof(struct head) + l->count * sizeof(struct row);
}

#define EACH	0x0101010101010101u	/* octet of a word */

/* RFC 1939 section 7.  Eight at a time, without a branch inside: pools are
 * megabytes.  An octet below 0x21 or above 0x7e sets a top bit, or has it. */
static bool
uidl_octets(const char *p, size_t n)
{
	uint64_t bad = 0, w;
	size_t i;

	for (i = 0; i + 8 <= n; i += 8) {
		memcpy(&w, p + i, 8);
		bad |= w | (w + EACH) | ~((w | 0x80 * EACH) - 0x21 * EACH);
	}
	for (; i < n; i++)
		bad |= (unsigned char)(p[i] - 0x21) > 0x7e - 0x21 ? 0x80 : 0;
	return (bad & 0x80 * EACH) == 0;
}

static bool
rows_ok(const struct droplist *l, size_t pool_len)
{
	uint64_t octets = 0;
	struct row row;
	uint32_t i;

	for (i = 0; i < l->count; i++) {
		row = row_at(l, i);
		if (row.len == 0 || row.len > UIDL_MAX || row.zero != 0 ||
		    row.zero2 != 0)
			return false;
		if (row.offset > pool_len || row.len > pool_len - row.offset)
			return false;
		if (row.octets > UINT64_MAX - octets)
			return false;
		octets += row.octets;
	}
	return octets == l->octets;
}

int
droplist_view(struct droplist *l, const void *mem, size_t len, struct err *e)
{
	struct head head;
	size_t rest;

	if (len < sizeof(head) || (uintptr_t)mem % 8 != 0)
		return err_set(e, ERR_BUG, "drop list: %zu octets at %s place",
		    len, (uintptr_t)mem % 8 != 0 ? "an odd" : "a good");
	memcpy(&head, mem, sizeof(head));
	rest = len - sizeof(head);
	if (head.magic != MAGIC || head.count > MAX_COUNT ||
	    head.count > rest / sizeof(struct row))
		return err_set(e, ERR_BUG, "drop list: bad head (count %u, "
		    "%zu octets)", head.count, len);
	l->mem = mem;
	l->len = len;
	l->count = head.count;
	l->octets = head.octets;
	rest -= head.count * sizeof(struct row);
	if (!rows_ok(l, rest) || !uidl_octets(pool_of(l), rest))
		return err_set(e, ERR_BUG, "drop list: bad row or UIDL");
	return 0;
}

uint64_t
droplist_size(const struct droplist *l, uint32_t i)
{
	assert(i < l->count);
	return row_at(l, i).octets;
}

struct span
droplist_uidl(const struct droplist *l, uint32_t i)
{
	struct row row;

	assert(i < l->count);
	row = row_at(l, i);
	return span_mem(pool_of(l) + row.offset, row.len);
}

size_t
droplist_octets(uint32_t count, size_t uidls)
{
	return sizeof(struct head) + count * sizeof(struct row) + uidls;
}

void
droplist_write_begin(struct droplist_writer *w, char *mem, uint32_t count)
{
	w->mem = mem;
	w->row = mem + sizeof(struct head);
	w->uidl = w->pool = w->row + count * sizeof(struct row);
	w->count = count;
	w->octets = 0;
}

void
droplist_write(struct droplist_writer *w, uint64_t octets, struct span uidl)
{
	struct row row = { octets, (uint32_t)(w->uidl - w->pool),
	    (uint8_t)uidl.len, 0, 0 };

	assert(uidl.len > 0 && uidl.len <= UIDL_MAX);
	assert(w->row + sizeof(row) <= w->pool);
	memcpy(w->row, &row, sizeof(row));
	memcpy(w->uidl, uidl.ptr, uidl.len);
	w->row += sizeof(row);
	w->uidl += uidl.len;
	w->octets += octets;
}

void
droplist_write_end(struct droplist_writer *w)
{
	struct head head = { MAGIC, w->count, w->octets };

	assert(w->row == w->pool);
	memcpy(w->mem, &head, sizeof(head));
}

void
droplist_begin(struct droplist_maker *m)
{
	memset(m, 0, sizeof(*m));
	buf_init(&m->rows, MAX_COUNT * sizeof(struct row));
	buf_init(&m->pool, (size_t)MAX_COUNT * UIDL_MAX);
}

void
droplist_add(struct droplist_maker *m, uint64_t octets, struct span uidl)
{
	struct row row;

	if (m->bad)
		return;
	memset(&row, 0, sizeof(row));
	row.octets = octets;
	row.offset = (uint32_t)buf_len(&m->pool);
	row.len = (uint8_t)uidl.len;
	if (uidl.len == 0 || uidl.len > UIDL_MAX ||
	    !uidl_octets(uidl.ptr, uidl.len) ||
	    octets > UINT64_MAX - m->octets ||
	    buf_add(&m->rows, &row, sizeof(row)) < 0 ||
	    buf_add(&m->pool, uidl.ptr, uidl.len) < 0) {
		m->bad = 1;
		return;
	}
	m->count++;
	m->octets += octets;
}

int
droplist_end(struct droplist_maker *m, struct buf *out)
{
	struct head head = { MAGIC, m->count, m->octets };
	int bad = m->bad;

	assert(buf_len(out) == 0);
	if (!bad && buf_reserve(out, sizeof(head) + buf_len(&m->rows) +
	    buf_len(&m->pool)) == NULL)
		bad = 1;
	if (!bad) {
		/* cannot fail: the room is there */
		(void)buf_add(out, &head, sizeof(head));
		(void)buf_add(out, buf_data(&m->rows), buf_len(&m->rows));
		(void)buf_add(out, buf_data(&m->pool), buf_len(&m->pool));
	}
	buf_free(&m->rows);
	buf_free(&m->pool);
	return bad ? -1 : 0;
}
