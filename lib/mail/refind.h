/*
 * refind.h - the present names of listed messages
 *
 * Another program may have moved a message from new to cur or changed its
 * flags since it was listed; its base name finds it again.
 */
#ifndef MAIL_REFIND_H
#define MAIL_REFIND_H

#include <stdbool.h>

#include "lib/base/err.h"
#include "lib/mail/folder.h"
#include "lib/mail/msgs.h"
#include "lib/mail/names.h"

struct refind;

/* For the sake of row wanted, though all names are brought up to date.  NULL:
 * ERR_TEMP. */
struct refind *refind_new(int maildrop, struct msgs *m, size_t wanted,
    struct err *e);
void refind_free(struct refind **rf_p);

/* For a slice: 1 more to do, 0 done, -1 with *e. */
int refind_step(struct refind *rf, struct err *e);

/* After 0: the wanted one was met; no name can have been missed. */
bool refind_met(const struct refind *rf);
bool refind_sure(const struct refind *rf);

#endif
