/*
 * message.h - a listed message as a descriptor that is what was listed
 */
#ifndef MAIL_MESSAGE_H
#define MAIL_MESSAGE_H

#include "lib/base/err.h"
#include "lib/mail/msgs.h"

/*
 * Open it under its last known name.  -1: ERR_NOTFOUND when it is not there;
 * ERR_TEMP when it is no longer what was listed: then MSGS_LOOK is set in the
 * row, so that the next login finds out its sizes anew.
 *
 * Sizes taken from a name that another program wrote are checked here, once:
 * its W may leave out the line end or empty line that RETR adds (wire.h), and
 * I5 promises that the size listed is the size sent.
 */
int message_open(int maildrop, const struct msgs *m, struct msgs_row *r,
    struct err *e);

#endif
