/*
 * deliver_main.c - deliver [-w] MAILDROP < message
 *
 * Puts one message into a Maildir, safely, and makes the Maildir when it is
 * missing; -w stores it in the wire form, which RETR need not convert.  Started
 * by root it becomes the owner of the nearest folder that exists, so that mail
 * belongs to whom the maildrops belong.
 *
 * Runs in: a process of its own, started by an administrator or a test.
 * Trusts: its caller for the path; not the message.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "lib/base/path.h"
#include "lib/net/priv.h"

#include "lib/mail/deliver.h"
#include "lib/mail/maildrop.h"

#define PATH_OCTETS	4096

static int
complain(const char *what, const struct err *e, int code)
{
	fprintf(stderr, "deliver: %s: %s\n", what, e->text);
	return code;
}

/* Cut path after its last component; that component, or NULL at the root. */
static char *
cut(char *path)
{
	char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path || slash[1] == '\0')
		return NULL;
	*slash = '\0';
	return slash + 1;
}

/* The nearest folder on the way to path that is there. */
static int
open_nearest(const char *path, struct err *e)
{
	char part[PATH_OCTETS];
	int fd;

	snprintf(part, sizeof(part), "%s", path);	/* main() checked */
	for (;;) {
		fd = path_open_dir(AT_FDCWD, part, e);
		if (fd >= 0 || e->class != ERR_NOTFOUND)
			return fd;
		if (cut(part) == NULL)
			return path_open_dir(AT_FDCWD, path[0] == '/' ? "/" :
			    ".", e);
	}
}

static int
become_owner(const char *path, struct err *e)
{
	struct priv_want want = { .become = true };
	int fd = open_nearest(path, e), r;
	struct stat st;

	if (fd < 0)
		return -1;
	r = fstat(fd, &st);
	(void)close(fd);
	if (r < 0)
		return err_sys(e, ERR_TEMP, "%.200s", path);
	want.uid = st.st_uid;
	want.gid = st.st_gid;
	return st.st_uid == 0 ? 0 : priv_drop(&want, e);
}

static int
open_maildrop(const char *path, struct err *e)
{
	char parent[PATH_OCTETS], *name;
	int fd, r;

	fd = path_open_dir(AT_FDCWD, path, e);
	if (fd >= 0 || e->class != ERR_NOTFOUND)
		return fd;
	snprintf(parent, sizeof(parent), "%s", path);
	name = cut(parent);
	if (name == NULL)
		return err_set(e, ERR_PERM, "no such maildrop");
	if (path_make_dirs(parent, 0700, e) < 0)
		return -1;
	fd = path_open_dir(AT_FDCWD, parent, e);
	if (fd < 0)
		return -1;
	r = maildrop_make(fd, name, e);
	(void)close(fd);
	return r < 0 ? -1 : path_open_dir(AT_FDCWD, path, e);
}

/* 0, or an exit code. */
static int
copy(struct deliver *d)
{
	static char block[128 * 1024];
	struct err e;
	ssize_t n;

	for (;;) {
		n = read(STDIN_FILENO, block, sizeof(block));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (deliver_write(d, block, (size_t)n, &e) < 0)
			return complain("message", &e, EX_TEMPFAIL);
	}
	if (n == 0)
		return 0;
	(void)err_sys(&e, ERR_TEMP, "cannot read");
	return complain("message", &e, EX_IOERR);
}

static int
deliver(int maildrop, const char *path, bool wired)
{
	char host[256], name[DELIVER_NAME];
	struct deliver *d;
	struct err e;
	int code;

	if (gethostname(host, sizeof(host)) < 0)
		host[0] = '\0';
	host[sizeof(host) - 1] = '\0';
	d = deliver_begin(maildrop, host, &e);
	if (d == NULL)
		return complain(path, &e, e.class == ERR_TEMP ? EX_TEMPFAIL :
		    EX_CANTCREAT);
	if (wired)
		deliver_wire(d);
	code = copy(d);
	if (code != 0)
		deliver_abort(&d);
	else if (deliver_end(&d, name, &e) < 0)
		code = complain(path, &e, EX_TEMPFAIL);
	return code;
}

/* The maildrop, or NULL when that is not how it is called. */
static const char *
arguments(int argc, char **argv, bool *wired_r)
{
	const char *path;
	int c;

	*wired_r = false;
	while ((c = getopt(argc, argv, "+w")) != -1) {
		if (c != 'w')
			return NULL;
		*wired_r = true;
	}
	path = argc == optind + 1 ? argv[optind] : "";
	return path[0] == '\0' || path[0] == '-' ||
	    strlen(path) >= PATH_OCTETS ? NULL : path;
}

int
main(int argc, char **argv)
{
	const char *path;
	struct err e;
	bool wired;
	int fd;

	opterr = 0;
	path = arguments(argc, argv, &wired);
	if (path == NULL) {
		fprintf(stderr, "usage: deliver [-w] MAILDROP < message\n");
		return EX_USAGE;
	}
	if (geteuid() == 0 && become_owner(path, &e) < 0)
		return complain(path, &e, EX_NOPERM);
	fd = open_maildrop(path, &e);
	if (fd < 0)
		return complain(path, &e, e.class == ERR_TEMP ?
		    EX_TEMPFAIL : EX_CANTCREAT);
	return deliver(fd, path, wired);
}
