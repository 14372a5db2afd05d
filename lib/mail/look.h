/*
 * look.h - finding out what a file in new/ or cur/ is and what RETR will send
 *
 * The sizes in a name, ",S=octets,W=wire", are believed when S is the file's
 * size (fstatat); else the file is read once and counted (lib/base/wire.h).
 */
#ifndef MAIL_LOOK_H
#define MAIL_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/wire.h"
#include "lib/mail/folder.h"
#include "lib/mail/msgs.h"
#include "lib/mail/slice.h"
#include "lib/mail/sort.h"

#define LOOK_PATH	(4 + 255 + 1)	/* "cur/" and a name */

/* "new/NAME" or "cur/NAME". */
const char *look_path(const struct msgs *m, const struct msgs_row *r,
    char out[LOOK_PATH]);

/* ",S=…,W=…" of a name. */
bool look_sizes(struct span base, uint64_t *octets_r, uint64_t *wire_r);

#define LOOK_AHEAD	16	/* files that the disk may read meanwhile */

/* A file being counted. */
struct look_file {
	int fd;
	uint32_t row;
	uint64_t octets;	/* its size when it was opened */
	int64_t mtime;
};

struct look {
	int maildrop;
	int folders[FOLDER_N];	/* -1: not opened yet */
	struct sort order;	/* rows to look at, by inode */
	bool planned;
	size_t at;
	struct look_file now;	/* fd -1: none */
	struct look_file ahead[LOOK_AHEAD];
	size_t first, waiting;	/* of them */
	char *block;		/* to read into, kept between files */
	struct wire wire;
	uint64_t octets;
	bool missing;		/* one was not there under its name */
	uint32_t stated, counted, strange, unreadable;
	uint32_t broken;	/* of these, by the disk's fault */
	uint64_t counted_octets;
};

/* maildrop stays the caller's. */
void look_begin(struct look *l, int maildrop);
void look_end(struct look *l);

/*
 * Look at all rows with MSGS_LOOK or MSGS_COUNT, until they are known or put
 * out (MSGS_OUT: no message).  Those that are missing keep their flags.  0
 * done, then it may be called anew; 1 more to do; -1 ERR_TEMP.
 *
 * Files are taken by inode, which is the order on most disks; those that are
 * not in memory are asked for a few at a time, so that the disk is never idle.
 * With both MSGS_LOOK and MSGS_COUNT a file may be of any kind and is not
 * opened before that is known.
 */
int look_step(struct look *l, struct msgs *m, struct slice *s,
    struct err *e);

#endif
