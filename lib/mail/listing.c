/*
 * listing.c - the block of droplist.h, made in slices
 */
#include <stdlib.h>

#include "lib/base/droplist.h"
#include "lib/base/mem.h"

#include "lib/mail/listing.h"
#include "lib/mail/slice.h"

#define BLOCK_MAX	((size_t)1 << 30)

struct listing {
	const struct msgs *m;
	size_t at;
	struct droplist_writer writer;
	struct buf block;
};

static size_t
uidl_octets(const struct msgs *m)
{
	size_t i, n = 0;

	for (i = 0; i < m->count; i++)
		n += m->rows[i].uidl_len;
	return n;
}

size_t
listing_octets(const struct msgs *m)
{
	return droplist_octets((uint32_t)m->count, uidl_octets(m));
}

struct listing *
listing_new(const struct msgs *m, struct err *e)
{
	struct listing *li = mem_new(1, sizeof(*li));
	size_t n = listing_octets(m);
	char *mem = NULL;

	if (li != NULL) {
		buf_init(&li->block, BLOCK_MAX);
		mem = buf_reserve(&li->block, n);
	}
	if (mem == NULL) {
		(void)err_set(e, ERR_TEMP, "list of %zu messages: no memory",
		    m->count);
		free(li);
		return NULL;
	}
	li->m = m;
	buf_added(&li->block, n);
	droplist_write_begin(&li->writer, mem, (uint32_t)m->count);
	return li;
}

void
listing_free(struct listing **li_p)
{
	if (*li_p == NULL)
		return;
	buf_free(&(*li_p)->block);
	free(*li_p);
	*li_p = NULL;
}

static void
write_row(struct droplist_writer *w, const struct msgs *m, size_t i)
{
	const struct msgs_row *r = &m->rows[i];

	droplist_write(w, r->wire, msgs_uidl(m, r));
}

int
listing_step(struct listing *li)
{
	struct slice s;

	slice_begin(&s);
	while (li->at < li->m->count) {
		write_row(&li->writer, li->m, li->at++);
		if (slice_over_small(&s))
			return 1;
	}
	droplist_write_end(&li->writer);
	return 0;
}

void
listing_take(struct listing *li, struct buf *block_r)
{
	*block_r = li->block;
	buf_init(&li->block, BLOCK_MAX);
}

void
listing_fill(const struct msgs *m, char *mem)
{
	struct droplist_writer w;
	size_t i;

	droplist_write_begin(&w, mem, (uint32_t)m->count);
	for (i = 0; i < m->count; i++)
		write_row(&w, m, i);
	droplist_write_end(&w);
}
