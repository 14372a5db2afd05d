/*
 * store.h - a maildrop behind a struct of functions
 *
 * The seam where mbox, encrypted and remote stores come in.  A store is worked
 * in slices of about 5 ms, since one process serves many sessions: whatever
 * may last longer is a job that step() carries on.  One job at a time.
 */
#ifndef MAIL_STORE_H
#define MAIL_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"

struct locks;

struct store_env {
	int root;		/* the mail root, a directory */
	struct locks *locks;	/* one table a process */
};

enum store_step {
	STORE_FAILED = -1,	/* *e says why; the store may only be closed,
				 * unless message() said it */
	STORE_DONE,
	STORE_MORE,		/* call step() soon */
	STORE_LATER		/* in 50 ms, or when a lock was dropped */
};

struct store_message {
	int fd;			/* the caller's */
	uint64_t octets;	/* as RETR sends it */
	uint64_t file_octets;
	bool pipe;
};

struct store_result {
	enum err_class class;	/* ERR_NONE: removed and on the disk */
	uint32_t removed, failed;
	struct err why;		/* the first failure */
};

/* What was met on the way, for logs. */
struct store_notes {
	int64_t busy_age;	/* ERR_BUSY: seconds, -1 unknown */
	bool created;		/* the maildrop was new */
	bool scanned;		/* its folders were read */
	uint32_t counted;	/* messages that had to be read for their size */
	uint64_t counted_octets;
	uint32_t strange;	/* skipped: no regular file */
	uint32_t unreadable;	/* skipped: no right to read, or a bad spot */
	uint32_t doubles;	/* skipped: its unique name was there twice */
	uint32_t cleaned;	/* leftovers removed from tmp/ */
};

/* What all stores begin with. */
struct store {
	const struct store_ops *ops;
};

struct store_ops {
	const char *name;

	/*
	 * Begin to open and lock a maildrop ("DOMAIN/USER" below the root);
	 * the lock is waited for until lock_until (mono milliseconds).  The job
	 * is done when step() says STORE_DONE; ERR_BUSY, ERR_PERM, ERR_TEMP.
	 * NULL: ERR_TEMP.
	 */
	struct store *(*open)(const struct store_env *env,
	    const char *maildrop, int64_t lock_until, struct err *e);

	/* Carry on the job in hand; now is mono milliseconds. */
	enum store_step (*step)(struct store *st, int64_t now,
	    struct err *e);

	/* The open maildrop: how many, and, once, the block of droplist.h in
	 * a buffer that the caller frees.  list: 0, or -1 with *e. */
	uint32_t (*count)(const struct store *st);
	int (*list)(struct store *st, struct buf *block_r, struct err *e);

	/*
	 * Message i (from 0) as a descriptor.  STORE_MORE: its name has to be
	 * found again; step() until that is done, then ask again.  STORE_FAILED
	 * concerns this message only: ERR_NOTFOUND it is gone, ERR_TEMP it is
	 * not what was listed (the next login looks at it anew).
	 */
	enum store_step (*message)(struct store *st, uint32_t i,
	    struct store_message *m_r, struct err *e);

	/* Mark for removal, or not; then begin the job that removes.  Its
	 * step() never fails: result() says what came of it. */
	void (*mark)(struct store *st, uint32_t i, bool marked);
	void (*commit)(struct store *st);
	const struct store_result *(*result)(const struct store *st);

	const struct store_notes *(*notes)(const struct store *st);

	/* Release; never removes a message.  1 when what was learnt was kept
	 * for the next login, 0 nothing was, -1 with *e it could not be: that
	 * login is slower, but no fault. */
	int (*close)(struct store **st_p, struct err *e);
};

/* By the name in mail.store; NULL: no such kind. */
const struct store_ops *store_find(const char *name);

#endif
