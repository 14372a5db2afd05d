/*
 * deliver.c - putting a message into a Maildir so that it stays there
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/digest.h"
#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "lib/base/wire.h"

#include "lib/mail/deliver.h"

#define HOST_OCTETS	64
#define UNIQUE_OCTETS	160
#define SLICE		8192	/* converted at once */

struct deliver {
	int tmp, new;		/* folders */
	int fd;
	bool wired;		/* stored in wire form */
	struct wire wire;
	uint64_t octets;
	char unique[UNIQUE_OCTETS];
};

/* '/', ':' and ',' mean something in a file name of a Maildir. */
static void
safe_host(const char *host, char out[HOST_OCTETS])
{
	size_t i;

	for (i = 0; i < HOST_OCTETS - 1 && host[i] != '\0'; i++)
		out[i] = host[i] > ' ' && host[i] < 0x7f &&
		    strchr("/:,", host[i]) == NULL ? host[i] : '_';
	out[i] = '\0';
	if (i == 0)
		snprintf(out, HOST_OCTETS, "localhost");
}

/*
 * Process, sequence and 64 random bits: unique also when the clock is set
 * back, pids come again or two machines share a name.
 */
static int
make_unique(char out[UNIQUE_OCTETS], const char *host, struct err *e)
{
	static uint64_t sequence;
	char safe[HOST_OCTETS];
	struct timespec now;
	uint64_t random;

	if (clock_gettime(CLOCK_REALTIME, &now) < 0 ||
	    digest_random(&random, sizeof(random)) < 0)
		return err_set(e, ERR_TEMP, "no time or no random numbers");
	safe_host(host, safe);
	snprintf(out, UNIQUE_OCTETS, "%lld.M%06ldP%ldQ%" PRIu64 "R%016" PRIx64
	    ".%s", (long long)now.tv_sec, now.tv_nsec / 1000, (long)getpid(),
	    ++sequence, random, safe);
	return 0;
}

static void
destroy(struct deliver **d_p)
{
	struct deliver *d = *d_p;

	if (d->fd >= 0)
		(void)close(d->fd);
	if (d->tmp >= 0)
		(void)close(d->tmp);
	if (d->new >= 0)
		(void)close(d->new);
	free(d);
	*d_p = NULL;
}

static int
begin(struct deliver *d, int dirfd, const char *host, struct err *e)
{
	d->tmp = path_open_dir(dirfd, "tmp", e);
	if (d->tmp < 0)
		return -1;
	d->new = path_open_dir(dirfd, "new", e);
	if (d->new < 0 || make_unique(d->unique, host, e) < 0)
		return -1;
	d->fd = openat(d->tmp, d->unique, O_WRONLY | O_CREAT | O_EXCL |
	    O_NOFOLLOW | O_CLOEXEC, 0600);
	return d->fd < 0 ? path_fail("cannot create", d->unique, e) : 0;
}

struct deliver *
deliver_begin(int dirfd, const char *host, struct err *e)
{
	struct deliver *d = mem_new(1, sizeof(*d));

	if (d == NULL) {
		(void)err_set(e, ERR_TEMP, "out of memory");
		return NULL;
	}
	d->tmp = d->new = d->fd = -1;
	wire_init(&d->wire);
	if (begin(d, dirfd, host, e) < 0)
		destroy(&d);
	return d;
}

void
deliver_wire(struct deliver *d)
{
	d->wired = true;
}

static int
put(struct deliver *d, const char *at, size_t n, struct err *e)
{
	ssize_t r;

	wire_count(&d->wire, at, n);
	d->octets += n;
	while (n > 0) {
		r = write(d->fd, at, n);
		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return err_sys(e, ERR_TEMP, "cannot write message");
		at += r;
		n -= (size_t)r;
	}
	return 0;
}

/* n octets with a CR before each LF that has none; cr: one stood before p. */
static size_t
add_crs(char *to, const char *p, size_t n, bool cr)
{
	const char *end = p + n, *lf;
	char *begin = to;

	for (; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		n = (size_t)((lf == NULL ? end : lf) - p);
		memcpy(to, p, n);
		to += n;
		if (lf == NULL)
			break;
		if (n > 0 ? lf[-1] != '\r' : !cr)
			*to++ = '\r';
		*to++ = '\n';
		cr = false;
	}
	return (size_t)(to - begin);
}

int
deliver_write(struct deliver *d, const void *p, size_t n, struct err *e)
{
	char out[2 * SLICE];
	const char *at = p;
	size_t slice;

	if (!d->wired)
		return put(d, p, n, e);
	for (; n > 0; at += slice, n -= slice) {
		slice = n < SLICE ? n : SLICE;
		if (put(d, out, add_crs(out, at, slice, d->wire.cr), e) < 0)
			return -1;
	}
	return 0;
}

/* What RETR would add to the last line and to a header without a body. */
static int
complete(struct deliver *d, struct err *e)
{
	if (!d->wire.bol && put(d, "\r\n", 2, e) < 0)
		return -1;
	return d->wire.separated ? 0 : put(d, "\r\n", 2, e);
}

/* On the disk, and closed: some file systems report a full disk only then. */
static int
sync_file(struct deliver *d, struct err *e)
{
	int fd = d->fd, r;

	do {
		r = fsync(fd);
	} while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_sys(e, ERR_TEMP, "cannot sync message");
	d->fd = -1;
	if (close(fd) < 0)
		return err_sys(e, ERR_TEMP, "cannot close message");
	return 0;
}

int
deliver_end(struct deliver **d_p, char name_r[DELIVER_NAME], struct err *e)
{
	struct deliver *d = *d_p;
	char name[DELIVER_NAME];

	if (d->wired && complete(d, e) < 0) {
		deliver_abort(d_p);
		return -1;
	}
	snprintf(name, sizeof(name), "%s,S=%" PRIu64 ",W=%" PRIu64,
	    d->unique, d->octets, wire_total(&d->wire));
	if (sync_file(d, e) < 0 ||
	    path_rename(d->tmp, d->unique, d->new, name, false, e) < 0) {
		deliver_abort(d_p);
		return -1;
	}
	/* It is visible already: after this failure the sender repeats, which
	 * can double the message but not lose it. */
	if (path_sync_dir(d->new, e) < 0) {
		(void)path_unlink(d->new, name, NULL);
		destroy(d_p);
		return -1;
	}
	if (name_r != NULL)
		memcpy(name_r, name, sizeof(name));
	destroy(d_p);
	return 0;
}

void
deliver_abort(struct deliver **d_p)
{
	if (*d_p == NULL)
		return;
	(void)path_unlink((*d_p)->tmp, (*d_p)->unique, NULL);
	destroy(d_p);
}

/* Behind a letter (or none) and digits of one kind; NULL: not there. */
static const char *
skip(const char *p, const char *end, char letter, const char *digits)
{
	const char *begin;

	if (p == NULL || p == end || (letter != '\0' && *p != letter))
		return NULL;
	if (letter != '\0')
		p++;
	begin = p;
	while (p < end && *p != '\0' && strchr(digits, *p) != NULL)
		p++;
	return p == begin ? NULL : p;
}

bool
deliver_is_ours(struct span base)
{
	static const char decimal[] = "0123456789";
	static const char hex[] = "0123456789abcdef";
	const char *end = base.ptr + base.len, *p, *random;

	p = skip(base.ptr, end, '\0', decimal);
	if (p == NULL || end - p < 2 || *p != '.')
		return false;
	p = skip(p + 1, end, 'M', decimal);
	p = skip(p, end, 'P', decimal);
	random = p = skip(p, end, 'Q', decimal);
	p = skip(p, end, 'R', hex);
	return p != NULL && p - random == 17 && p < end && *p == '.';
}
