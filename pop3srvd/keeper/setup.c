/*
 * setup.c - users, folders and the lock, before the first child starts
 *
 * Runs in: keeper, as root if started so.  Trusts: its own configuration; of
 * the disk nothing that others could have changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/path.h"
#include "lib/net/priv.h"

#include "pop3srvd/keeper/setup.h"

#define AS_STARTED	((uid_t)-1)

struct folder {
	char path[PATH_MAX];
	uid_t uid;
	gid_t gid;
	mode_t mode;
	const char *owner;	/* for words */
};

static int
check_user(const char *key, const char *user, struct err *e)
{
	uid_t uid;
	gid_t gid;

	if (priv_lookup(user, &uid, &gid, NULL) < 0)
		return err_set(e, ERR_CONFIG, "%s: there is no user \"%.64s\"; "
		    "make it with: useradd --system --user-group --no-create-"
		    "home --home-dir / --shell /usr/sbin/nologin %.64s", key,
		    user, user);
	if (uid == 0)
		return err_set(e, ERR_CONFIG, "%s: \"%.64s\" is root, which "
		    "would undo the separation of rights", key, user);
	return 0;
}

int
setup_users(const struct conf *c, struct err *e)
{
	if (geteuid() != 0)
		return 0;
	if (check_user("user", c->user, e) < 0 ||
	    check_user("auth.user", c->auth.user, e) < 0 ||
	    check_user("mail.user", c->mail.user, e) < 0)
		return -1;
	return 0;
}

/* A folder to be of user (NULL: of who started us). */
static int
folder(struct folder *f, const char *dir, const char *name, const char *user,
    struct err *e)
{
	f->uid = AS_STARTED;
	f->gid = (gid_t)-1;
	f->owner = user == NULL ? "root" : user;
	f->mode = 0755;
	if (path_join(f->path, sizeof(f->path), dir, name) < 0)
		return err_set(e, ERR_CONFIG, "%.200s: too long", dir);
	if (name[0] == '\0')
		f->path[strlen(f->path) - 1] = '\0';
	if (geteuid() != 0)
		return 0;
	if (user != NULL)
		return priv_lookup(user, &f->uid, &f->gid, e);
	f->uid = 0;
	f->gid = 0;
	return 0;
}

static int
judge(const struct folder *f, const struct stat *st, struct err *e)
{
	if (!S_ISDIR(st->st_mode))
		return err_set(e, ERR_CONFIG, "%.200s is no folder", f->path);
	if (f->uid != AS_STARTED && st->st_uid != f->uid)
		return err_set(e, ERR_CONFIG, "%.150s belongs to another user "
		    "than %s; repair it with: chown %s %.150s", f->path,
		    f->owner, f->owner, f->path);
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return err_set(e, ERR_CONFIG, "%.150s can be written by "
		    "others; repair it with: chmod go-w %.150s", f->path,
		    f->path);
	return 0;
}

/* Through a descriptor: the path cannot be exchanged in between. */
static int
give(const struct folder *f, struct err *e)
{
	int fd = open(f->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	int r = 0;

	if (fd < 0)
		return path_fail("cannot open", f->path, e);
	if (fchmod(fd, f->mode) < 0 ||
	    (f->uid != AS_STARTED && fchown(fd, f->uid, f->gid) < 0))
		r = path_fail("cannot give rights to", f->path, e);
	(void)close(fd);
	return r;
}

static int
make(const struct folder *f, struct err *e)
{
	struct stat st;
	mode_t old;
	int r;

	if (stat(f->path, &st) == 0)
		return judge(f, &st, e);
	if (errno != ENOENT)
		return path_fail("cannot look at", f->path, e);
	old = umask(022);
	r = path_make_dirs(f->path, 0755, e);
	(void)umask(old);
	return r < 0 ? -1 : give(f, e);
}

static int
make_folder(const char *dir, const char *name, const char *user, mode_t mode,
    struct err *e)
{
	struct folder f;

	if (folder(&f, dir, name, user, e) < 0)
		return -1;
	f.mode = mode;
	return make(&f, e);
}

/* The folder that a log's files are in; -1 when it has none of its own. */
static int
log_folder(const struct conf_log *l, char dir[PATH_MAX])
{
	const char *path = l->to == CONF_LOG_FILE ? l->path : l->folder;
	char *slash;

	if ((l->to != CONF_LOG_FILE && l->to != CONF_LOG_DAILY) ||
	    path_join(dir, PATH_MAX, path, "") < 0)
		return -1;
	dir[strlen(dir) - 1] = '\0';
	if (l->to == CONF_LOG_DAILY)
		return dir[0] == '\0' ? -1 : 0;
	slash = strrchr(dir, '/');
	if (slash == NULL || slash == dir)
		return -1;
	*slash = '\0';
	return 0;
}

/* What is there belongs to the administrator and stays as it is; log itself
 * says when it cannot write there. */
static int
make_log_folders(const struct conf *c, struct err *e)
{
	char dir[PATH_MAX];
	struct stat st;
	size_t i;

	for (i = 0; i < c->n_logs; i++)
		if (log_folder(&c->logs[i], dir) == 0 &&
		    stat(dir, &st) < 0 && errno == ENOENT &&
		    make_folder(dir, "", c->user, 0750, e) < 0)
			return -1;
	return 0;
}

int
setup_folders(const struct conf *c, struct err *e)
{
	if (make_folder(c->state_dir, "auth", c->auth.user, 0700, e) < 0 ||
	    make_folder(c->state_dir, "spool", c->user, 0700, e) < 0 ||
	    make_folder(c->run_dir, "", NULL, 0755, e) < 0 ||
	    make_folder(c->run_dir, "empty", NULL, 0755, e) < 0 ||
	    make_folder(c->mail_root, "", c->mail.user, 0711, e) < 0)
		return -1;
	return make_log_folders(c, e);
}

/* O_EXCL and O_NOFOLLOW: whatever is there already is not touched.  A folder
 * may be new since the start. */
void
setup_logs(const struct conf *c)
{
	struct err e;
	uid_t uid;
	gid_t gid;
	size_t i;
	int fd;

	(void)make_log_folders(c, &e);
	if (geteuid() != 0 || priv_lookup(c->user, &uid, &gid, NULL) < 0)
		return;
	for (i = 0; i < c->n_logs; i++) {
		if (c->logs[i].to != CONF_LOG_FILE)
			continue;
		fd = open(c->logs[i].path, O_WRONLY | O_CREAT | O_EXCL |
		    O_NOFOLLOW | O_CLOEXEC, 0640);
		if (fd < 0)
			continue;
		if (fchown(fd, uid, gid) < 0 || fchmod(fd, 0640) < 0) {
			/* log says that it cannot write there */
		}
		(void)close(fd);
	}
}

/*
 * The folder's own descriptor: no lock file to leave behind, and the lock is
 * gone with the process however it ends.
 */
int
setup_lock(const struct conf *c, struct err *e)
{
	int fd;

	if (make_folder(c->state_dir, "", NULL, 0755, e) < 0)
		return -1;
	fd = open(c->state_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return path_fail("cannot open", c->state_dir, e);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	if (errno == EWOULDBLOCK)
		err_set(e, ERR_BUSY, "state_dir %.200s is already served by "
		    "another pop3srvd: stop that one first, or give this "
		    "one folders and a control.path of its own", c->state_dir);
	else
		path_fail("cannot lock", c->state_dir, e);
	(void)close(fd);
	return -1;
}
