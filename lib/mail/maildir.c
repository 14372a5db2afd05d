/*
 * maildir.c - the Maildir store
 *
 * The maildrop is a directory descriptor with the lock on it, held all the
 * time; everything else is opened when it is needed, below that descriptor.
 * Messages stay where they are: POP3 has no flags, so moving them from new to
 * cur would tell nobody anything and could only fail (full disk, other
 * programs); an IMAP server beside us still sees them as recent.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "lib/mail/maildir.h"
#include "lib/mail/maildir_own.h"
#include "lib/mail/message.h"

#define FIND_TRIES	3

static struct maildir *
maildir_of(struct store *st)
{
	return (struct maildir *)(void *)st;
}

static const struct maildir *
maildir_const(const struct store *st)
{
	return (const struct maildir *)(const void *)st;
}

static enum store_step
step_refind(struct maildir *md, int64_t now, struct err *e)
{
	int r = refind_step(md->work.refind, e);

	(void)now;
	if (r > 0)
		return STORE_MORE;
	md->find_sure = r == 0 && refind_sure(md->work.refind);
	md->find_met = r == 0 && refind_met(md->work.refind);
	refind_free(&md->work.refind);
	md->job = IDLE;
	return r < 0 ? STORE_FAILED : STORE_DONE;
}

static enum store_step
step_commit(struct maildir *md, int64_t now, struct err *e)
{
	enum store_step r = commit_step(md->work.commit);

	(void)now;
	(void)e;
	if (r != STORE_DONE)
		return r;
	commit_free(&md->work.commit);
	md->job = IDLE;
	return STORE_DONE;
}

static enum store_step
maildir_step(struct store *st, int64_t now, struct err *e)
{
	static enum store_step (*const steps[])(struct maildir *, int64_t,
	    struct err *) = {
		[OPEN] = maildir_step_open,
		[LOCK] = maildir_step_lock,
		[SCAN] = maildir_step_scan,
		[LIST] = maildir_step_list,
		[LOAD] = maildir_step_load,
		[REFIND] = step_refind,
		[COMMIT] = step_commit,
	};
	struct maildir *md = maildir_of(st);
	enum store_step r;
	enum job job;

	if (md->job == IDLE)
		return STORE_DONE;
	do {
		job = md->job;
		r = steps[job](md, now, e);
	} while (r == STORE_MORE && md->job != job);
	return r;
}

static uint32_t
maildir_count(const struct store *st)
{
	return maildir_const(st)->count;
}

static int
maildir_list(struct store *st, struct buf *block_r, struct err *e)
{
	struct maildir *md = maildir_of(st);

	if (md->listing == NULL && buf_len(&md->list) == 0)
		return err_set(e, ERR_BUG, "list was taken already");
	if (md->listing == NULL) {
		*block_r = md->list;
		buf_init(&md->list, 0);
		return 0;
	}
	listing_take(md->listing, block_r);
	listing_free(&md->listing);
	return 0;
}

/* Look for its present name, unless that was done and nothing moves. */
static enum store_step
find_again(struct maildir *md, uint32_t i, struct err *e)
{
	if (md->find_for != i + 1) {
		md->find_for = i + 1;
		md->find_tries = 0;
		md->find_sure = md->find_met = false;
	}
	if ((md->find_sure && !md->find_met) ||
	    md->find_tries++ >= FIND_TRIES) {
		md->find_for = 0;
		if (md->find_met)
			(void)err_set(e, ERR_TEMP, "message's name changes "
			    "too fast");
		else
			(void)err_set(e, ERR_NOTFOUND, "message is gone");
		return STORE_FAILED;
	}
	md->work.refind = refind_new(md->fd, &md->m, i, e);
	if (md->work.refind == NULL)
		return STORE_FAILED;
	md->job = REFIND;
	return STORE_MORE;
}

static enum store_step
maildir_message(struct store *st, uint32_t i, struct store_message *m_r,
    struct err *e)
{
	struct maildir *md = maildir_of(st);
	struct msgs_row *r;
	struct err why;
	bool was;

	if (i >= md->count || md->job != IDLE) {
		(void)err_set(e, ERR_BUG, "message %u is not to be had", i);
		return STORE_FAILED;
	}
	if (!md->whole) {
		md->job = LOAD;
		return STORE_MORE;
	}
	r = &md->m.rows[i];
	was = (r->flags & MSGS_LOOK) != 0;
	m_r->fd = message_open(md->fd, &md->m, r, &why);
	if (m_r->fd < 0 && why.class == ERR_NOTFOUND)
		return find_again(md, i, e);
	md->find_for = 0;
	if (m_r->fd < 0) {
		if (!was && (r->flags & MSGS_LOOK) != 0) {
			index_unsettle(&md->state);
			md->dirty = true;
		}
		if (e != NULL)
			*e = why;
		return STORE_FAILED;
	}
	m_r->octets = r->wire;
	m_r->file_octets = r->octets;
	m_r->pipe = false;
	return STORE_DONE;
}

static void
maildir_mark(struct store *st, uint32_t i, bool marked)
{
	struct maildir *md = maildir_of(st);

	if (i >= md->count)
		return;
	if (!md->whole) {
		maildir_rest_mark(md, i, marked);
		return;
	}
	md->m.rows[i].flags &= (uint8_t)~MSGS_MARKED;
	if (marked)
		md->m.rows[i].flags |= MSGS_MARKED;
}

void
maildir_remove(struct maildir *md)
{
	/* whatever comes of it, the folders are not as the index says */
	index_unsettle(&md->state);
	md->dirty = true;
	md->work.commit = commit_new(md->fd, &md->m, md->result);
	if (md->work.commit != NULL)
		md->job = COMMIT;
}

static void
maildir_commit(struct store *st)
{
	struct maildir *md = maildir_of(st);

	free(md->result);
	md->result = mem_new(1, sizeof(*md->result));
	if (md->result == NULL)
		return;
	md->result->class = ERR_TEMP;
	if (md->job != IDLE)
		return;
	if (md->whole)
		maildir_remove(md);
	else
		maildir_rest_commit(md);
}

static const struct store_result *
maildir_result(const struct store *st)
{
	static const struct store_result none = {
		.class = ERR_TEMP,
		.why = { .class = ERR_TEMP, .text = "out of memory" },
	};
	const struct maildir *md = maildir_const(st);

	return md->result == NULL ? &none : md->result;
}

static const struct store_notes *
maildir_notes(const struct store *st)
{
	return &maildir_const(st)->notes;
}

static void
free_work(struct maildir *md)
{
	if (md->job == SCAN)
		scan_free(&md->work.scan);
	else if (md->job == REFIND)
		refind_free(&md->work.refind);
	else if (md->job == COMMIT)
		commit_free(&md->work.commit);
}

static int
maildir_close(struct store **st_p, struct err *e)
{
	struct maildir *md;
	int r = 0;

	if (*st_p == NULL)
		return 0;
	md = maildir_of(*st_p);
	free_work(md);
	msgs_forget(&md->m, MSGS_OUT);
	if (md->dirty) {
		msgs_trim(&md->m);
		r = maildir_save(md, e) < 0 ? -1 : 1;
	}
	listing_free(&md->listing);
	buf_free(&md->list);
	maildir_rest_end(md);
	lock_drop(&md->lock);
	if (md->fd >= 0)
		(void)close(md->fd);
	msgs_free(&md->m);
	free(md->path);
	free(md->result);
	free(md);
	*st_p = NULL;
	return r;
}

const struct store_ops maildir_store = {
	.name = "maildir",
	.open = maildir_begin,
	.step = maildir_step,
	.count = maildir_count,
	.list = maildir_list,
	.message = maildir_message,
	.mark = maildir_mark,
	.commit = maildir_commit,
	.result = maildir_result,
	.notes = maildir_notes,
	.close = maildir_close,
};
