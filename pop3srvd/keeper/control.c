/*
 * control.c - the control socket, kept open and in its place
 *
 * Whoever may connect is known by the kernel (SO_PEERCRED), so the mode only
 * keeps out those who could not have a role anyway.
 *
 * Runs in: keeper.  Trusts: its own configuration.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "lib/net/listen.h"
#include "pop3srvd/ipc/msg.h"

#include "pop3srvd/keeper/control.h"

struct control {
	char *path;
	unsigned mode;
	int fd;
	dev_t dev;		/* of the name, not of the descriptor */
	ino_t ino;
};

static bool
others_have_roles(const struct conf *c)
{
	const struct conf_strings *admin = &c->control.admin;

	return c->control.owners || c->control.oper.n > 0 ||
	    c->control.viewer.n > 0 ||
	    admin->n > 1 || (admin->n == 1 &&
	    strcmp(admin->at[0], "root") != 0);
}

static unsigned
mode_of(const struct conf *c)
{
	return others_have_roles(c) ? 0666 : 0660;
}

static int
open_socket(struct control *c, struct err *e)
{
	struct stat st;
	int fd = listen_unix(c->path, c->mode, e);

	if (fd < 0)
		return -1;
	if (lstat(c->path, &st) < 0) {
		err_sys(e, ERR_TEMP, "%s", c->path);
		(void)close(fd);
		return -1;
	}
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = fd;
	c->dev = st.st_dev;
	c->ino = st.st_ino;
	return 0;
}

struct control *
control_open(const struct conf *c, struct err *e)
{
	struct control *ctl = mem_new(1, sizeof(*ctl));

	if (ctl == NULL || (ctl->path = mem_strdup(c->control.path)) == NULL) {
		free(ctl);
		err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	ctl->fd = -1;
	ctl->mode = mode_of(c);
	if (open_socket(ctl, e) < 0) {
		free(ctl->path);
		free(ctl);
		return NULL;
	}
	return ctl;
}

static bool
in_place(const struct control *c)
{
	struct stat st;

	return lstat(c->path, &st) == 0 && st.st_dev == c->dev &&
	    st.st_ino == c->ino;
}

void
control_close(struct control **c_p)
{
	struct control *c = *c_p;

	if (c == NULL)
		return;
	if (in_place(c))
		(void)path_unlink(AT_FDCWD, c->path, NULL);
	(void)close(c->fd);
	free(c->path);
	free(c);
	*c_p = NULL;
}

void
control_send(const struct control *c, struct channel *front)
{
	const struct msg_control m = { (uint32_t)getuid() };
	struct buf b;

	buf_init(&b, 16);
	if (msg_control_pack(&m, &b) == 0)
		(void)channel_send(front, MSG_CONTROL, 0, buf_span(&b), c->fd);
	buf_free(&b);
}

int
control_conf(struct control *c, const struct conf *conf, struct err *e)
{
	unsigned mode = mode_of(conf);

	if (mode == c->mode || !in_place(c))
		return 0;
	if (chmod(c->path, mode) < 0)
		return path_fail("cannot give rights to", c->path, e);
	c->mode = mode;
	return 0;
}

bool
control_mend(struct control *c, struct err *e)
{
	err_clear(e);
	return !in_place(c) && open_socket(c, e) == 0;
}
