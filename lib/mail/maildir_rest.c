/*
 * maildir_rest.c - a big maildrop of which so far the list alone was read
 *
 * Most sessions only ask what is new.  Names and inodes are read from the
 * index when a message is asked for or removed; the descriptor is kept, so it
 * is the same index.
 */
#include <stdlib.h>

#include "lib/base/mem.h"

#include "lib/mail/maildir_own.h"

int
maildir_rest_begin(struct maildir *md, struct err *e)
{
	md->whole = false;
	md->count = md->rest.count;
	md->marks = mem_new(md->count / 8 + 1, 1);
	return md->marks == NULL ? err_set(e, ERR_TEMP, "out of memory") : 0;
}

void
maildir_rest_mark(struct maildir *md, uint32_t i, bool marked)
{
	unsigned char bit = (unsigned char)(1u << i % 8);
	bool was = (md->marks[i / 8] & bit) != 0;

	md->marked += (uint32_t)marked - (uint32_t)was;
	if (marked != was)
		md->marks[i / 8] ^= bit;
}

/* Nothing to remove needs nothing to be read. */
void
maildir_rest_commit(struct maildir *md)
{
	if (md->marked > 0)
		md->job = LOAD;
	else
		md->result->class = ERR_NONE;
}

static void
take_marks(struct maildir *md)
{
	uint32_t i;

	for (i = 0; i < md->count; i++)
		if ((md->marks[i / 8] >> i % 8 & 1) != 0)
			md->m.rows[i].flags |= MSGS_MARKED;
}

/* What the checksum of the list could not tell: the next login will find no
 * index and look at the folders. */
static enum store_step
spoiled(struct maildir *md, struct err *e)
{
	struct err why;

	(void)err_set(&why, ERR_TEMP, "the index is damaged; it is made anew "
	    "at the next login");
	index_remove(md->fd);
	if (md->result != NULL) {
		md->result->why = why;
		md->result->failed = md->marked;
		return STORE_DONE;
	}
	if (e != NULL)
		*e = why;
	return STORE_FAILED;
}

enum store_step
maildir_step_load(struct maildir *md, int64_t now, struct err *e)
{
	struct slice s;
	int r = -1;

	(void)now;
	slice_begin(&s);
	if (md->rest.fd >= 0)
		r = index_load_step(&md->rest, &s, &md->m);
	if (r > 0)
		return STORE_MORE;
	index_load_end(&md->rest);
	md->job = IDLE;
	if (r < 0)
		return spoiled(md, e);
	md->whole = true;
	take_marks(md);
	if (md->result == NULL)
		return STORE_DONE;
	maildir_remove(md);
	return md->job == COMMIT ? STORE_MORE : STORE_DONE;
}

void
maildir_rest_end(struct maildir *md)
{
	if (!md->whole)
		index_load_end(&md->rest);
	free(md->marks);
}
