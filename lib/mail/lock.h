/*
 * lock.h - one session a maildrop
 *
 * flock() on the maildrop's own directory: nothing is written, so it works on
 * a full or read-only disk, and the kernel lets go when the process dies.  The
 * table knows who of this process holds it since when; locks of other
 * processes have no age.
 */
#ifndef MAIL_LOCK_H
#define MAIL_LOCK_H

#include <stdint.h>

#include "lib/base/err.h"

struct locks;		/* one a process */
struct lock;

struct locks *locks_new(void);
void locks_free(struct locks **t_p);	/* all locks must be dropped before */

/*
 * Try to lock the maildrop opened as dirfd, which stays the caller's and must
 * stay open while it is locked.  NULL: ERR_BUSY with the seconds it has been
 * held (-1 unknown) in *age_r, or ERR_TEMP.  now is mono milliseconds.
 */
struct lock *lock_take(struct locks *t, int dirfd, int64_t now,
    int64_t *age_r, struct err *e);
void lock_drop(struct lock **l_p);

#endif
