/*
 * listing.c - the block of droplist.h, made in slices
 */
#include <stdlib.h>

#include "lib/base/droplist.h"
#include "lib/base/mem.h"

#include "lib/mail/listing.h"
#include "lib/mail/slice.h"

#define BLOCK_MAX	((size_t)1 << 30)
#define ROW_OCTETS	16

struct listing {
	const struct msgs *m;
	size_t at;
	struct droplist_maker maker;
	struct buf block;
};

struct listing *
listing_new(const struct msgs *m, struct err *e)
{
	struct listing *li = mem_new(1, sizeof(*li));
	size_t i, uidls = 0;

	if (li == NULL) {
		(void)err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	li->m = m;
	buf_init(&li->block, BLOCK_MAX);
	droplist_begin(&li->maker);
	for (i = 0; i < m->count; i++)
		uidls += m->rows[i].uidl_len;
	/* room at once: growing would copy megabytes; failure shows later */
	if (m->count > 0) {
		(void)buf_reserve(&li->maker.rows, m->count * ROW_OCTETS);
		(void)buf_reserve(&li->maker.pool, uidls);
	}
	return li;
}

void
listing_free(struct listing **li_p)
{
	if (*li_p == NULL)
		return;
	buf_free(&(*li_p)->maker.rows);
	buf_free(&(*li_p)->maker.pool);
	buf_free(&(*li_p)->block);
	free(*li_p);
	*li_p = NULL;
}

int
listing_step(struct listing *li, struct err *e)
{
	const struct msgs_row *r;
	struct slice s;

	slice_begin(&s);
	while (li->at < li->m->count) {
		r = &li->m->rows[li->at++];
		droplist_add(&li->maker, r->wire, msgs_uidl(li->m, r));
		if (slice_over_small(&s))
			return 1;
	}
	if (droplist_end(&li->maker, &li->block) < 0)
		return err_set(e, ERR_TEMP, "list of %zu messages: no memory",
		    li->m->count);
	return 0;
}

void
listing_take(struct listing *li, struct buf *block_r)
{
	*block_r = li->block;
	buf_init(&li->block, BLOCK_MAX);
}
