/*
 * filestate.c - what tells one state of a file from another unread
 *
 * Runs in: keeper.  Trusts: nothing; the content is somebody else's.
 */
#include <string.h>
#include <sys/stat.h>

#include "pop3srvd/keeper/filestate.h"

void
filestate_look(const char *path, struct filestate *s_r)
{
	struct stat st;

	memset(s_r, 0, sizeof(*s_r));
	if (stat(path, &st) < 0)
		return;
	s_r->dev = (uint64_t)st.st_dev;
	s_r->ino = (uint64_t)st.st_ino;
	s_r->size = (int64_t)st.st_size;
	s_r->mtime = st.st_mtim;
}

bool
filestate_same(const struct filestate *a, const struct filestate *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	    a->mtime.tv_sec == b->mtime.tv_sec &&
	    a->mtime.tv_nsec == b->mtime.tv_nsec;
}
