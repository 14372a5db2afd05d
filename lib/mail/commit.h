/*
 * commit.h - removing marked messages so that they stay removed
 *
 * reliability.md 3e: unlink each, then one fsync a touched folder, then the
 * result; a failure does not stop the rest, and a failed fsync is never tried
 * again and called success.  Nothing is created, so it works on a full disk.
 */
#ifndef MAIL_COMMIT_H
#define MAIL_COMMIT_H

#include "lib/base/err.h"
#include "lib/mail/msgs.h"
#include "lib/mail/store.h"

struct commit;

/* m's rows with MSGS_MARKED.  NULL: out of memory. */
struct commit *commit_new(int maildrop, struct msgs *m,
    struct store_result *result);
void commit_free(struct commit **c_p);

/* For a slice: STORE_MORE, STORE_LATER or STORE_DONE.  Then *result is
 * filled, and what was removed has MSGS_OUT. */
enum store_step commit_step(struct commit *c);

#endif
