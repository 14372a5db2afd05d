/*
 * verbatim.c - which octets of a message RETR need not touch
 *
 * Runs in: drop.
 * Trusts: nothing; what it says of a file it has read.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/wire.h"

#include "pop3srvd/drop/verbatim.h"

#define FILES		1024	/* remembered; a power of two */
#define PIECE		((uint64_t)1 << 20)
#define BLOCK		((size_t)128 * 1024)
#define SETTLED		1000	/* ms */
#define NS_A_MS		1000000

/* A file as it was, and the one stretch of it that is known. */
struct seen {
	uint64_t dev, ino, octets;
	int64_t mtime, ctime;
	uint64_t from, to;
};

struct verbatim {
	struct seen seen[FILES];
};

struct verbatim *
verbatim_new(void)
{
	return mem_new(1, sizeof(struct verbatim));
}

void
verbatim_free(struct verbatim **v_p)
{
	free(*v_p);
	*v_p = NULL;
}

static int64_t
nanoseconds(const struct timespec *t)
{
	return (int64_t)((uint64_t)t->tv_sec * 1000000000u +
	    (uint64_t)t->tv_nsec);
}

static struct seen
look(const struct stat *st)
{
	return (struct seen){ .dev = st->st_dev, .ino = st->st_ino,
	    .octets = (uint64_t)st->st_size,
	    .mtime = nanoseconds(&st->st_mtim),
	    .ctime = nanoseconds(&st->st_ctim) };
}

/* Where it is remembered, as it is now: nothing of it, unless it is the same. */
static struct seen *
recall(struct verbatim *v, const struct seen *file)
{
	struct seen *at = &v->seen[(file->ino ^ file->dev) * 0x9e3779b97f4a7c15u
	    >> 32 & (FILES - 1)];

	if (at->dev != file->dev || at->ino != file->ino ||
	    at->octets != file->octets || at->mtime != file->mtime ||
	    at->ctime != file->ctime)
		*at = *file;
	return at;
}

static ssize_t
read_at(int fd, char *p, size_t n, uint64_t offset)
{
	ssize_t r;

	do {
		r = pread(fd, p, n, (off_t)offset);
	} while (r < 0 && errno == EINTR);
	return r;
}

/*
 * From offset on; each block begins with a line, as the last one ended.  This
 * reads the file into the page cache, too, just before front needs it.
 */
static uint64_t
scan(int fd, uint64_t offset, uint64_t end)
{
	static char block[BLOCK];
	uint64_t at = offset;
	size_t good, most;
	ssize_t n;

	while (at < end) {
		most = end - at < BLOCK ? (size_t)(end - at) : BLOCK;
		n = read_at(fd, block, most, at);
		if (n <= 0)
			break;
		good = wire_verbatim(block, (size_t)n);
		at += good;
		/* the rest of a block is the beginning of a line, or worse */
		if (good == 0 || (size_t)n < most)
			break;
	}
	return at - offset;
}

static void
find(struct seen *file, int fd, struct msg_verbatim *m)
{
	uint64_t left = file->octets - m->offset;

	if (m->offset >= file->from && m->offset < file->to) {
		m->octets = file->to - m->offset;
		return;
	}
	m->octets = scan(fd, m->offset, m->offset +
	    (left < PIECE ? left : PIECE));
	if (m->octets == 0)
		return;
	if (m->offset != file->to)
		file->from = m->offset;
	file->to = m->offset + m->octets;
}

void
verbatim_find(struct verbatim *v, int fd, int64_t now, struct msg_verbatim *m)
{
	struct seen file;
	struct stat st;
	char before;

	m->octets = 0;
	if (fstat(fd, &st) < 0)
		return;
	file = look(&st);
	m->ino = file.ino;
	m->mtime = file.mtime;
	if (m->offset == 0 || m->offset >= file.octets ||
	    file.ctime / NS_A_MS > now - SETTLED ||
	    file.mtime / NS_A_MS > now - SETTLED ||
	    read_at(fd, &before, 1, m->offset - 1) != 1 || before != '\n')
		return;
	find(recall(v, &file), fd, m);
}
