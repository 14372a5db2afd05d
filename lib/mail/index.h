/*
 * index.h - what a maildrop's last scan found, in one file inside it
 *
 * A cache: wrong, old, foreign or missing, it costs time only.  UIDLs in it
 * that names do not derive (imported ones) are the exception and the reason
 * why it is never removed while it is whole.
 *
 * Layout, in the machine's own octet order (another machine's file is foreign,
 * hence made anew): a head, for a big maildrop the block of droplist.h, then
 * the rows and the pool of msgs.h.  Three checksums cover all of it; every
 * offset is checked besides.  It is read, never mapped.
 */
#ifndef MAIL_INDEX_H
#define MAIL_INDEX_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
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

/* From so many messages on the file also holds the list as front gets it, and
 * a login to an unchanged maildrop reads nothing else: it is quicker, and a
 * session that waits holds no rows (88 octets a message). */
#define INDEX_BIG	16

struct index_load {
	int fd;			/* -1: not begun, or ended */
	struct index_state state;
	uint32_t count;
	uint64_t list_octets;	/* 0: the file holds no list */
	uint64_t pool_octets;
	uint64_t list_sum, rest_sum;
	uint64_t sum;
	size_t have;		/* octets of rows and pool read so far */
	size_t checked, live;	/* rows, and octets of their texts */
	uint64_t octets;	/* of all messages: more than can be told would
				 * fail every login */
};

/*
 * Begin to read; 0, then state and count are known, or -1 when there is no
 * index that could be whole.  index_load_end() in every case.
 */
int index_load_begin(struct index_load *l, int maildrop);
void index_load_end(struct index_load *l);

/* The list, as far as it is in *list, until it is whole: 1 more to do, 0, or
 * -1 it is no use. */
int index_load_list(struct index_load *l, struct slice *s, struct buf *list);
/* After that -1, before index_load_step(). */
void index_load_rewind(struct index_load *l);

/* All messages, until *m is filled: 1 more to do, 0, or -1 they are no use (*m
 * is empty). */
int index_load_step(struct index_load *l, struct slice *s, struct msgs *m);

/* It was no use: the next login shall make it anew. */
void index_remove(int maildrop);

/* Replace the file; -1 with *e leaves the old one. */
int index_save(int maildrop, const struct msgs *m,
    const struct index_state *state, struct err *e);

#endif
