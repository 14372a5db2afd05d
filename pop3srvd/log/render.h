/*
 * render.h - a record in the shape that a target wants
 */
#ifndef LOG_RENDER_H
#define LOG_RENDER_H

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "pop3srvd/ipc/logrec.h"

/* The text has no LF inside or at its end, whatever the record holds. */
#define RENDER_MAX	32768

/* A line of a file: INTERFACE.md section 6, or one JSON object.  0 or -1. */
int render_line(const struct logrec *r, enum conf_log_format format,
    struct buf *b);

/* A datagram for /dev/log: "<22>Nov 21 16:31:02 pop3srvd[812]: …". */
int render_syslog(const struct logrec *r, enum conf_log_format format,
    struct buf *b);

#endif
