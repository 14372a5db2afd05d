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
#include "lib/mail/msgs.h"
#include "lib/mail/slice.h"

#define LOOK_PATH	(4 + 255 + 1)	/* "cur/" and a name */

/* "new/NAME" or "cur/NAME". */
const char *look_path(const struct msgs *m, const struct msgs_row *r,
    char out[LOOK_PATH]);

/* ",S=…,W=…" of a name. */
bool look_sizes(struct span base, uint64_t *octets_r, uint64_t *wire_r);

struct look {
	int fd;			/* being counted, or -1 */
	char *block;		/* to read into, kept between files */
	struct wire wire;
	uint64_t octets;
	uint32_t stated, counted, strange, unreadable;
	uint64_t counted_octets;
};

void look_begin(struct look *l);
void look_end(struct look *l);

/*
 * Look at one row (MSGS_LOOK), until it is known or put out (MSGS_OUT: no
 * message).  0 done; 1 the slice is over, call again with the same row; 2 it
 * is not there under this name; -1 ERR_TEMP.
 */
int look_at(struct look *l, int maildrop, const struct msgs *m,
    struct msgs_row *r, struct slice *s, struct err *e);

#endif
