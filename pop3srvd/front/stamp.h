/*
 * stamp.h - the timestamp of a greeting, for APOP (RFC 1939 section 7)
 */
#ifndef FRONT_STAMP_H
#define FRONT_STAMP_H

#include <stdint.h>

#include "lib/proto/pop3.h"

#define STAMP_TEXT	(POP3_STAMP_MAX + 1)

/*
 * "<random.time@hostname>": another one for each connection, and none that
 * could be foreseen.  wall in milliseconds.  -1: no random octets.
 */
int stamp_make(const char *hostname, int64_t wall, char out[STAMP_TEXT]);

#endif
