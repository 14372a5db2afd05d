/*
 * maildrop.h - a maildrop for targets that open one, in a folder of theirs
 *
 * clock_read() is here and tells of a time an hour ahead: what a target wrote
 * just now is old enough to be believed.  Each target includes this once.
 */
#ifndef FUZZ_MAILDROP_H
#define FUZZ_MAILDROP_H

#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/droplist.h"
#include "lib/mail/index.h"
#include "lib/mail/lock.h"
#include "lib/mail/maildrop.h"
#include "lib/mail/store.h"

#include "t/fuzz/folder.h"

#define AHEAD	((int64_t)3600 * 1000)

static struct store_env env;

struct box {
	struct store *st;
	struct buf block;
	struct droplist list;
};

static int64_t
milliseconds(clockid_t id)
{
	struct timespec t;

	(void)clock_gettime(id, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
clock_read(struct moment *m)
{
	m->mono = milliseconds(CLOCK_MONOTONIC) + AHEAD;
	m->wall = milliseconds(CLOCK_REALTIME) + AHEAD;
}

/* The mail root. */
static void
root_make(const char *name)
{
	folder_make(name);
	env.root = folder_fd;
	env.locks = locks_new();
	must(env.locks != NULL);
}

/* A maildrop in it, as a descriptor. */
static int
root_add(const char *name)
{
	bool created;
	int fd = maildrop_open(env.root, name, &created, NULL);

	must(fd >= 0 && created);
	return fd;
}

static enum store_step
box_work(struct box *b)
{
	enum store_step r;
	struct moment now;
	struct err e;

	do {
		clock_read(&now);
		r = b->st->ops->step(b->st, now.mono, &e);
	} while (r > STORE_DONE);
	if (r != STORE_DONE)
		fprintf(stderr, "%s\n", e.text);
	return r;
}

static void
box_open(struct box *b, const char *name)
{
	struct err e;

	b->st = store_find("maildir")->open(&env, name, 0, &e);
	must(b->st != NULL && box_work(b) == STORE_DONE);
	must(b->st->ops->list(b->st, &b->block, &e) == 0);
	must(droplist_view(&b->list, buf_data(&b->block),
	    buf_len(&b->block), &e) == 0);
	must(b->list.count == b->st->ops->count(b->st));
}

static void
box_close(struct box *b)
{
	struct err e;

	must(b->st->ops->close(&b->st, &e) >= 0);
	buf_free(&b->block);
}

/* The same messages, in the same order. */
static bool
box_same(const struct box *a, const struct box *b, bool sizes)
{
	struct span s, t;
	uint32_t i;

	if (a->list.count != b->list.count)
		return false;
	for (i = 0; i < a->list.count; i++) {
		s = droplist_uidl(&a->list, i);
		t = droplist_uidl(&b->list, i);
		if (s.len != t.len || memcmp(s.ptr, t.ptr, s.len) != 0)
			return false;
		if (sizes && droplist_size(&a->list, i) !=
		    droplist_size(&b->list, i))
			return false;
	}
	return true;
}

/* Message i, or -1 when the store will not give it. */
static int
box_fetch(struct box *b, uint32_t i, struct store_message *m)
{
	enum store_step r;
	struct err e;

	while ((r = b->st->ops->message(b->st, i, m, &e)) == STORE_MORE)
		if (box_work(b) != STORE_DONE)
			return -1;
	return r == STORE_DONE ? 0 : -1;
}

#endif
