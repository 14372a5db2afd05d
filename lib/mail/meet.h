/*
 * meet.h - files met in the folders, with what the index knew of them
 *
 * One row a base name.  A file that the index knows by base name and inode is
 * taken over as it is; everything else gets MSGS_LOOK.
 */
#ifndef MAIL_MEET_H
#define MAIL_MEET_H

#include <stdint.h>

#include "lib/base/err.h"
#include "lib/mail/folder.h"
#include "lib/mail/msgs.h"
#include "lib/mail/names.h"
#include "lib/mail/slice.h"

struct meet {
	struct msgs old;	/* from the index */
	struct names old_names;
	size_t learnt;
	struct msgs m;
	struct names names;
	uint32_t strange;	/* in this pass: no regular files */
	uint32_t doubles;	/* two files of one base name */
};

int meet_begin(struct meet *me, struct err *e);

/* Make the index findable: 1 more to do, 0, -1. */
int meet_learn(struct meet *me, struct slice *s, struct err *e);

/* A pass over the folders begins; meet_entry() for each file in it. */
void meet_pass(struct meet *me);
int meet_entry(void *me, const struct folder_entry *fe, struct err *e);

/* The pass was clean: what it did not see is not there. */
void meet_forget_unseen(struct meet *me);

/* All is known: m is left with the messages alone. */
void meet_end(struct meet *me);
void meet_free(struct meet *me);

#endif
