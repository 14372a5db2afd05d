/*
 * lock.c - one session a maildrop
 */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "lib/mail/lock.h"

#define BUCKETS	256

struct lock {
	uint64_t dev, ino;
	int64_t since;
	int fd;
	struct lock **bucket;
	struct lock *next;
};

struct locks {
	struct lock *bucket[BUCKETS];
};

struct locks *
locks_new(void)
{
	return mem_new(1, sizeof(struct locks));
}

void
locks_free(struct locks **t_p)
{
	size_t i;

	if (*t_p == NULL)
		return;
	for (i = 0; i < BUCKETS; i++)
		assert((*t_p)->bucket[i] == NULL);
	free(*t_p);
	*t_p = NULL;
}

static int
take_kernel(int dirfd, struct err *e)
{
	int r;

	do {
		r = flock(dirfd, LOCK_EX | LOCK_NB);
	} while (r < 0 && errno == EINTR);
	if (r == 0)
		return 0;
	if (errno == EWOULDBLOCK)
		return err_set(e, ERR_BUSY, "maildrop is locked");
	return err_sys(e, ERR_TEMP, "cannot lock maildrop");
}

/* Directories of one file system have inode numbers that differ low down. */
static struct lock **
bucket_of(struct locks *t, uint64_t dev, uint64_t ino)
{
	uint64_t h = (ino ^ dev << 32) * 0x9e3779b97f4a7c15u;

	return &t->bucket[h >> 56];
}

static struct lock *
held_by_us(struct lock *l, uint64_t dev, uint64_t ino)
{
	while (l != NULL && (l->dev != dev || l->ino != ino))
		l = l->next;
	return l;
}

struct lock *
lock_take(struct locks *t, int dirfd, int64_t now, int64_t *age_r,
    struct err *e)
{
	struct lock *l, **bucket;
	struct stat st;

	*age_r = -1;
	if (fstat(dirfd, &st) < 0) {
		(void)path_fail("cannot look at", "maildrop", e);
		return NULL;
	}
	bucket = bucket_of(t, st.st_dev, st.st_ino);
	l = held_by_us(*bucket, st.st_dev, st.st_ino);
	if (l != NULL) {
		*age_r = (now - l->since) / 1000;
		(void)err_set(e, ERR_BUSY, "maildrop is locked");
		return NULL;
	}
	l = mem_new(1, sizeof(*l));
	if (l == NULL)
		(void)err_set(e, ERR_TEMP, "out of memory");
	if (l == NULL || take_kernel(dirfd, e) < 0) {
		free(l);
		return NULL;
	}
	l->dev = st.st_dev;
	l->ino = st.st_ino;
	l->since = now;
	l->fd = dirfd;
	l->bucket = bucket;
	l->next = *bucket;
	*bucket = l;
	return l;
}

void
lock_drop(struct lock **l_p)
{
	struct lock *l = *l_p, **at;

	if (l == NULL)
		return;
	for (at = l->bucket; *at != l; at = &(*at)->next)
		;
	*at = l->next;
	/* the descriptor may live on in a child or a queue: let go by name */
	(void)flock(l->fd, LOCK_UN);
	free(l);
	*l_p = NULL;
}
