/*
 * maildrop.h - the folders of a Maildir: opened, made, tidied
 */
#ifndef MAIL_MAILDROP_H
#define MAIL_MAILDROP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"

/*
 * Open "DOMAIN/USER" (or "USER") below the mail root, made with tmp, new and
 * cur when it is not there: accounts come without a folder.  -1 with ERR_TEMP
 * (full or read-only disk too) or ERR_PERM.
 */
int maildrop_open(int root, const char *path, bool *created_r,
    struct err *e);

/* Make parent/name whole or not at all.  0 (also when it is there), or -1. */
int maildrop_make(int parent, const char *name, struct err *e);

/*
 * Remove what crashed deliveries left in tmp/: regular files of our own uid,
 * neither read nor written for 36 hours.  At most 32 a time, best effort;
 * returns how many.  now is wall milliseconds.
 */
unsigned maildrop_clean(int maildrop, int64_t now);

#endif
