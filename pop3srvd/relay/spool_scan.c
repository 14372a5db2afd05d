/*
 * spool_scan.c - what a spool holds when relay starts
 *
 * Runs in: relay.  Trusts: nothing of the files' names and content.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"

#include "pop3srvd/relay/spool_own.h"

/* Ids met in a folder: names are changed only when all were read. */
struct ids {
	char (*at)[ENVELOPE_ID + 1];
	size_t n, cap;
};

struct envelope *
spool_read(int dir, const char *id, struct err *e)
{
	char name[SPOOL_NAME];
	int fd = path_open_file(dir, spool_name(id, "env", name), e);
	struct envelope *v = NULL;
	struct stat st = { .st_size = 0 };
	char *mem = NULL;
	ssize_t n = -1;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && st.st_size <= (off_t)ENVELOPE_MAX &&
	    (mem = mem_new((size_t)st.st_size + 1, 1)) != NULL)
		n = read(fd, mem, (size_t)st.st_size);
	(void)close(fd);
	if (n >= 0)
		v = envelope_unpack(id, mem, (size_t)n, e);
	else if (st.st_size > (off_t)ENVELOPE_MAX)
		err_set(e, ERR_PROTO, "%s is too long", name);
	else
		err_set(e, ERR_TEMP, "%s cannot be read", name);
	free(mem);
	return v;
}

static bool
is_named(const char *name, const char *ending, char id[ENVELOPE_ID + 1])
{
	if (strlen(name) < ENVELOPE_ID + 1 ||
	    strcmp(name + ENVELOPE_ID, ending) != 0)
		return false;
	memcpy(id, name, ENVELOPE_ID);
	id[ENVELOPE_ID] = '\0';
	return envelope_id_ok(id);
}

static int
put(struct ids *ids, const char *id)
{
	void *more = mem_grow(ids->at, &ids->cap, ids->n + 1,
	    sizeof(ids->at[0]));

	if (more == NULL)
		return -1;
	ids->at = more;
	memcpy(ids->at[ids->n++], id, ENVELOPE_ID + 1);
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, ENVELOPE_ID);
}

/* A file of its own offset, however often the folder is read. */
static DIR *
open_again(int dir)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? NULL : fdopendir(fd);
}

/* Ids of all files with one of these two endings. */
static int
list(int dir, const char *one, const char *other, struct ids *ids,
    struct err *e)
{
	DIR *d = open_again(dir);
	char id[ENVELOPE_ID + 1];
	struct dirent *entry;
	int r = 0;

	if (d == NULL)
		return path_fail("cannot read", "spool", e);
	while (r == 0 && (entry = readdir(d)) != NULL)
		if (is_named(entry->d_name, one, id) ||
		    is_named(entry->d_name, other, id))
			r = put(ids, id);
	(void)closedir(d);
	if (r < 0)
		return err_set(e, ERR_TEMP, "out of memory");
	if (ids->n > 0)
		qsort(ids->at, ids->n, sizeof(ids->at[0]), by_id);
	return 0;
}

/* For certain: what a disk in trouble does not tell may be there. */
static bool
is_missing(int dir, const char *id, const char *ending)
{
	char name[SPOOL_NAME];

	return faccessat(dir, spool_name(id, ending, name), F_OK, 0) < 0 &&
	    errno == ENOENT;
}

static void
clear(struct spool *s, const char *id)
{
	char name[SPOOL_NAME];

	(void)path_unlink(s->dir, spool_name(id, "tmp", name), NULL);
	if (is_missing(s->dir, id, "env"))
		(void)path_unlink(s->dir, spool_name(id, "msg", name), NULL);
}

/* Reception and replacing that a crash ended. */
static int
clear_leftovers(struct spool *s, struct err *e)
{
	struct ids ids = { 0 };
	char name[SPOOL_NAME + 4];
	size_t i;
	int r = list(s->dir, ".tmp", ".msg", &ids, e);

	for (i = 0; r == 0 && i < ids.n; i++)
		clear(s, ids.at[i]);
	ids.n = 0;
	if (r == 0)
		r = list(s->dir, ".env.new", ".env.new", &ids, e);
	for (i = 0; r == 0 && i < ids.n; i++) {
		memcpy(name, ids.at[i], ENVELOPE_ID);
		memcpy(name + ENVELOPE_ID, ".env.new", 9);
		(void)path_unlink(s->dir, name, NULL);
	}
	free(ids.at);
	return r;
}

/* The file of that size, or the envelope is of another message. */
static int
check_message(struct spool *s, const struct envelope *v, struct err *e)
{
	int fd = spool_message(s, v->id, false, e), r = 0;
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) < 0)
		r = err_set(e, ERR_TEMP, "%s.msg cannot be looked at", v->id);
	else if ((uint64_t)st.st_size != v->octets)
		r = err_set(e, ERR_PROTO, "%s.msg is not as long as it was",
		    v->id);
	(void)close(fd);
	return r;
}

static void
scan_one(struct spool *s, const char *id, const struct spool_ops *ops,
    void *arg)
{
	struct err e, moved;
	struct envelope *v = spool_read(s->dir, id, &e);

	if (v != NULL && check_message(s, v, &e) == 0) {
		ops->found(v, arg);
		return;
	}
	/* No memory, no descriptor: the file may be well.  Next time. */
	if (e.class != ERR_TEMP && spool_to_bad(s, id, &moved) < 0)
		e = moved;
	ops->damaged(id, &e, arg);
	envelope_free(&v);
}

int
spool_scan(struct spool *s, const struct spool_ops *ops, void *arg,
    struct err *e)
{
	struct ids ids = { 0 };
	size_t i;
	int r = clear_leftovers(s, e);

	if (r == 0)
		r = list(s->dir, ".env", ".env", &ids, e);
	for (i = 0; r == 0 && i < ids.n; i++)
		scan_one(s, ids.at[i], ops, arg);
	free(ids.at);
	return r;
}

int
spool_each_bad(struct spool *s, void (*fn)(const char *id, void *arg),
    void *arg, struct err *e)
{
	struct ids ids = { 0 };
	size_t i;
	int r = list(s->bad, ".env", ".msg", &ids, e);

	for (i = 0; r == 0 && i < ids.n; i++)
		if (i == 0 || by_id(ids.at[i - 1], ids.at[i]) != 0)
			fn(ids.at[i], arg);
	free(ids.at);
	return r;
}
