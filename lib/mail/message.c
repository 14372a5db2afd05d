/*
 * message.c - a listed message as a descriptor that is what was listed
 */
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/path.h"
#include "lib/base/wire.h"

#include "lib/mail/deliver.h"
#include "lib/mail/look.h"
#include "lib/mail/message.h"

#define CHECK_WHOLE	((uint64_t)256 * 1024)	/* larger: the end only */
#define CHECK_BLOCK	((size_t)16 * 1024)

static ssize_t
read_at(int fd, char *p, size_t n, uint64_t offset)
{
	ssize_t r;

	do {
		r = pread(fd, p, n, (off_t)offset);
	} while (r < 0 && errno == EINTR);
	return r;
}

/* Does the wire size hold?  A read error is the reader's to report. */
static bool
wire_holds(int fd, const struct msgs_row *r)
{
	char block[CHECK_BLOCK];
	struct wire w;
	uint64_t at = 0;
	ssize_t n;

	if (r->octets > CHECK_WHOLE)
		return read_at(fd, block, 1, r->octets - 1) != 1 ||
		    block[0] == '\n';
	wire_init(&w);
	while (at < r->octets) {
		n = read_at(fd, block, sizeof(block), at);
		if (n <= 0)
			return true;
		wire_count(&w, block, (size_t)n);
		at += (uint64_t)n;
	}
	return wire_total(&w) == r->wire;
}

static int
check(int fd, const struct msgs *m, struct msgs_row *r, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(e, ERR_TEMP, "cannot look at a message");
	if ((uint64_t)st.st_size != r->octets) {
		r->flags &= (uint8_t)~MSGS_COUNTED;
		r->flags |= MSGS_LOOK;
		return err_set(e, ERR_TEMP, "message has %llu octets, not "
		    "%llu as when it was listed",
		    (unsigned long long)st.st_size,
		    (unsigned long long)r->octets);
	}
	if ((r->flags & MSGS_COUNTED) != 0 ||
	    deliver_is_ours(msgs_base(m, r)))
		return 0;
	if (!wire_holds(fd, r)) {
		r->flags |= MSGS_LOOK | MSGS_DISTRUST;
		return err_set(e, ERR_TEMP, "message's name gives a wrong size "
		    "W; it is counted at the next login");
	}
	if (r->octets <= CHECK_WHOLE)
		r->flags |= MSGS_COUNTED;
	return 0;
}

int
message_open(int maildrop, const struct msgs *m, struct msgs_row *r,
    struct err *e)
{
	char path[LOOK_PATH];
	struct err why;
	int fd;

	fd = path_open_file(maildrop, look_path(m, r, path), &why);
	if (fd >= 0 && check(fd, m, r, &why) < 0) {
		(void)close(fd);
		fd = -1;
	} else if (fd < 0 && why.class != ERR_NOTFOUND) {
		why.class = ERR_TEMP;
	}
	if (fd < 0 && e != NULL)
		*e = why;
	return fd;
}
