/*
 * target_daily.c - lines to sysMMDD.txt, a file a day
 *
 * Local time: the day that whoever looks for the file has in mind.  At each
 * opening a file of this name from another year is put aside, and files past
 * "keep" are removed.
 *
 * Runs in: log.  Trusts: the administrator's folder; of what is in it nothing:
 * no link is followed, and only regular files with names of ours are touched.
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

#include "pop3srvd/log/daily.h"
#include "pop3srvd/log/target.h"

struct daily {
	struct sink sink;
	struct tm day;
};

static void
local_time(time_t t, struct tm *tm_r)
{
	memset(tm_r, 0, sizeof(*tm_r));
	(void)localtime_r(&t, tm_r);
}

static int
open_folder(const char *folder, struct err *e)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? path_fail("cannot open", folder, e) : fd;
}

static bool
is_file(int dirfd, const char *name, struct stat *st_r)
{
	return fstatat(dirfd, name, st_r, AT_SYMLINK_NOFOLLOW) == 0 &&
	    S_ISREG(st_r->st_mode);
}

/* The name is of the day, so its last write tells the year.  When it cannot be
 * renamed, nothing is lost by appending to it. */
static void
put_aside(int dirfd, const char *name, const struct tm *now)
{
	char aside[DAILY_NAME];
	struct stat st;
	struct tm last;
	struct err e;
	unsigned n;

	if (!is_file(dirfd, name, &st) || st.st_size == 0)
		return;
	local_time(st.st_mtime, &last);
	for (n = 0; daily_aside(now, &last, n, aside); n++)
		if (path_rename(dirfd, name, dirfd, aside, false, &e) == 0 ||
		    e.errnum != EEXIST)
			return;
}

/* One that cannot be removed is met again tomorrow. */
static void
remove_old(int dirfd, const char *today, int64_t before)
{
	int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	struct stat st;

	if (d == NULL) {
		if (fd >= 0)
			(void)close(fd);
		return;
	}
	while ((entry = readdir(d)) != NULL)
		if (daily_is_ours(entry->d_name) &&
		    strcmp(entry->d_name, today) != 0 &&
		    is_file(dirfd, entry->d_name, &st) &&
		    (int64_t)st.st_mtime < before)
			(void)path_unlink(dirfd, entry->d_name, NULL);
	(void)closedir(d);
}

static int
open_file(const struct target_opening *o, struct tm *day_r, struct err *e)
{
	const struct conf_log *l = o->place->log;
	int dirfd = open_folder(l->folder, e);
	char name[DAILY_NAME];
	int fd;

	if (dirfd < 0)
		return -1;
	local_time((time_t)(o->wall / 1000), day_r);
	daily_name(day_r, name);
	put_aside(dirfd, name, day_r);
	if (l->keep > 0)
		remove_old(dirfd, name, (o->wall - l->keep) / 1000);
	/* as target_file.c */
	fd = openat(dirfd, name, O_WRONLY | O_APPEND | O_CREAT | O_NOCTTY |
	    O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd < 0)
		path_fail("cannot open", name, e);
	(void)close(dirfd);
	return fd;
}

static struct sink *
daily_open(const struct target_opening *o, struct err *e)
{
	struct daily *s = mem_new(1, sizeof(*s));

	if (s == NULL) {
		err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	s->sink.needs = POLLOUT;
	s->sink.fd = open_file(o, &s->day, e);
	if (s->sink.fd >= 0)
		return &s->sink;
	free(s);
	return NULL;
}

static void
daily_close(struct sink *sink)
{
	(void)close(sink->fd);
	free(LOOP_OWNER(sink, struct daily, sink));
}

static ssize_t
daily_write(struct sink *sink, struct span lines)
{
	return write(sink->fd, lines.ptr, lines.len);
}

static bool
daily_stale(struct sink *sink, int64_t wall)
{
	const struct daily *s = LOOP_OWNER(sink, struct daily, sink);
	struct tm now;

	local_time((time_t)(wall / 1000), &now);
	return now.tm_mday != s->day.tm_mday || now.tm_mon != s->day.tm_mon ||
	    now.tm_year != s->day.tm_year;
}

const struct target_ops target_daily_ops = {
	.name = "daily",
	.framing = TARGET_LINES,
	.retry_max_ms = 1000,
	.open = daily_open,
	.close = daily_close,
	.write = daily_write,
	.render = render_line,
	.stale = daily_stale,
};
