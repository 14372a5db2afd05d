/*
 * scan.h - from folders and index to the list of messages
 *
 * An index whose folders have not changed since is the list.  Else the
 * folders are read, and only files are looked at that the index does not know
 * by base name and inode.  Resumable in slices.
 */
#ifndef MAIL_SCAN_H
#define MAIL_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/mail/index.h"
#include "lib/mail/msgs.h"

struct scan;

/* What was met, for one log line. */
struct scan_notes {
	bool walked;		/* the folders were read */
	bool had_index;
	uint32_t passes;
	uint32_t stated, counted;
	uint64_t counted_octets;
	uint32_t strange;	/* no regular files */
	uint32_t unreadable;
	uint32_t doubles;	/* two files of one base name: one is listed */
};

/* maildrop stays the caller's.  NULL: ERR_TEMP. */
struct scan *scan_new(int maildrop, struct err *e);
void scan_free(struct scan **sc_p);

/* Work for a slice: 1 more to do, SCAN_LATER better in 50 ms, 0 done, -1 with
 * *e. */
#define SCAN_LATER	2
int scan_step(struct scan *sc, struct err *e);

/* After 0, once: the messages in order, and what the index should say. */
void scan_take(struct scan *sc, struct msgs *m_r, struct index_state *state_r,
    struct scan_notes *notes_r);

/* True: of a big unchanged maildrop only the list was read, the caller's to
 * free, and the rest can be had with index_load_step(), index_load_end(). */
bool scan_take_list(struct scan *sc, struct buf *list_r,
    struct index_load *rest_r);

#endif
