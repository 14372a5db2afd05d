/*
 * meet.c - files met in the folders, with what the index knew of them
 *
 * A row with MSGS_OUT is known, but was not met yet.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mail/meet.h"

static enum folder
folder_of(const struct msgs_row *r)
{
	return (r->flags & MSGS_NEW) != 0 ? FOLDER_NEW : FOLDER_CUR;
}

static bool
same_octets(struct span a, struct span b)
{
	return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* The row is this file from now on. */
static int
become(struct meet *me, struct msgs_row *r, const struct pass_file *f,
    unsigned flags, struct err *e)
{
	struct span name = pass_name(&me->pass, f);

	if (r->ino != f->ino)
		flags |= MSGS_LOOK;
	if ((flags & MSGS_LOOK) != 0 && f->type == DT_UNKNOWN)
		flags |= MSGS_COUNT;	/* as look_step() wants it */
	if (f->folder == FOLDER_NEW)
		flags |= MSGS_NEW;
	r->flags = (uint8_t)(flags | MSGS_SEEN);
	r->ino = f->ino;
	if (same_octets(msgs_name(&me->m, r), name))
		return 0;
	return msgs_rename(&me->m, r, name, e);
}

/* What the index knows about it, or that it must be looked at. */
static int
met_known(struct meet *me, struct msgs_row *r, const struct pass_file *f,
    struct err *e)
{
	unsigned flags = r->flags & (MSGS_COUNTED | MSGS_DISTRUST);

	return become(me, r, f, f->type == DT_UNKNOWN ? flags | MSGS_LOOK :
	    flags, e);
}

/* Of two files with one base name cur/ wins, then the smaller name: the same
 * one at every login. */
static bool
wins(const struct meet *me, const struct msgs_row *r,
    const struct pass_file *f)
{
	struct span name = msgs_name(&me->m, r);
	struct span other = pass_name(&me->pass, f);
	size_t n = name.len < other.len ? name.len : other.len;
	int c;

	if (folder_of(r) != (enum folder)f->folder)
		return f->folder == FOLDER_CUR;
	c = memcmp(other.ptr, name.ptr, n);
	return c < 0 || (c == 0 && other.len < name.len);
}

/* Its base name was met before: moved meanwhile, linked twice, or a double. */
static int
met_again(struct meet *me, struct msgs_row *r, const struct pass_file *f,
    struct err *e)
{
	bool seen = (r->flags & MSGS_SEEN) != 0, same = r->ino == f->ino;
	unsigned keep = MSGS_DISTRUST;

	if (same && folder_of(r) == (enum folder)f->folder &&
	    same_octets(msgs_name(&me->m, r), pass_name(&me->pass, f))) {
		r->flags |= MSGS_SEEN;
		return 0;
	}
	if (seen && same)
		r->flags |= MSGS_TWIN;
	if (seen && !same)
		me->doubles++;
	/* cur/ is met last, unless it was not walked */
	if (seen && same && f->folder == FOLDER_NEW &&
	    folder_of(r) == FOLDER_CUR)
		return 0;
	if (seen && !same && !wins(me, r, f))
		return 0;
	if (same)
		keep = (unsigned)~MSGS_NEW & 0xff;
	return become(me, r, f, r->flags & keep, e);
}

int
meet_entry(void *arg, const struct folder_entry *fe, struct err *e)
{
	struct meet *me = arg;

	if (fe->type != DT_REG && fe->type != DT_UNKNOWN) {
		me->strange++;
		return 0;
	}
	return pass_add(&me->pass, fe, e);
}

void
meet_begin(struct meet *me, const bool walked[FOLDER_N])
{
	struct msgs_row *r = me->m.rows;
	size_t n;

	for (n = me->m.count; n > 0; n--, r++)
		if (walked[folder_of(r)])
			r->flags |= MSGS_OUT;
}

void
meet_pass(struct meet *me, const bool walked[FOLDER_N])
{
	struct msgs_row *r = me->m.rows;
	size_t n;

	for (n = me->m.count; n > 0; n--, r++) {
		if ((r->flags & MSGS_OUT) != 0)
			continue;
		r->flags |= MSGS_SEEN;
		if (walked[folder_of(r)])
			r->flags &= (uint8_t)~MSGS_SEEN;
	}
	pass_end(&me->pass);
	me->strange = me->doubles = 0;
}

static struct span
base_of_row(const struct meet *me, size_t row)
{
	return msgs_base(&me->m, &me->m.rows[row]);
}

/* Does this row stand before the file with this key and base name? */
static bool
before(const struct meet *me, size_t row, const struct sort_item *item,
    struct span base)
{
	struct sort_item mine;
	struct span name = base_of_row(me, row);

	sort_key(name, &mine);
	return sort_compare(&mine, name, item, base) < 0;
}

/* The first row from me->row on that does not.  In leaps that double: the
 * next one, or far away. */
static size_t
find(const struct meet *me, const struct sort_item *item, struct span base)
{
	size_t low = me->row, high = low, leap = 1, middle;

	while (high < me->m.count && before(me, high, item, base)) {
		low = high + 1;
		high = high + leap < me->m.count ? high + leap : me->m.count;
		leap *= 2;
	}
	while (low < high) {
		middle = low + (high - low) / 2;
		if (before(me, middle, item, base))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Rows that no file of this pass concerns. */
static void
copy_rows(struct meet *me, size_t end)
{
	size_t n = end - me->row;

	if (n > 0)
		memcpy(me->rows + me->out, me->m.rows + me->row,
		    n * sizeof(*me->rows));
	me->out += n;
	me->row = end;
}

/* The row of a base name: what is known, or a new one. */
static int
take_row(struct meet *me, struct span base, struct err *e)
{
	const struct sort_item *item = &me->pass.sort.from[me->file];
	const struct pass_file *f = pass_file(&me->pass, me->file);
	struct span none = { NULL, 0 };
	struct msgs_row *r;

	if (me->row == me->m.count ||
	    !same_octets(base_of_row(me, me->row), base))
		copy_rows(me, find(me, item, base));
	r = &me->rows[me->out];
	if (me->row < me->m.count &&
	    same_octets(base_of_row(me, me->row), base)) {
		*r = me->m.rows[me->row++];
	} else {
		memset(r, 0, sizeof(*r));
		r->flags = MSGS_OUT;
		if (msgs_write(&me->m, r, pass_name(&me->pass, f), none, e) <
		    0)
			return -1;
	}
	me->out++;
	return 0;
}

/* All files of the next base name. */
static int
join_files(struct meet *me, struct err *e)
{
	const struct pass_file *f = pass_file(&me->pass, me->file);
	struct span base = pass_base(&me->pass, f);
	struct msgs_row *r;
	int code;

	if (take_row(me, base, e) < 0)
		return -1;
	r = &me->rows[me->out - 1];
	do {
		code = (r->flags & MSGS_OUT) != 0 ? met_known(me, r, f, e) :
		    met_again(me, r, f, e);
		if (code < 0)
			return -1;
		if (++me->file == me->pass.count)
			return 0;
		f = pass_file(&me->pass, me->file);
	} while (same_octets(pass_base(&me->pass, f), base));
	return 0;
}

static int
begin_join(struct meet *me, struct err *e)
{
	size_t all = me->m.count + me->pass.count;

	/* not zeroed: it is filled from one end to the other */
	me->rows = malloc(all * sizeof(*me->rows) + 1);
	if (me->rows == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	me->out = me->row = me->file = 0;
	return 0;
}

int
meet_join(struct meet *me, struct slice *s, struct err *e)
{
	int r = pass_sort(&me->pass, s, e);

	if (r != 0)
		return r;
	if (me->rows == NULL && begin_join(me, e) < 0)
		return -1;
	while (me->file < me->pass.count) {
		if (join_files(me, e) < 0)
			return -1;
		if (slice_over_small(s))
			return 1;
	}
	copy_rows(me, me->m.count);
	if (me->out > MSGS_MAX)
		return err_set(e, ERR_TEMP, "more than %zu messages",
		    MSGS_MAX);
	free(me->m.rows);
	me->m.rows = me->rows;
	me->m.cap = me->m.count = me->out;
	me->rows = NULL;
	pass_end(&me->pass);
	return 0;
}

/* Should a later pass see it after all, the changed inode lets it in again. */
void
meet_forget_unseen(struct meet *me)
{
	struct msgs_row *r = me->m.rows;
	size_t n;

	for (n = me->m.count; n > 0; n--, r++)
		if ((r->flags & (MSGS_SEEN | MSGS_OUT)) == 0) {
			r->flags = MSGS_OUT;
			r->ino = 0;
		}
}

bool
meet_end(struct meet *me)
{
	bool mixed = me->doubles > 0;
	struct msgs_row *r;
	size_t n;

	msgs_forget(&me->m, MSGS_OUT | MSGS_LOOK | MSGS_COUNT);
	for (r = me->m.rows, n = me->m.count; n > 0; n--, r++) {
		r->flags &= MSGS_KEPT;
		mixed = mixed || (r->flags & MSGS_TWIN) != 0;
	}
	return mixed;
}

void
meet_free(struct meet *me)
{
	pass_end(&me->pass);
	free(me->rows);
	me->rows = NULL;
	msgs_free(&me->m);
}
