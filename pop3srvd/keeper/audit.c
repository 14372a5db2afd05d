/*
 * audit.c - the audit file opened for log, and keeper's own records
 *
 * The file belongs to who started the server: log may append to it and read
 * it, no process that talks to the network has it at all.
 *
 * Runs in: keeper, as root if started so.  Trusts: nothing that stands under
 * the name; whoever can write in state_dir is root already.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/audit.h"
#include "lib/base/path.h"

#include "pop3srvd/keeper/audit.h"
#include "pop3srvd/keeper/keeper.h"

#define MODE	0640

static int
check(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return path_fail("cannot look at", path, e);
	if (!S_ISREG(st.st_mode) || st.st_nlink > 1)
		return err_set(e, ERR_CONFIG, "%.200s is no plain file", path);
	if (st.st_uid != geteuid() || (st.st_mode & 022) != 0)
		return err_set(e, ERR_CONFIG, "%.150s can be written by "
		    "others; repair it with: chown 0 and chmod 0640", path);
	return 0;
}

/* -1 with *e; *st_r tells which file it is. */
static int
open_file(const struct keeper *k, struct stat *st_r, struct err *e)
{
	char path[4096];
	mode_t old;
	int fd;

	if (path_join(path, sizeof(path), k->conf->state_dir, AUDIT_FILE) < 0)
		return err_set(e, ERR_CONFIG, "state_dir: too long");
	old = umask(0777 & ~MODE);
	fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC, MODE);
	(void)umask(old);
	if (fd < 0)
		return path_fail("cannot open", path, e);
	if (check(fd, path, e) < 0 || fstat(fd, st_r) < 0) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static int
reopen(struct keeper *k)
{
	struct stat st;
	struct err e;
	int fd = open_file(k, &st, &e);

	if (fd < 0 && !k->audit.failed)
		log_error(k->log, LOG_LEVEL_ERROR, NULL,
		    "audit file not opened", &e);
	k->audit.failed = fd < 0;
	if (fd >= 0) {
		k->audit.dev = st.st_dev;
		k->audit.ino = st.st_ino;
	}
	return fd;
}

void
audit_send(struct keeper *k, struct channel *log)
{
	int fd = reopen(k);

	if (fd < 0)
		return;
	(void)channel_send(log, MSG_AUDIT_FILE, 0, span_mem(NULL, 0), fd);
	(void)close(fd);
}

static bool
in_place(const struct keeper *k)
{
	char path[4096];
	struct stat st;

	return path_join(path, sizeof(path), k->conf->state_dir,
	    AUDIT_FILE) < 0 || (lstat(path, &st) == 0 &&
	    st.st_dev == k->audit.dev && st.st_ino == k->audit.ino);
}

void
audit_mend(struct keeper *k)
{
	struct channel *log = children_log(k->children);

	if (log == NULL || (!k->audit.failed && in_place(k)))
		return;
	audit_send(k, log);
	if (!k->audit.failed)
		log_event(k->log, LOG_LEVEL_WARNING, NULL,
		    "audit file made anew", NULL);
}

void
audit_note(struct keeper *k, const char *role, const char *verb,
    const char *result)
{
	struct msg_audit m = { .wall = loop_time(k->loop)->wall,
		.uid = (uint32_t)getuid(), .pid = (uint32_t)getpid(),
		.role = role, .verb = verb, .result = result,
		.args = span_of("{}") };
	struct buf b;
	int r = -1;

	buf_init(&b, 1024);
	if (k->log_ch != NULL && msg_audit_pack(&m, &b) == 0)
		r = channel_send(k->log_ch, MSG_AUDIT, 0, buf_span(&b), -1);
	buf_free(&b);
	if (r < 0)
		log_event(k->log, LOG_LEVEL_ERROR, NULL,
		    "audit record missing", (struct log_field[]){
		    LOG_STR("verb", verb), { NULL } });
}
