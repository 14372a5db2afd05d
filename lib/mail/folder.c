/*
 * folder.c - reading new/ and cur/ while others rename in them
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/path.h"

#include "lib/mail/folder.h"

#define TICK_MS		20	/* file times move in steps of a clock tick */
#define SETTLE_MS	2000	/* on FAT and old ext3 in steps of 1-2 s */

static int64_t
nanoseconds(const struct timespec *t)
{
	return (int64_t)((uint64_t)t->tv_sec * 1000000000u +
	    (uint64_t)t->tv_nsec);
}

const char *
folder_name(enum folder f)
{
	return f == FOLDER_NEW ? "new" : "cur";
}

bool
folder_same(const struct folder_stamp *a, const struct folder_stamp *b)
{
	return a->ino == b->ino && a->mtime == b->mtime &&
	    a->ctime == b->ctime;
}

int
folder_stamps(int maildrop, struct folder_stamp stamps[FOLDER_N],
    struct err *e)
{
	struct stat st;
	enum folder f;

	for (f = 0; f < FOLDER_N; f++) {
		if (fstatat(maildrop, folder_name(f), &st,
		    AT_SYMLINK_NOFOLLOW) < 0)
			return errno == ENOENT ? err_set(e, ERR_PERM,
			    "maildrop has no folder %s", folder_name(f)) :
			    path_fail("cannot look at", folder_name(f), e);
		if (!S_ISDIR(st.st_mode))
			return err_set(e, ERR_PERM, "%s is not a directory",
			    folder_name(f));
		stamps[f].ino = st.st_ino;
		stamps[f].mtime = nanoseconds(&st.st_mtim);
		stamps[f].ctime = nanoseconds(&st.st_ctim);
	}
	return 0;
}

int
folder_walk_begin(struct folder_walk *w, int maildrop, struct err *e)
{
	struct moment now;

	memset(w, 0, sizeof(*w));
	clock_read(&now);
	w->maildrop = maildrop;
	w->began = now.wall;
	return folder_stamps(maildrop, w->before, e);
}

void
folder_walk_end(struct folder_walk *w)
{
	if (w->dir != NULL)
		(void)closedir(w->dir);
	w->dir = NULL;
}

static int
open_folder(struct folder_walk *w, struct err *e)
{
	const char *name = folder_name(w->at);
	int fd = path_open_dir(w->maildrop, name, e);

	if (fd < 0)
		return -1;
	w->dir = fdopendir(fd);
	if (w->dir == NULL) {
		(void)path_fail("cannot read", name, e);
		(void)close(fd);
		return -1;
	}
	return 0;
}

/* 1 an entry, 0 the folder's end, -1. */
static int
next_entry(struct folder_walk *w, struct folder_entry *fe, struct err *e)
{
	struct dirent *d;
	size_t n;

	for (;;) {
		errno = 0;
		d = readdir(w->dir);
		if (d == NULL)
			return errno == 0 ? 0 :
			    path_fail("cannot read", folder_name(w->at), e);
		n = strlen(d->d_name);
		if (d->d_name[0] != '.' && d->d_name[0] != ':' && n <= 255)
			break;
	}
	fe->name = span_mem(d->d_name, n);
	fe->ino = d->d_ino;
	fe->type = d->d_type;
	fe->folder = w->at;
	return 1;
}

/* True when its stamp is at least ms older than the walk (a time to come is
 * not). */
static bool
older_than(const struct folder_walk *w, enum folder f, int64_t ms)
{
	return w->before[f].mtime / 1000000 <= w->began - ms &&
	    w->before[f].ctime / 1000000 <= w->began - ms;
}

static int
finish(struct folder_walk *w, struct err *e)
{
	struct folder_stamp after[FOLDER_N];
	enum folder f;

	if (folder_stamps(w->maildrop, after, e) < 0)
		return -1;
	w->clean = folder_same(&after[FOLDER_NEW], &w->before[FOLDER_NEW]) &&
	    folder_same(&after[FOLDER_CUR], &w->before[FOLDER_CUR]);
	w->quiet = w->clean && older_than(w, FOLDER_NEW, TICK_MS) &&
	    older_than(w, FOLDER_CUR, TICK_MS);
	for (f = 0; f < FOLDER_N; f++)
		w->settled[f] = w->clean && older_than(w, f, SETTLE_MS);
	return 0;
}

int
folder_walk_step(struct folder_walk *w, struct slice *s,
    int (*each)(void *arg, const struct folder_entry *fe, struct err *e),
    void *arg, struct err *e)
{
	struct folder_entry fe;
	int r;

	for (; w->at < FOLDER_N; w->at++) {
		if (w->skip[w->at])
			continue;
		if (w->dir == NULL && open_folder(w, e) < 0)
			return -1;
		while ((r = next_entry(w, &fe, e)) > 0) {
			if (each(arg, &fe, e) < 0)
				return -1;
			if (slice_over_small(s))
				return 1;
		}
		if (r < 0)
			return -1;
		folder_walk_end(w);
	}
	return finish(w, e);
}
