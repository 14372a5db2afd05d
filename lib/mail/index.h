/*
 * index.h - what a maildrop's last scan found, in one file inside it
 *
 * A cache: wrong, old, foreign or missing, it costs time only.  UIDLs in it
 * that names do not derive (imported ones) are the exception and the reason
 * why it is never removed while it is whole.
 *
 * Layout, in the machine's own octet order (another machine's file is foreign,
 * hence made anew): a head, the rows, the pool of msgs.h.  The checksum covers
 * all of it; every offset is checked besides.  It is read, never mapped.
 */
#ifndef MAIL_INDEX_H
#define MAIL_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/mail/folder.h"
#include "lib/mail/msgs.h"
#include "lib/mail/slice.h"

#define INDEX_FILE	"pop3srvd.index"

struct index_state {
	struct folder_stamp stamps[FOLDER_N];
	bool settled[FOLDER_N];	/* stamp equal now: nothing has changed in it */
	bool mixed;		/* a message has files in both folders: one
				 * alone does not tell */
};

/* Whatever the stamps say, the next login shall look. */
void index_unsettle(struct index_state *state);

struct index_load {
	int fd;
	char *head;
	uint64_t sum;
	size_t have;		/* octets of rows and pool read so far */
	size_t checked, live;	/* rows, and octets of their texts */
};

/*
 * Begin to read; 0, or -1 when there is no index that could be whole.  Then
 * call index_load_step() until it is not 1: 0 *m and *state are filled, -1 the
 * file is no use (*m is empty).  index_load_end() in every case.
 */
int index_load_begin(struct index_load *l, int maildrop);
int index_load_step(struct index_load *l, struct slice *s, struct msgs *m,
    struct index_state *state);
void index_load_end(struct index_load *l);

/* Replace the file; -1 with *e leaves the old one. */
int index_save(int maildrop, const struct msgs *m,
    const struct index_state *state, struct err *e);

#endif
