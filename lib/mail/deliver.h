/*
 * deliver.h - putting a message into a Maildir so that it stays there
 *
 * reliability.md 3b: a new file in tmp, all octets, fsync; a name that nobody
 * can have had; rename to new without replacing; fsync of new.  Only then the
 * message is delivered.  A failed fsync is never tried again: the file goes
 * and the sender keeps the message.
 *
 * Lines end as they come, which is LF nearly always; or the message is stored
 * in the wire form that RETR sends (lib/base/wire.h), but for the dots.
 */
#ifndef MAIL_DELIVER_H
#define MAIL_DELIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/span.h"

struct deliver;

#define DELIVER_NAME	256

/*
 * Begin in the maildrop opened as dirfd, which must stay open.  host becomes
 * part of the name, made safe.  NULL: ERR_TEMP, ERR_PERM.
 */
struct deliver *deliver_begin(int dirfd, const char *host, struct err *e);

/*
 * Before the first octet: store the wire form.  S and W of the name are equal
 * then, and RETR has nothing to convert.
 */
void deliver_wire(struct deliver *d);

/* 0, or -1 (ERR_TEMP): then only deliver_abort() is left. */
int deliver_write(struct deliver *d, const void *p, size_t n,
    struct err *e);

/*
 * Finish; 0: it survives a power cut, and name_r (may be NULL) is its name in
 * new.  -1: it is not delivered.  Frees in every case.
 */
int deliver_end(struct deliver **d_p, char name_r[DELIVER_NAME],
    struct err *e);
void deliver_abort(struct deliver **d_p);

/*
 * Whether a base name is one that deliver_end() gives, whose S and W are
 * right; other programs count W in ways of their own.
 */
bool deliver_is_ours(struct span base);

#endif
