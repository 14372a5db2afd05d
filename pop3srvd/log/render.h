/*
 * render.h - a record in the shape that a target wants
 *
 * Whatever a record holds: a line has no LF in it or at its end, text and
 * imail are printable ASCII, JSON is one object in UTF-8.
 */
#ifndef LOG_RENDER_H
#define LOG_RENDER_H

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "pop3srvd/ipc/logrec.h"

#define RENDER_MAX	65536
#define RENDER_VALUE	400	/* octets of a value, where they are raw */

struct render_as {
	enum conf_log_format format;
	const struct conf *conf;	/* for names and addresses; or NULL */
	size_t limit;			/* render_server(): octets at most */
};

/* All append to b and return 0, or -1 when it does not fit. */

/* A line of a file: INTERFACE.md section 6, one JSON object, or
 * "MM:DD HH:MM NAME(HEX8) [address] text". */
int render_line(const struct logrec *r, const struct render_as *as,
    struct buf *b);

/* A datagram for /dev/log: "<22>Nov 21 16:31:02 pop3srvd[812]: …". */
int render_syslog(const struct logrec *r, const struct render_as *as,
    struct buf *b);

/* One for the journal: its native protocol, a field a fact. */
int render_journal(const struct logrec *r, const struct render_as *as,
    struct buf *b);

/* A message for a log server: RFC 5424, without any framing. */
int render_server(const struct logrec *r, const struct render_as *as,
    struct buf *b);

#endif
