/*
 * look.c - finding out what a file in new/ or cur/ is and what RETR will send
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/num.h"
#include "lib/base/path.h"

#include "lib/mail/folder.h"
#include "lib/mail/look.h"

#define BLOCK	((size_t)128 * 1024)

const char *
look_path(const struct msgs *m, const struct msgs_row *r,
    char out[LOOK_PATH])
{
	struct span name = msgs_name(m, r);

	snprintf(out, LOOK_PATH, "%s/%.*s", folder_name(
	    (r->flags & MSGS_NEW) != 0 ? FOLDER_NEW : FOLDER_CUR),
	    (int)name.len, name.ptr);
	return out;
}

/* The digits behind ",S=" or ",W=", up to the next ',' or the end. */
static bool
name_size(struct span base, char key, uint64_t *v_r)
{
	size_t i, n;

	for (i = 0; i + 3 <= base.len; i++) {
		if (base.ptr[i] != ',' || base.ptr[i + 1] != key ||
		    base.ptr[i + 2] != '=')
			continue;
		for (n = i + 3; n < base.len && base.ptr[n] != ','; n++)
			;
		return num_u64(span_mem(base.ptr + i + 3, n - i - 3),
		    INT64_MAX, v_r) == 0;
	}
	return false;
}

bool
look_sizes(struct span base, uint64_t *octets_r, uint64_t *wire_r)
{
	return name_size(base, 'S', octets_r) &&
	    name_size(base, 'W', wire_r) && *wire_r >= *octets_r;
}

void
look_begin(struct look *l)
{
	memset(l, 0, sizeof(*l));
	l->fd = -1;
}

static void
close_file(struct look *l)
{
	if (l->fd >= 0)
		(void)close(l->fd);
	l->fd = -1;
}

void
look_end(struct look *l)
{
	close_file(l);
	free(l->block);
	l->block = NULL;
}

/*
 * Not a message for us.  A reason of the moment (no descriptors, no memory)
 * must not make mail vanish from a list, so that one fails the login.
 */
static int
put_out(struct look *l, struct msgs_row *r, int errnum, struct err *e)
{
	if (errnum == ENOENT || errnum == ESTALE)
		return 2;
	if (errnum == EMFILE || errnum == ENFILE || errnum == ENOMEM ||
	    errnum == EAGAIN || errnum == EINTR) {
		errno = errnum;
		return err_sys(e, ERR_TEMP, "cannot look at a message");
	}
	r->flags |= MSGS_OUT;
	r->flags &= (uint8_t)~(MSGS_LOOK | MSGS_COUNT);
	l->unreadable++;
	return 0;
}

static int
look_inode(struct look *l, int maildrop, const struct msgs *m,
    struct msgs_row *r, struct err *e)
{
	uint64_t octets, wire;
	char path[LOOK_PATH];
	struct stat st;
	int64_t mtime;

	if (fstatat(maildrop, look_path(m, r, path), &st,
	    AT_SYMLINK_NOFOLLOW) < 0)
		return put_out(l, r, errno, e);
	l->stated++;
	if (!S_ISREG(st.st_mode)) {
		r->flags |= MSGS_OUT;
		r->flags &= (uint8_t)~MSGS_LOOK;
		l->strange++;
		return 0;
	}
	mtime = (int64_t)((uint64_t)st.st_mtim.tv_sec * 1000000000u +
	    (uint64_t)st.st_mtim.tv_nsec);
	if ((r->flags & MSGS_COUNTED) == 0 || r->mtime != mtime ||
	    r->octets != (uint64_t)st.st_size) {
		r->octets = (uint64_t)st.st_size;
		r->mtime = mtime;
		r->flags &= (uint8_t)~MSGS_COUNTED;
		if ((r->flags & MSGS_DISTRUST) == 0 &&
		    look_sizes(msgs_base(m, r), &octets, &wire) &&
		    octets == r->octets)
			r->wire = wire;
		else
			r->flags |= MSGS_COUNT;
	}
	r->flags &= (uint8_t)~MSGS_LOOK;
	return 0;
}

static int
open_file(struct look *l, int maildrop, const struct msgs *m,
    struct msgs_row *r, struct err *e)
{
	char path[LOOK_PATH];
	struct err why;

	if (l->block == NULL && (l->block = malloc(BLOCK)) == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	l->fd = path_open_file(maildrop, look_path(m, r, path), &why);
	if (l->fd < 0)
		return put_out(l, r, why.errnum, e);
	(void)posix_fadvise(l->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	wire_init(&l->wire);
	l->octets = 0;
	return 0;
}

static int
count(struct look *l, struct msgs_row *r, struct slice *s, struct err *e)
{
	ssize_t n;
	int errnum;

	for (;;) {
		n = read(l->fd, l->block, BLOCK);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		wire_count(&l->wire, l->block, (size_t)n);
		l->octets += (uint64_t)n;
		if (slice_over(s))
			return 1;
	}
	errnum = errno;
	close_file(l);
	if (n < 0)
		return put_out(l, r, errnum, e);
	l->counted++;
	l->counted_octets += l->octets;
	r->octets = l->octets;
	r->wire = wire_total(&l->wire);
	r->flags |= MSGS_COUNTED;
	r->flags &= (uint8_t)~(MSGS_COUNT | MSGS_DISTRUST);
	return 0;
}

int
look_at(struct look *l, int maildrop, const struct msgs *m,
    struct msgs_row *r, struct slice *s, struct err *e)
{
	int code;

	if ((r->flags & MSGS_LOOK) != 0) {
		code = look_inode(l, maildrop, m, r, e);
		if (code != 0)
			return code;
	}
	if ((r->flags & MSGS_COUNT) == 0)
		return 0;
	if (l->fd < 0) {
		code = open_file(l, maildrop, m, r, e);
		if (code != 0 || l->fd < 0)
			return code;
	}
	return count(l, r, s, e);
}
