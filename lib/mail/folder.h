/*
 * folder.h - reading new/ and cur/ while others rename in them
 *
 * readdir() may miss an entry that is renamed meanwhile, so a walk says how
 * far it can be believed.  It goes new, then cur: the way messages move.
 */
#ifndef MAIL_FOLDER_H
#define MAIL_FOLDER_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/span.h"
#include "lib/mail/slice.h"

enum folder { FOLDER_NEW, FOLDER_CUR, FOLDER_N };

/* "new" or "cur". */
const char *folder_name(enum folder f);

/* What changes when a folder's content does (not kept across file systems). */
struct folder_stamp {
	uint64_t ino;
	int64_t mtime;		/* nanoseconds */
	int64_t ctime;
};
bool folder_same(const struct folder_stamp *a, const struct folder_stamp *b);

/* new/ of this maildrop, then cur/.  -1: missing or no directory (ERR_PERM),
 * else ERR_TEMP. */
int folder_stamps(int maildrop, struct folder_stamp stamps[FOLDER_N],
    struct err *e);

struct folder_entry {
	struct span name;	/* no dot file, 1-255 octets */
	uint64_t ino;
	unsigned char type;	/* DT_REG, …, DT_UNKNOWN */
	enum folder folder;
};

struct folder_walk {
	int maildrop;
	bool skip[FOLDER_N];	/* set after folder_walk_begin(): not read */
	int64_t began;		/* wall milliseconds */
	DIR *dir;
	enum folder at;
	struct folder_stamp before[FOLDER_N];
	/* when done: */
	bool clean;		/* no folder changed on the way */
	bool quiet;		/* and none had just before it (a clock tick) */
	bool settled[FOLDER_N];	/* clean, and this one did not change in the
				 * 2 s before: its mtime tells every later
				 * change, even with coarse stamps */
};

int folder_walk_begin(struct folder_walk *w, int maildrop, struct err *e);
void folder_walk_end(struct folder_walk *w);

/*
 * Give entries to each() until the slice is over: 1; at the end 0.  -1 with
 * *e, also when each() returns -1.
 */
int folder_walk_step(struct folder_walk *w, struct slice *s,
    int (*each)(void *arg, const struct folder_entry *fe, struct err *e),
    void *arg, struct err *e);

#endif
