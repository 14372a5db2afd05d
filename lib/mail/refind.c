/*
 * refind.c - the present names of listed messages
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/mail/refind.h"

struct refind {
	struct msgs *m;
	size_t wanted;
	bool met;
	struct names names;
	size_t learnt;
	struct folder_walk walk;
};

static int
met(void *arg, const struct folder_entry *fe, struct err *e)
{
	struct refind *rf = arg;
	size_t base = msgs_base_len(fe->name.ptr, fe->name.len);
	struct msgs_row *r;
	struct span name;
	size_t i;

	i = names_find(&rf->names, rf->m, span_mem(fe->name.ptr, base));
	if (i == NAMES_NONE)
		return 0;
	r = &rf->m->rows[i];
	/* a double that was not listed stays unlisted */
	if (r->ino != fe->ino)
		return 0;
	rf->met = rf->met || i == rf->wanted;
	r->flags &= (uint8_t)~MSGS_NEW;
	if (fe->folder == FOLDER_NEW)
		r->flags |= MSGS_NEW;
	name = msgs_name(rf->m, r);
	if (name.len == fe->name.len &&
	    memcmp(name.ptr, fe->name.ptr, name.len) == 0)
		return 0;
	return msgs_rename(rf->m, r, fe->name, e);
}

struct refind *
refind_new(int maildrop, struct msgs *m, size_t wanted, struct err *e)
{
	struct refind *rf = mem_new(1, sizeof(*rf));

	if (rf == NULL) {
		(void)err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	rf->m = m;
	rf->wanted = wanted;
	if (folder_walk_begin(&rf->walk, maildrop, e) < 0)
		refind_free(&rf);
	return rf;
}

void
refind_free(struct refind **rf_p)
{
	if (*rf_p == NULL)
		return;
	folder_walk_end(&(*rf_p)->walk);
	names_end(&(*rf_p)->names);
	free(*rf_p);
	*rf_p = NULL;
}

int
refind_step(struct refind *rf, struct err *e)
{
	struct slice s;
	int r;

	slice_begin(&s);
	r = names_learn(&rf->names, rf->m, &rf->learnt, &s, e);
	if (r != 0)
		return r;
	r = folder_walk_step(&rf->walk, &s, met, rf, e);
	if (r == 0)
		msgs_trim(rf->m);
	return r;
}

bool
refind_met(const struct refind *rf)
{
	return rf->met;
}

bool
refind_sure(const struct refind *rf)
{
	return rf->walk.quiet;
}
