/*
 * mail_unit.h - a mail root in a temporary folder, and a maildrop in it
 *
 * mail_setup() and mail_teardown() are the checked fixture; the maildrop is
 * "d/u".  Everything is static: each test program includes this once.
 */
#ifndef MAIL_UNIT_H
#define MAIL_UNIT_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/droplist.h"
#include "lib/base/path.h"

#include "lib/mail/index.h"
#include "lib/mail/lock.h"
#include "lib/mail/maildrop.h"
#include "lib/mail/store.h"

#include "t/unit/unit.h"

#define BOX	"d/u"
#define NOBODY	65534
#define MAYBE	static __attribute__((unused))

static char top[256];
static struct store_env env;

/* An opened maildrop and its list. */
struct box {
	struct store *st;
	struct buf block;
	struct droplist list;
};

MAYBE int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *f)
{
	(void)st;
	(void)kind;
	(void)f;
	return remove(path);
}

MAYBE void
mail_setup(void)
{
	const char *tmp = getenv("TMPDIR");
	bool created;
	int fd;

	snprintf(top, sizeof(top), "%s/mail-XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	ck_assert_ptr_nonnull(mkdtemp(top));
	env.root = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(env.root, 0);
	env.locks = made(locks_new());
	fd = maildrop_open(env.root, BOX, &created, NULL);
	ck_assert_int_ge(fd, 0);
	ck_assert(created);
	close(fd);
}

MAYBE void
mail_teardown(void)
{
	(void)umount2(top, MNT_DETACH);
	locks_free(&env.locks);
	close(env.root);
	ck_assert_int_eq(nftw(top, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* "d/u/" and name, as a path below the root. */
MAYBE const char *
in_box(const char *name)
{
	static char path[4][600];
	static int turn;
	char *out = path[turn++ % 4];

	snprintf(out, 600, "%s/%s", BOX, name);
	return out;
}

MAYBE void
put_octets(const char *name, const void *p, size_t n)
{
	int fd = openat(env.root, in_box(name), O_WRONLY | O_CREAT | O_TRUNC,
	    0600);

	ck_assert_msg(fd >= 0, "%s: %s", name, strerror(errno));
	ck_assert_int_eq((int)write(fd, p, n), (int)n);
	close(fd);
}

MAYBE void
put(const char *name, const char *text)
{
	put_octets(name, text, strlen(text));
}

MAYBE void
move(const char *from, const char *to)
{
	ck_assert_int_eq(renameat(env.root, in_box(from), env.root,
	    in_box(to)), 0);
}

MAYBE void
gone(const char *name)
{
	ck_assert_msg(unlinkat(env.root, in_box(name), 0) == 0, "%s: %s",
	    name, strerror(errno));
}

MAYBE bool
there(const char *name)
{
	struct stat st;

	return fstatat(env.root, in_box(name), &st, AT_SYMLINK_NOFOLLOW) == 0;
}

MAYBE int
entries(const char *folder)
{
	int n = 0, fd = openat(env.root, in_box(folder),
	    O_RDONLY | O_DIRECTORY);
	DIR *d = fdopendir(fd);

	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

/* Until the folders' times are old enough to be believed. */
MAYBE void
settle(void)
{
	struct timespec t = { 2, 100 * 1000 * 1000 };

	while (nanosleep(&t, &t) < 0)
		;
}

MAYBE int64_t
mono(void)
{
	struct moment m;

	clock_read(&m);
	return m.mono;
}

/* A job to its end. */
MAYBE enum store_step
work(struct store *st, struct err *e)
{
	struct timespec t = { 0, 5 * 1000 * 1000 };
	enum store_step r;

	while ((r = st->ops->step(st, mono(), e)) > STORE_DONE)
		if (r == STORE_LATER)
			nanosleep(&t, NULL);
	return r;
}

MAYBE enum store_step
try_open(struct box *b, const char *path, struct err *e)
{
	enum store_step r;

	memset(b, 0, sizeof(*b));
	b->st = store_find("maildir")->open(&env, path, 0, e);
	ck_assert_ptr_nonnull(b->st);
	r = work(b->st, e);
	if (r != STORE_DONE)
		return r;
	ck_assert_int_eq(b->st->ops->list(b->st, &b->block, e), 0);
	ck_assert_int_eq(droplist_view(&b->list, buf_data(&b->block),
	    buf_len(&b->block), e), 0);
	ck_assert_uint_eq(b->list.count, b->st->ops->count(b->st));
	return r;
}

MAYBE void
open_box(struct box *b)
{
	struct err e = { .text = "" };

	ck_assert_msg(try_open(b, BOX, &e) == STORE_DONE, "%s", e.text);
}

MAYBE const struct store_notes *
notes(const struct box *b)
{
	return b->st->ops->notes(b->st);
}

MAYBE int
shut(struct box *b)
{
	struct err e = { .text = "" };

	buf_free(&b->block);
	return b->st->ops->close(&b->st, &e);
}

/* UIDL of message i (from 0) as a string. */
MAYBE const char *
uidl(const struct box *b, uint32_t i)
{
	static char text[4][UIDL_MAX + 1];
	static int turn;
	char *out = text[turn++ % 4];
	struct span s = droplist_uidl(&b->list, i);

	memcpy(out, s.ptr, s.len);
	out[s.len] = '\0';
	return out;
}

/* Ask for message i; its octets into text. */
MAYBE enum store_step
fetch(struct box *b, uint32_t i, char text[4096], struct err *e)
{
	struct store_message m;
	enum store_step r;
	ssize_t n;

	while ((r = b->st->ops->message(b->st, i, &m, e)) == STORE_MORE)
		if (work(b->st, e) != STORE_DONE)
			return STORE_FAILED;
	if (r != STORE_DONE)
		return r;
	ck_assert_uint_eq(m.octets, droplist_size(&b->list, i));
	n = read(m.fd, text, 4095);
	ck_assert_int_ge((int)n, 0);
	text[n] = '\0';
	close(m.fd);
	return r;
}

MAYBE const struct store_result *
commit(struct box *b)
{
	struct err e;

	b->st->ops->commit(b->st);
	ck_assert_int_eq(work(b->st, &e), STORE_DONE);
	return b->st->ops->result(b->st);
}

/* Run fn as an ordinary user (root may do everything); its exit code. */
MAYBE int
as_nobody(void (*fn)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (geteuid() == 0 && (setgid(NOBODY) < 0 ||
		    setuid(NOBODY) < 0))
			_exit(99);
		fn();
		_exit(0);
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* The maildrop becomes nobody's own. */
MAYBE void
give_to_nobody(void)
{
	static const char *const names[] = { ".", "tmp", "new", "cur" };
	int i;

	if (geteuid() != 0)
		return;
	ck_assert_int_eq(chmod(top, 0755), 0);
	ck_assert_int_eq(fchownat(env.root, "d", NOBODY, NOBODY, 0), 0);
	for (i = 0; i < COUNT(names); i++)
		ck_assert_int_eq(fchownat(env.root, in_box(names[i]), NOBODY,
		    NOBODY, 0), 0);
}

/* A mail root of its own with few octets or inodes, in a mount namespace that
 * ends with this process; false: not permitted. */
MAYBE bool
small_disk(const char *options)
{
	bool created;
	int fd;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", top, "tmpfs", 0, options) < 0) {
		printf("skipped: no tmpfs may be mounted here (%s)\n",
		    strerror(errno));
		return false;
	}
	close(env.root);
	env.root = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(env.root, 0);
	fd = maildrop_open(env.root, BOX, &created, NULL);
	ck_assert_int_ge(fd, 0);
	close(fd);
	return true;
}

/* Write until nothing fits any more. */
MAYBE void
fill_disk(void)
{
	char block[4096] = "x", name[32];
	int fd = openat(env.root, "filler", O_WRONLY | O_CREAT, 0600), i;

	while (fd >= 0 && write(fd, block, sizeof(block)) > 0)
		;
	if (fd >= 0)
		close(fd);
	for (i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "filler%d", i);
		fd = openat(env.root, name, O_WRONLY | O_CREAT, 0600);
		if (fd < 0)
			return;
		close(fd);
	}
}

#endif
