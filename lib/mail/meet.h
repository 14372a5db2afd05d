/*
 * meet.h - files met in the folders, with what the index knew of them
 *
 * One row a base name.  A file that the index knows by base name and inode is
 * taken over as it is; everything else gets MSGS_LOOK.  Both sides are in the
 * maildrop's order, so they are joined like two sorted lists: no table of
 * names, and few files beside many known messages cost next to nothing.
 */
#ifndef MAIL_MEET_H
#define MAIL_MEET_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/mail/folder.h"
#include "lib/mail/msgs.h"
#include "lib/mail/pass.h"
#include "lib/mail/slice.h"

struct meet {
	struct msgs m;		/* first what the index knew */
	struct pass pass;
	struct msgs_row *rows;	/* of the join, until they are m's */
	size_t out, row, file;	/* how far it is in each */
	uint32_t strange;	/* in this pass: no regular files */
	uint32_t doubles;	/* two files of one base name */
};

/* m is what the index knew.  Messages of folders that are walked (true) must
 * be met to be there. */
void meet_begin(struct meet *me, const bool walked[FOLDER_N]);

/* A pass over these folders begins; meet_entry() for each file in them; then
 * the join: 1 more to do, 0, or -1 (ERR_TEMP). */
void meet_pass(struct meet *me, const bool walked[FOLDER_N]);
int meet_entry(void *me, const struct folder_entry *fe, struct err *e);
int meet_join(struct meet *me, struct slice *s, struct err *e);

/* The pass was clean: what it did not see is not there. */
void meet_forget_unseen(struct meet *me);

/* All is known: m is left with the messages alone.  True: one of them has
 * further files, so that no folder tells all about it. */
bool meet_end(struct meet *me);
void meet_free(struct meet *me);

#endif
