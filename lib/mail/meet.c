/*
 * meet.c - files met in the folders, with what the index knew of them
 */
#include <string.h>

#include "lib/mail/meet.h"

/* What the index knows about a file, or that it must be looked at. */
static struct span
known(struct meet *me, const struct folder_entry *fe, struct span base,
    struct msgs_row *row)
{
	size_t i = me->old_names.table == NULL ? NAMES_NONE :
	    names_find(&me->old_names, &me->old, base);
	struct span none = { NULL, 0 };

	memset(row, 0, sizeof(*row));
	if (i != NAMES_NONE)
		*row = me->old.rows[i];
	row->flags &= MSGS_COUNTED | MSGS_DISTRUST;
	if (row->ino != fe->ino || fe->type == DT_UNKNOWN)
		row->flags |= MSGS_LOOK;
	row->flags |= fe->folder == FOLDER_NEW ? MSGS_SEEN | MSGS_NEW :
	    MSGS_SEEN;
	row->ino = fe->ino;
	return i == NAMES_NONE ? none :
	    msgs_uidl(&me->old, &me->old.rows[i]);
}

static bool
same_place(const struct meet *me, const struct msgs_row *r,
    const struct folder_entry *fe)
{
	struct span name = msgs_name(&me->m, r);

	return ((r->flags & MSGS_NEW) != 0) == (fe->folder == FOLDER_NEW) &&
	    name.len == fe->name.len &&
	    memcmp(name.ptr, fe->name.ptr, name.len) == 0;
}

/* Of two files with one base name cur/ wins, then the smaller name: the same
 * one at every login. */
static bool
wins(const struct meet *me, const struct msgs_row *r,
    const struct folder_entry *fe)
{
	struct span name = msgs_name(&me->m, r);
	size_t n = name.len < fe->name.len ? name.len : fe->name.len;
	int c;

	if (((r->flags & MSGS_NEW) != 0) != (fe->folder == FOLDER_NEW))
		return fe->folder == FOLDER_CUR;
	c = memcmp(fe->name.ptr, name.ptr, n);
	return c < 0 || (c == 0 && fe->name.len < name.len);
}

/* Its base name was met before: moved meanwhile, linked twice, or a double. */
static int
met_again(struct meet *me, struct msgs_row *r, const struct folder_entry *fe,
    struct err *e)
{
	bool seen = (r->flags & MSGS_SEEN) != 0;

	if (same_place(me, r, fe) && r->ino == fe->ino) {
		r->flags |= MSGS_SEEN;
		return 0;
	}
	if (seen && r->ino == fe->ino)
		r->flags |= MSGS_TWIN;
	if (seen && r->ino != fe->ino) {
		me->doubles++;
		if (!wins(me, r, fe))
			return 0;
	}
	if (r->ino != fe->ino)
		r->flags = (r->flags & MSGS_DISTRUST) | MSGS_LOOK;
	r->ino = fe->ino;
	r->flags &= (uint8_t)~MSGS_NEW;
	r->flags |= fe->folder == FOLDER_NEW ? MSGS_SEEN | MSGS_NEW :
	    MSGS_SEEN;
	return msgs_rename(&me->m, r, fe->name, e);
}

int
meet_entry(void *arg, const struct folder_entry *fe, struct err *e)
{
	struct meet *me = arg;
	struct msgs_row row;
	struct span base, uidl;
	size_t i;

	if (fe->type != DT_REG && fe->type != DT_UNKNOWN) {
		me->strange++;
		return 0;
	}
	base = span_mem(fe->name.ptr,
	    msgs_base_len(fe->name.ptr, fe->name.len));
	i = names_find(&me->names, &me->m, base);
	if (i != NAMES_NONE)
		return met_again(me, &me->m.rows[i], fe, e);
	uidl = known(me, fe, base, &row);
	if (msgs_add(&me->m, &row, fe->name, uidl, e) < 0)
		return -1;
	return names_put(&me->names, &me->m, me->m.count - 1, e);
}

int
meet_begin(struct meet *me, struct err *e)
{
	return names_begin(&me->names, me->old.count, e);
}

int
meet_learn(struct meet *me, struct slice *s, struct err *e)
{
	return names_learn(&me->old_names, &me->old, &me->learnt, s, e);
}

void
meet_pass(struct meet *me)
{
	size_t i;

	for (i = 0; i < me->m.count; i++)
		me->m.rows[i].flags &= (uint8_t)~MSGS_SEEN;
	me->strange = me->doubles = 0;
}

/* Should a later pass see it after all, the changed inode lets it in again. */
void
meet_forget_unseen(struct meet *me)
{
	size_t i;

	for (i = 0; i < me->m.count; i++) {
		if ((me->m.rows[i].flags & MSGS_SEEN) != 0)
			continue;
		me->m.rows[i].flags = MSGS_OUT;
		me->m.rows[i].ino = 0;
	}
}

void
meet_end(struct meet *me)
{
	size_t i;

	msgs_forget(&me->m, MSGS_OUT | MSGS_LOOK | MSGS_COUNT);
	for (i = 0; i < me->m.count; i++)
		me->m.rows[i].flags &= MSGS_KEPT;
	names_end(&me->names);
	names_end(&me->old_names);
	msgs_free(&me->old);
}

void
meet_free(struct meet *me)
{
	names_end(&me->names);
	names_end(&me->old_names);
	msgs_free(&me->old);
	msgs_free(&me->m);
}
