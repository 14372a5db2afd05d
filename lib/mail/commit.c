/*
 * commit.c - removing marked messages so that they stay removed
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "lib/mail/commit.h"
#include "lib/mail/folder.h"
#include "lib/mail/names.h"
#include "lib/mail/slice.h"

#define PASSES	20		/* 50 ms apart */

enum phase { REMOVE, LOOK, SYNC };

struct commit {
	int maildrop;
	int fds[FOLDER_N];
	bool touched[FOLDER_N];
	struct msgs *m;
	struct store_result *result;
	enum phase phase;
	size_t at;
	bool look;		/* some were not where they had been */
	unsigned passes;
	bool walking;
	struct names names;
	size_t learnt;
	struct folder_walk walk;
};

static void
blame(struct commit *c, const struct err *e, uint32_t n)
{
	if (c->result->class == ERR_NONE)
		c->result->why = *e;
	c->result->class = ERR_TEMP;
	c->result->failed += n;
}

static void
removed(struct commit *c, struct msgs_row *r)
{
	r->flags |= MSGS_OUT;
	if ((r->flags & MSGS_TWIN) == 0)
		r->flags &= (uint8_t)~MSGS_MARKED;
	c->result->removed++;
}

static void
failed(struct commit *c, struct msgs_row *r, const struct err *e)
{
	r->flags &= (uint8_t)~MSGS_MARKED;
	blame(c, e, 1);
}

/* Under the name it had last. */
static void
remove_row(struct commit *c, struct msgs_row *r)
{
	enum folder f = (r->flags & MSGS_NEW) != 0 ? FOLDER_NEW : FOLDER_CUR;
	struct span name = msgs_name(c->m, r);
	char text[256];
	struct err e;

	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	if (path_unlink(c->fds[f], text, &e) == 0) {
		c->touched[f] = true;
		c->look = c->look || (r->flags & MSGS_TWIN) != 0;
		removed(c, r);
	} else if (e.class == ERR_NOTFOUND) {
		c->look = true;
	} else {
		failed(c, r, &e);
	}
}

static enum store_step
remove_rows(struct commit *c, struct slice *s)
{
	while (c->at < c->m->count) {
		if ((c->m->rows[c->at].flags & MSGS_MARKED) != 0)
			remove_row(c, &c->m->rows[c->at]);
		c->at++;
		if (slice_over_small(s))
			return STORE_MORE;
	}
	c->phase = c->look ? LOOK : SYNC;
	return STORE_MORE;
}

/* A file of a marked message: moved since, or a further link of it. */
static int
met(void *arg, const struct folder_entry *fe, struct err *e)
{
	struct commit *c = arg;
	size_t base = msgs_base_len(fe->name.ptr, fe->name.len);
	struct msgs_row *r;
	char text[256];
	struct err why;
	size_t i;

	(void)e;
	i = names_find(&c->names, c->m, span_mem(fe->name.ptr, base));
	if (i == NAMES_NONE)
		return 0;
	r = &c->m->rows[i];
	/* another inode is another message that happens to be called the same;
	 * nobody asked for its removal */
	if ((r->flags & MSGS_MARKED) == 0 || r->ino != fe->ino)
		return 0;
	memcpy(text, fe->name.ptr, fe->name.len);
	text[fe->name.len] = '\0';
	if (path_unlink(c->fds[fe->folder], text, &why) == 0) {
		c->touched[fe->folder] = true;
		if ((r->flags & MSGS_OUT) == 0)
			removed(c, r);
	} else if (why.class == ERR_NOTFOUND) {
		r->flags |= MSGS_SLIPPED;
	} else {
		if ((r->flags & MSGS_OUT) != 0) {
			r->flags &= (uint8_t)~MSGS_OUT;
			c->result->removed--;
		}
		failed(c, r, &why);
	}
	return 0;
}

/*
 * What is not found in quiet folders, or never in many passes, was removed by
 * somebody else.  He may not have synced, so both folders are.
 */
static void
give_up(struct commit *c, bool quiet)
{
	struct msgs_row *r;
	struct err e;
	size_t i;

	(void)err_set(&e, ERR_TEMP, "names change too fast to find a message");
	for (i = 0; i < c->m->count; i++) {
		r = &c->m->rows[i];
		if ((r->flags & MSGS_MARKED) == 0)
			continue;
		if ((r->flags & MSGS_OUT) != 0)
			r->flags &= (uint8_t)~MSGS_MARKED;
		else if (quiet || (r->flags & MSGS_SLIPPED) == 0)
			removed(c, r);
		else
			failed(c, r, &e);
		c->touched[FOLDER_NEW] = c->touched[FOLDER_CUR] = true;
	}
	c->phase = SYNC;
}

static enum store_step
fail_look(struct commit *c, const struct err *e)
{
	struct msgs_row *r;
	size_t i;

	for (i = 0; i < c->m->count; i++) {
		r = &c->m->rows[i];
		if ((r->flags & (MSGS_MARKED | MSGS_OUT)) == MSGS_MARKED)
			failed(c, r, e);
	}
	c->phase = SYNC;
	return STORE_MORE;
}

static bool
pending(const struct commit *c)
{
	size_t i;

	for (i = 0; i < c->m->count; i++)
		if ((c->m->rows[i].flags & (MSGS_MARKED | MSGS_OUT)) ==
		    MSGS_MARKED)
			return true;
	return false;
}

static enum store_step
look(struct commit *c, struct slice *s)
{
	struct err e;
	int r;

	r = names_learn(&c->names, c->m, &c->learnt, s, &e);
	if (r != 0)
		return r < 0 ? fail_look(c, &e) : STORE_MORE;
	if (!c->walking && folder_walk_begin(&c->walk, c->maildrop, &e) < 0)
		return fail_look(c, &e);
	c->walking = true;
	r = folder_walk_step(&c->walk, s, met, c, &e);
	if (r == 1)
		return STORE_MORE;
	folder_walk_end(&c->walk);
	c->walking = false;
	if (r < 0)
		return fail_look(c, &e);
	c->passes++;
	if (!pending(c) || c->walk.quiet || c->passes >= PASSES) {
		give_up(c, c->walk.quiet);
		return STORE_MORE;
	}
	return STORE_LATER;
}

static enum store_step
sync_folders(struct commit *c)
{
	struct err e;
	enum folder f;

	for (f = 0; f < FOLDER_N; f++)
		if (c->touched[f] && path_sync_dir(c->fds[f], &e) < 0)
			blame(c, &e, 0);
	return STORE_DONE;
}

static int
open_folders(struct commit *c, struct err *e)
{
	enum folder f;

	for (f = 0; f < FOLDER_N; f++) {
		if (c->fds[f] >= 0)
			continue;
		c->fds[f] = path_open_dir(c->maildrop, folder_name(f), e);
		if (c->fds[f] < 0)
			return -1;
	}
	return 0;
}

struct commit *
commit_new(int maildrop, struct msgs *m, struct store_result *result)
{
	struct commit *c = mem_new(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	memset(result, 0, sizeof(*result));
	c->maildrop = maildrop;
	c->fds[FOLDER_NEW] = c->fds[FOLDER_CUR] = -1;
	c->m = m;
	c->result = result;
	return c;
}

void
commit_free(struct commit **c_p)
{
	struct commit *c = *c_p;
	enum folder f;

	if (c == NULL)
		return;
	for (f = 0; f < FOLDER_N; f++)
		if (c->fds[f] >= 0)
			(void)close(c->fds[f]);
	folder_walk_end(&c->walk);
	names_end(&c->names);
	free(c);
	*c_p = NULL;
}

enum store_step
commit_step(struct commit *c)
{
	enum store_step r = STORE_MORE;
	struct slice s;
	struct err e;

	slice_begin(&s);
	if (open_folders(c, &e) < 0) {
		(void)fail_look(c, &e);
		return STORE_DONE;
	}
	while (r == STORE_MORE && !slice_over(&s)) {
		if (c->phase == REMOVE)
			r = remove_rows(c, &s);
		else if (c->phase == LOOK)
			r = look(c, &s);
		else
			r = sync_folders(c);
	}
	return r;
}
