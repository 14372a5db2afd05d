/*
 * look.c - finding out what a file in new/ or cur/ is and what RETR will send
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/base/num.h"
#include "lib/base/path.h"

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
	const char *end = base.ptr + base.len, *p = base.ptr, *next;

	while ((p = memchr(p, ',', (size_t)(end - p))) != NULL) {
		p++;
		if (end - p < 2 || p[0] != key || p[1] != '=')
			continue;
		p += 2;
		next = memchr(p, ',', (size_t)(end - p));
		return num_u64(span_mem(p, (size_t)((next == NULL ? end :
		    next) - p)), INT64_MAX, v_r) == 0;
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
look_begin(struct look *l, int maildrop)
{
	memset(l, 0, sizeof(*l));
	l->maildrop = maildrop;
	l->folders[FOLDER_NEW] = l->folders[FOLDER_CUR] = l->now.fd = -1;
}

static void
shut(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void
look_end(struct look *l)
{
	shut(&l->now.fd);
	for (; l->waiting > 0; l->waiting--)
		shut(&l->ahead[l->first++ % LOOK_AHEAD].fd);
	shut(&l->folders[FOLDER_NEW]);
	shut(&l->folders[FOLDER_CUR]);
	sort_end(&l->order);
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
	if (errnum == ENOENT || errnum == ESTALE) {
		l->missing = true;
		return 0;
	}
	if (errnum == EMFILE || errnum == ENFILE || errnum == ENOMEM ||
	    errnum == EAGAIN || errnum == EINTR) {
		errno = errnum;
		return err_sys(e, ERR_TEMP, "cannot look at a message");
	}
	r->flags |= MSGS_OUT;
	r->flags &= (uint8_t)~(MSGS_LOOK | MSGS_COUNT);
	l->unreadable++;
	l->broken += errnum == EIO;
	return 0;
}

static void
put_out_strange(struct look *l, struct msgs_row *r)
{
	r->flags |= MSGS_OUT;
	r->flags &= (uint8_t)~(MSGS_LOOK | MSGS_COUNT);
	l->strange++;
}

static int64_t
mtime_of(const struct stat *st)
{
	return (int64_t)((uint64_t)st->st_mtim.tv_sec * 1000000000u +
	    (uint64_t)st->st_mtim.tv_nsec);
}

/* Its folder, and its name with a NUL. */
static int
place(struct look *l, const struct msgs *m, const struct msgs_row *r,
    char text[256], struct err *e)
{
	enum folder f = (r->flags & MSGS_NEW) != 0 ? FOLDER_NEW : FOLDER_CUR;
	struct span name = msgs_name(m, r);

	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	if (l->folders[f] < 0)
		l->folders[f] = path_open_dir(l->maildrop, folder_name(f), e);
	return l->folders[f];
}

static bool
sized_by_name(const struct msgs *m, const struct msgs_row *r,
    uint64_t *octets_r, uint64_t *wire_r)
{
	return (r->flags & MSGS_DISTRUST) == 0 &&
	    look_sizes(msgs_base(m, r), octets_r, wire_r);
}

static void
learn_size(const struct msgs *m, struct msgs_row *r, const struct stat *st)
{
	uint64_t octets, wire, size = (uint64_t)st->st_size;
	int64_t mtime = mtime_of(st);

	r->flags &= (uint8_t)~(MSGS_LOOK | MSGS_COUNT);
	if ((r->flags & MSGS_COUNTED) != 0 && r->mtime == mtime &&
	    r->octets == size)
		return;
	r->octets = size;
	r->mtime = mtime;
	r->flags &= (uint8_t)~MSGS_COUNTED;
	if (sized_by_name(m, r, &octets, &wire) && octets == size)
		r->wire = wire;
	else
		r->flags |= MSGS_COUNT;
}

/* 1: it has to be counted. */
static int
look_inode(struct look *l, const struct msgs *m, struct msgs_row *r,
    struct err *e)
{
	char name[256];
	struct stat st;
	int fd = place(l, m, r, name, e);

	if (fd < 0)
		return -1;
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return put_out(l, r, errno, e);
	l->stated++;
	if (!S_ISREG(st.st_mode))
		put_out_strange(l, r);
	else
		learn_size(m, r, &st);
	return (r->flags & MSGS_COUNT) != 0;
}

static void
begin_count(struct look *l, const struct look_file *f)
{
	l->now = *f;
	wire_init(&l->wire);
	l->octets = 0;
}

/* The file in hand is read. */
static void
counted(struct look *l, struct msgs_row *r)
{
	shut(&l->now.fd);
	l->counted++;
	l->counted_octets += l->octets;
	r->octets = l->octets;
	r->mtime = l->now.mtime;
	r->wire = wire_total(&l->wire);
	r->flags |= MSGS_COUNTED;
	r->flags &= (uint8_t)~(MSGS_LOOK | MSGS_COUNT | MSGS_DISTRUST);
}

/* A file that is in memory, and short, is counted at once. */
static bool
count_at_once(struct look *l, struct msgs_row *r, const struct look_file *f)
{
	struct iovec v = { l->block, BLOCK };
	ssize_t n = 0;

	if (f->octets >= BLOCK)
		return false;
#ifdef RWF_NOWAIT
	if (f->octets > 0)
		n = preadv2(f->fd, &v, 1, 0, RWF_NOWAIT);
#else
	(void)v;
	n = -1;
#endif
	if (n < 0 || (uint64_t)n != f->octets)
		return false;
	begin_count(l, f);
	wire_count(&l->wire, l->block, (size_t)n);
	l->octets = f->octets;
	counted(l, r);
	return true;
}

/*
 * Without descriptors for one more, those that are open must do: only when
 * there are none does the login fail.
 */
static int
not_opened(struct look *l, struct msgs_row *r, const struct err *why,
    struct err *e)
{
	if ((why->errnum == EMFILE || why->errnum == ENFILE) &&
	    l->waiting > 0) {
		l->at--;
		return 1;
	}
	if (why->class == ERR_PERM && why->errnum == 0) {
		put_out_strange(l, r);
		return 0;
	}
	return put_out(l, r, why->errnum, e);
}

static int
open_file(struct look *l, const struct msgs *m, struct look_file *f,
    struct err *e)
{
	struct msgs_row *r = &m->rows[f->row];
	char name[256];
	struct stat st;
	struct err why;
	int fd = place(l, m, r, name, e);

	if (fd < 0)
		return -1;
	f->fd = path_open_file(fd, name, &why);
	if (f->fd < 0)
		return not_opened(l, r, &why, e);
	if (fstat(f->fd, &st) < 0) {
		shut(&f->fd);
		return put_out(l, r, errno, e);
	}
	f->octets = (uint64_t)st.st_size;
	f->mtime = mtime_of(&st);
	return 0;
}

/* Count it now or soon; 1: the files that wait have to be read first. */
static int
take_file(struct look *l, const struct msgs *m, size_t row, struct err *e)
{
	struct look_file f = { .fd = -1, .row = (uint32_t)row };
	int code;

	if (l->block == NULL && (l->block = malloc(BLOCK)) == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	code = open_file(l, m, &f, e);
	if (code != 0 || f.fd < 0 ||
	    count_at_once(l, &m->rows[row], &f))
		return code;
	(void)posix_fadvise(f.fd, 0, (off_t)(f.octets < BLOCK ? f.octets :
	    BLOCK), POSIX_FADV_WILLNEED);
	l->ahead[(l->first + l->waiting++) % LOOK_AHEAD] = f;
	return l->waiting == LOOK_AHEAD;
}

static int
count(struct look *l, struct msgs_row *r, struct slice *s, struct err *e)
{
	ssize_t n;
	int errnum;

	for (;;) {
		n = read(l->now.fd, l->block, BLOCK);
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
	if (n == 0) {
		counted(l, r);
		return 0;
	}
	shut(&l->now.fd);
	return put_out(l, r, errnum, e);
}

/* Read what waits; 1 the slice is over. */
static int
count_waiting(struct look *l, struct msgs *m, struct slice *s,
    struct err *e)
{
	int code;

	while (l->now.fd >= 0 || l->waiting > 0) {
		if (l->now.fd < 0) {
			begin_count(l, &l->ahead[l->first++ % LOOK_AHEAD]);
			l->waiting--;
		}
		code = count(l, &m->rows[l->now.row], s, e);
		if (code != 0)
			return code;
		if (slice_over(s))
			return 1;
	}
	return 0;
}

/* Can the file's size alone say enough? */
static bool
stat_first(const struct msgs *m, const struct msgs_row *r)
{
	uint64_t octets, wire;

	return (r->flags & MSGS_LOOK) != 0 &&
	    ((r->flags & (MSGS_COUNTED | MSGS_COUNT)) != 0 ||
	    sized_by_name(m, r, &octets, &wire));
}

/* 1: the files that wait have to be read first. */
static int
look_at(struct look *l, struct msgs *m, size_t row, struct err *e)
{
	struct msgs_row *r = &m->rows[row];
	int code;

	if (stat_first(m, r)) {
		code = look_inode(l, m, r, e);
		if (code <= 0)
			return code;
	}
	return take_file(l, m, row, e);
}

static int
plan(struct look *l, const struct msgs *m, struct slice *s, struct err *e)
{
	struct sort_item item = { .micro = 0 };
	int r;

	for (; l->at < m->count; l->at++) {
		if (slice_over_small(s))
			return 1;
		if ((m->rows[l->at].flags & (MSGS_LOOK | MSGS_COUNT)) == 0)
			continue;
		item.time = m->rows[l->at].ino;
		item.row = (uint32_t)l->at;
		if (sort_add(&l->order, &item, e) < 0)
			return -1;
	}
	r = sort_step(&l->order, s, e);
	if (r == 0) {
		l->planned = true;
		l->missing = false;
		l->at = 0;
	}
	return r;
}

/*
 * Over one bad spot of a disk the other messages can still be fetched.  When
 * most cannot be read the disk is gone, and a client that believed the rest to
 * be all would fetch everything again some day.
 */
static int
check_disk(const struct look *l, const struct msgs *m, struct err *e)
{
	if (l->broken <= m->count / 2)
		return 0;
	errno = EIO;
	return err_sys(e, ERR_TEMP, "cannot look at most messages");
}

int
look_step(struct look *l, struct msgs *m, struct slice *s, struct err *e)
{
	int r = l->planned ? 0 : plan(l, m, s, e);

	while (r == 0 && l->at < l->order.count) {
		r = l->now.fd >= 0 ? 1 :
		    look_at(l, m, l->order.from[l->at++].row, e);
		if (r > 0)
			r = count_waiting(l, m, s, e);
		if (r == 0 && slice_over(s))
			return 1;
	}
	if (r == 0)
		r = count_waiting(l, m, s, e);
	if (r != 0)
		return r;
	sort_end(&l->order);
	l->planned = false;
	l->at = 0;
	return check_disk(l, m, e);
}
