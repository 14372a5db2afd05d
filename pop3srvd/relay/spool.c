/*
 * spool.c - the files of accepted mail
 *
 * Reading them at the start is in spool_scan.c.
 *
 * Runs in: relay.  Trusts: nothing of the files' content.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "lib/base/digest.h"
#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "lib/mail/header.h"

#include "pop3srvd/relay/spool_own.h"

#define TRIES	16		/* for an id that is free */

const char *
spool_name(const char *id, const char *ending, char out[SPOOL_NAME])
{
	snprintf(out, SPOOL_NAME, "%.8s.%.3s", id, ending);
	return out;
}

struct spool *
spool_open(const char *state_dir, struct err *e)
{
	struct spool *s = mem_new(1, sizeof(*s));
	char path[PATH_MAX];

	if (s == NULL || path_join(path, sizeof(path), state_dir,
	    "spool") < 0) {
		free(s);
		err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	s->bad = -1;
	s->dir = path_open_dir(AT_FDCWD, path, e);
	if (s->dir >= 0) {
		(void)path_mkdir(s->dir, "badmail", 0700, NULL);
		s->bad = path_open_dir(s->dir, "badmail", e);
	}
	if (s->bad < 0)
		spool_close(&s);
	return s;
}

void
spool_close(struct spool **s_p)
{
	struct spool *s = *s_p;

	if (s == NULL)
		return;
	if (s->dir >= 0)
		(void)close(s->dir);
	if (s->bad >= 0)
		(void)close(s->bad);
	free(s);
	*s_p = NULL;
}

uint64_t
spool_free_octets(const struct spool *s)
{
	struct statvfs st;

	if (fstatvfs(s->dir, &st) < 0)
		return 0;
	return (uint64_t)st.f_bavail * st.f_frsize;
}

static int
new_id(char id[ENVELOPE_ID + 1])
{
	static const char set[] = "0123456789abcdefghijklmnopqrstuvwxyz";
	unsigned char r[ENVELOPE_ID * 2];
	size_t i;

	if (digest_random(r, sizeof(r)) < 0)
		return -1;
	for (i = 0; i < ENVELOPE_ID; i++)
		id[i] = set[(unsigned)(r[2 * i] << 8 | r[2 * i + 1]) % 36];
	id[ENVELOPE_ID] = '\0';
	return 0;
}

static bool
is_taken(const struct spool *s, const char *id)
{
	char name[SPOOL_NAME];

	return faccessat(s->dir, spool_name(id, "env", name), F_OK, 0) == 0 ||
	    faccessat(s->dir, spool_name(id, "msg", name), F_OK, 0) == 0 ||
	    faccessat(s->bad, spool_name(id, "env", name), F_OK, 0) == 0 ||
	    faccessat(s->bad, spool_name(id, "msg", name), F_OK, 0) == 0;
}

int
spool_temp(struct spool *s, char id[ENVELOPE_ID + 1], struct err *e)
{
	char name[SPOOL_NAME];
	int fd, i;

	for (i = 0; i < TRIES; i++) {
		if (new_id(id) < 0)
			return err_set(e, ERR_TEMP, "no random numbers");
		if (is_taken(s, id))
			continue;
		fd = openat(s->dir, spool_name(id, "tmp", name), O_RDWR |
		    O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST)
			return path_fail("cannot make", name, e);
	}
	return err_set(e, ERR_TEMP, "no free name in the spool");
}

void
spool_drop_temp(struct spool *s, const char *id)
{
	char name[SPOOL_NAME];

	(void)path_unlink(s->dir, spool_name(id, "tmp", name), NULL);
}

int
spool_save(struct spool *s, const struct envelope *v, struct err *e)
{
	char name[SPOOL_NAME];
	struct buf b;
	int r;

	buf_init(&b, ENVELOPE_MAX);
	r = envelope_pack(v, &b) < 0 ?
	    err_set(e, ERR_TEMP, "out of memory for an envelope") :
	    path_replace(s->dir, spool_name(v->id, "env", name), buf_span(&b),
	    0600, true, e);
	buf_free(&b);
	return r;
}

/* Whatever was reached is taken back, the promise first. */
static void
take_back(struct spool *s, const char *id)
{
	char name[SPOOL_NAME];

	(void)path_unlink(s->dir, spool_name(id, "env", name), NULL);
	(void)path_unlink(s->dir, spool_name(id, "msg", name), NULL);
	(void)path_unlink(s->dir, spool_name(id, "tmp", name), NULL);
}

int
spool_accept(struct spool *s, const struct envelope *v, int fd,
    struct err *e)
{
	char tmp[SPOOL_NAME], msg[SPOOL_NAME];
	int r;

	spool_name(v->id, "tmp", tmp);
	spool_name(v->id, "msg", msg);
	if (fsync(fd) < 0)
		r = path_fail("cannot sync", tmp, e);
	else
		r = path_rename(s->dir, tmp, s->dir, msg, false, e);
	/* The sync of the folder behind it is for both names. */
	if (r == 0)
		r = spool_save(s, v, e);
	if (r < 0)
		take_back(s, v->id);
	return r;
}

static int
remove_from(int dir, const char *id, struct err *e)
{
	char name[SPOOL_NAME];

	if (path_unlink(dir, spool_name(id, "env", name), e) < 0)
		return -1;
	(void)path_unlink(dir, spool_name(id, "msg", name), NULL);
	/* It is gone; if not for a power cut, that sends it once more. */
	(void)path_sync_dir(dir, NULL);
	return 0;
}

int
spool_remove(struct spool *s, const char *id, struct err *e)
{
	return remove_from(s->dir, id, e);
}

int
spool_remove_bad(struct spool *s, const char *id, struct err *e)
{
	char name[SPOOL_NAME];

	/* a damaged one may lack its envelope */
	if (faccessat(s->bad, spool_name(id, "env", name), F_OK, 0) < 0)
		return path_unlink(s->bad, spool_name(id, "msg", name), e);
	return remove_from(s->bad, id, e);
}

int
spool_message(struct spool *s, const char *id, bool bad, struct err *e)
{
	char name[SPOOL_NAME];

	return path_open_file(bad ? s->bad : s->dir,
	    spool_name(id, "msg", name), e);
}

int
spool_header(struct spool *s, const char *id, size_t max, struct buf *out,
    struct err *e)
{
	int fd = spool_message(s, id, false, e);
	char *mem = fd < 0 ? NULL : mem_new(max, 1);
	ssize_t n = -1;
	size_t end;
	int r;

	if (fd >= 0) {
		n = mem == NULL ? -1 : read(fd, mem, max);
		(void)close(fd);
	}
	if (n < 0) {
		free(mem);
		return fd < 0 ? -1 : err_set(e, ERR_TEMP, "cannot read %s",
		    id);
	}
	end = header_end(span_mem(mem, (size_t)n));
	r = buf_add(out, mem, end > 0 ? end : (size_t)n);
	free(mem);
	return r < 0 ? err_set(e, ERR_TEMP, "out of memory") : 0;
}

/* One of the two may lack in a message that was damaged. */
static int
move(int from, int to, const char *id, const char *ending, struct err *e)
{
	char name[SPOOL_NAME];
	struct err mine;

	spool_name(id, ending, name);
	if (path_rename(from, name, to, name, true, &mine) == 0 ||
	    mine.class == ERR_NOTFOUND)
		return 0;
	return err_set(e, mine.class, "%.300s", mine.text);
}

/* In this order a crash in between leaves an envelope alone in the queue, which
 * the next scan takes for damaged and moves to badmail too. */
int
spool_to_bad(struct spool *s, const char *id, struct err *e)
{
	if (move(s->dir, s->bad, id, "msg", e) < 0 ||
	    move(s->dir, s->bad, id, "env", e) < 0 ||
	    path_sync_dir(s->bad, e) < 0)
		return -1;
	return path_sync_dir(s->dir, e);
}

/* And in this one the same, back in badmail. */
int
spool_from_bad(struct spool *s, const char *id, struct err *e)
{
	char env[SPOOL_NAME], msg[SPOOL_NAME];

	spool_name(id, "env", env);
	spool_name(id, "msg", msg);
	if (path_rename(s->bad, env, s->dir, env, true, e) < 0)
		return -1;
	if (path_rename(s->bad, msg, s->dir, msg, true, e) < 0) {
		(void)path_rename(s->dir, env, s->bad, env, true, NULL);
		return -1;
	}
	return path_sync_dir(s->dir, e);
}

struct envelope *
spool_bad(struct spool *s, const char *id, struct err *e)
{
	return spool_read(s->bad, id, e);
}
