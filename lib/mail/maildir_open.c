/*
 * maildir_open.c - from a path to an open, locked and listed maildrop
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/mem.h"

#include "lib/mail/maildir.h"
#include "lib/mail/maildir_own.h"
#include "lib/mail/maildrop.h"

#define SAVE_COUNTED	512	/* messages read anew: keep that at once */

struct store *
maildir_begin(const struct store_env *env, const char *maildrop,
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
	md->fd = md->rest.fd = -1;
	md->job = OPEN;
	md->notes.busy_age = -1;
	return &md->store;
}

enum store_step
maildir_step_open(struct maildir *md, int64_t now, struct err *e)
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

enum store_step
maildir_step_lock(struct maildir *md, int64_t now, struct err *e)
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

int
maildir_save(struct maildir *md, struct err *e)
{
	if (index_save(md->fd, &md->m, &md->state, e) < 0)
		return -1;
	md->dirty = false;
	return 0;
}

enum store_step
maildir_step_scan(struct maildir *md, int64_t now, struct err *e)
{
	struct scan_notes sn;
	bool part = false;
	int r = scan_step(md->work.scan, e);

	(void)now;
	if (r > 0)
		return r == SCAN_LATER ? STORE_LATER : STORE_MORE;
	if (r == 0) {
		part = scan_take_list(md->work.scan, &md->list, &md->rest);
		scan_take(md->work.scan, &md->m, &md->state, &sn);
	}
	if (part)
		msgs_free(&md->m);	/* the rest will go there */
	scan_free(&md->work.scan);
	md->job = IDLE;
	if (r < 0)
		return STORE_FAILED;
	if (part)
		return maildir_rest_begin(md, e) < 0 ? STORE_FAILED :
		    STORE_DONE;
	md->whole = true;
	md->count = (uint32_t)md->m.count;
	take_notes(md, &sn);
	/* a failure is reported by the attempt when the session closes */
	if (sn.counted >= SAVE_COUNTED)
		(void)maildir_save(md, NULL);
	md->listing = listing_new(&md->m, e);
	if (md->listing == NULL)
		return STORE_FAILED;
	md->job = LIST;
	return STORE_MORE;
}

enum store_step
maildir_step_list(struct maildir *md, int64_t now, struct err *e)
{
	(void)now;
	(void)e;
	if (listing_step(md->listing) > 0)
		return STORE_MORE;
	md->job = IDLE;
	return STORE_DONE;
}
