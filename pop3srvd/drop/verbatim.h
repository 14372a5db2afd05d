/*
 * verbatim.h - which octets of a message RETR need not touch
 *
 * Lines that end in CRLF, begin with no dot and hold no NUL go out as they are
 * stored (wire_verbatim()).  Only what was read says so, never a name or the
 * index: other programs write those.  What was found is remembered by file,
 * and forgotten when the file is not exactly as it was.
 */
#ifndef DROP_VERBATIM_H
#define DROP_VERBATIM_H

#include <stdint.h>

#include "pop3srvd/ipc/msg.h"

struct verbatim;

struct verbatim *verbatim_new(void);	/* NULL: out of memory */
void verbatim_free(struct verbatim **v_p);

/*
 * Fill in what is known, or found in at most a MiB, of the file behind
 * m->offset, where a line must begin.  Octets 0: nothing, or who can tell.  A
 * file changed within the last second may yet change without a sign, as
 * stamps are coarse; now is wall milliseconds.
 */
void verbatim_find(struct verbatim *v, int fd, int64_t now,
    struct msg_verbatim *m);

#endif
