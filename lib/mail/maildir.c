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

#include "lib/base/clock.h"
#include "lib/base/droplist.h"
#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "lib/mail/commit.h"
#include "lib/mail/folder.h"
#include "lib/mail/index.h"
#include "lib/mail/lock.h"
#include "lib/mail/maildir.h"
#include "lib/mail/maildrop.h"
#include "lib/mail/message.h"
#include "lib/mail/refind.h"
#include "lib/mail/scan.h"

#define FIND_TRIES	3
#define SAVE_COUNTED	512	/* messages read anew: keep that at once */

enum job { IDLE, OPEN, LOCK, SCAN, REFIND, COMMIT };

struct maildir {
	struct store store;
	struct store_env env;
	char *path;		/* until it is open */
	int64_t lock_until;
	int fd;
	struct lock *lock;
	enum job job;
	union {			/* by job */
		struct scan *scan;
		struct refind *refind;
		struct commit *commit;
	} work;
	struct msgs m;
	struct index_state state;
	bool dirty;		/* the index file does not say what we know */
	uint32_t find_tries;
	uint32_t find_for;	/* message + 1 */
	bool find_sure;
	struct store_notes notes;
	struct store_result *result;	/* once a commit began */
};

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

static struct store *
maildir_open(const struct store_env *env, const char *maildrop,
    int64_t lock_until, struct err *e)
{
	struct maildir *md = mem_new(1, sizeof(*md));

	if (md == NULL || (md->path = mem_strdup(maildrop)) == NULL) {
		(void)err_set(e, ERR_TEMP, "out of memory");
		free(md);
		return NULL;
	}
	md->store.ops = &maildir_store;
	md->env = *env;
	md->lock_until = lock_until;
	md->fd = -1;
	md->job = OPEN;
	md->notes.busy_age = -1;
	return &md->store;
}

static enum store_step
step_open(struct maildir *md, int64_t now, struct err *e)
{
	(void)now;
	md->fd = maildrop_open(md->env.root, md->path, &md->notes.created, e);
	if (md->fd < 0)
		return STORE_FAILED;
	free(md->path);
	md->path = NULL;
	md->job = LOCK;
	return STORE_MORE;
}

static enum store_step
step_lock(struct maildir *md, int64_t now, struct err *e)
{
	struct err why;

	md->lock = lock_take(md->env.locks, md->fd, now, &md->notes.busy_age,
	    &why);
	if (md->lock == NULL) {
		if (why.class == ERR_BUSY && now < md->lock_until)
			return STORE_LATER;
		if (e != NULL)
			*e = why;
		return STORE_FAILED;
	}
	md->work.scan = scan_new(md->fd, e);
	if (md->work.scan == NULL)
		return STORE_FAILED;
	md->job = SCAN;
	return STORE_MORE;
}

static void
take_notes(struct maildir *md, const struct scan_notes *sn)
{
	struct moment now;

	md->notes.scanned = sn->walked;
	md->notes.counted = sn->counted;
	md->notes.counted_octets = sn->counted_octets;
	md->notes.strange = sn->strange;
	md->notes.unreadable = sn->unreadable;
	md->notes.doubles = sn->doubles;
	md->dirty = sn->walked;
	if (sn->walked) {
		clock_read(&now);
		md->notes.cleaned = maildrop_clean(md->fd, now.wall);
	}
}

static int
save(struct maildir *md, struct err *e)
{
	if (index_save(md->fd, &md->m, &md->state, e) < 0)
		return -1;
	md->dirty = false;
	return 0;
}

static enum store_step
step_scan(struct maildir *md, int64_t now, struct err *e)
{
	struct scan_notes sn;
	int r = scan_step(md->work.scan, e);

	(void)now;
	if (r > 0)
		return STORE_MORE;
	if (r == 0)
		scan_take(md->work.scan, &md->m, &md->state, &sn);
	scan_free(&md->work.scan);
	md->job = IDLE;
	if (r < 0)
		return STORE_FAILED;
	take_notes(md, &sn);
	/* a failure is reported by the attempt when the session closes */
	if (sn.counted >= SAVE_COUNTED)
		(void)save(md, NULL);
	return STORE_DONE;
}

static enum store_step
step_refind(struct maildir *md, int64_t now, struct err *e)
{
	int r = refind_step(md->work.refind, e);

	(void)now;
	if (r > 0)
		return STORE_MORE;
	md->find_sure = r == 0 && refind_sure(md->work.refind);
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
		[OPEN] = step_open,
		[LOCK] = step_lock,
		[SCAN] = step_scan,
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
	return (uint32_t)maildir_const(st)->m.count;
}

static int
maildir_list(const struct store *st, struct buf *out, struct err *e)
{
	const struct msgs *m = &maildir_const(st)->m;
	struct droplist_maker maker;
	size_t i;

	droplist_begin(&maker);
	/* room at once: growing would copy megabytes; failure shows later */
	if (m->count > 0) {
		(void)buf_reserve(&maker.rows, m->count * 16);
		(void)buf_reserve(&maker.pool, m->count * UIDL_MAX / 3);
	}
	for (i = 0; i < m->count; i++)
		droplist_add(&maker, m->rows[i].wire,
		    msgs_uidl(m, &m->rows[i]));
	if (droplist_end(&maker, out) < 0)
		return err_set(e, ERR_TEMP, "list of %zu messages: no memory",
		    m->count);
	return 0;
}

/* Look for its present name, unless that was done and nothing moves. */
static enum store_step
find_again(struct maildir *md, uint32_t i, struct err *e)
{
	if (md->find_for != i + 1) {
		md->find_for = i + 1;
		md->find_tries = 0;
		md->find_sure = false;
	}
	if (md->find_sure || md->find_tries++ >= FIND_TRIES) {
		md->find_for = 0;
		(void)err_set(e, ERR_NOTFOUND, "message is gone");
		return STORE_FAILED;
	}
	md->work.refind = refind_new(md->fd, &md->m, e);
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

	if (i >= md->m.count || md->job != IDLE) {
		(void)err_set(e, ERR_BUG, "message %u is not to be had", i);
		return STORE_FAILED;
	}
	r = &md->m.rows[i];
	was = (r->flags & MSGS_LOOK) != 0;
	m_r->fd = message_open(md->fd, &md->m, r, &why);
	if (m_r->fd < 0 && why.class == ERR_NOTFOUND)
		return find_again(md, i, e);
	md->find_for = 0;
	if (m_r->fd < 0) {
		if (!was && (r->flags & MSGS_LOOK) != 0) {
			md->state.settled = false;
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

	if (i >= md->m.count)
		return;
	md->m.rows[i].flags &= (uint8_t)~MSGS_MARKED;
	if (marked)
		md->m.rows[i].flags |= MSGS_MARKED;
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
	/* whatever comes of it, the folders are not as the index says */
	md->state.settled = false;
	md->dirty = true;
	md->work.commit = commit_new(md->fd, &md->m, md->result);
	if (md->work.commit != NULL)
		md->job = COMMIT;
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
		r = save(md, e) < 0 ? -1 : 1;
	}
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
	.open = maildir_open,
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
