/*
 * logrec.h - one event on its way to the log process
 *
 * "what outcome key=value …": the program that knows the session fills it, and
 * the log process renders it for each target (INTERFACE.md section 6).  Values
 * are raw here; rendering escapes them.
 */
#ifndef IPC_LOGREC_H
#define IPC_LOGREC_H

#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/span.h"
#include "lib/net/frame.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG };

#define LOGREC_FIELDS	24

struct log_field {
	const char *key;
	struct span value;	/* peer text is fine here */
	uint64_t number;	/* used when value.ptr is NULL */
};
#define LOG_STR(k, s)	{ (k), span_of(s), 0 }
#define LOG_SPAN(k, sp)	{ (k), (sp), 0 }
#define LOG_NUM(k, n)	{ (k), { NULL, 0 }, (uint64_t)(n) }

/* Where it happened; any may be NULL. */
struct log_where {
	const char *session;
	const char *listener;
	const char *peer;
};

struct logrec {
	enum log_level level;
	int64_t wall;		/* milliseconds */
	uint32_t pid;
	struct log_where where;
	const char *what;	/* "login ok" */
	struct log_field fields[LOGREC_FIELDS];
	uint32_t n_fields;
};

int logrec_pack(const struct logrec *r, struct buf *b);
/* Strings and values are views into body. */
int logrec_unpack(struct logrec *r, struct span body);

/* Append the line of INTERFACE.md section 6, without LF; 0 or -1.  The body is
 * what follows time and process, beginning with a space. */
int logrec_text(const struct logrec *r, struct buf *b);
int logrec_body(const struct logrec *r, struct buf *b);

/* Sending: one log_out a process.  Never blocks; what cannot be queued is
 * counted and reported by MSG_LOG_DROPPED later. */
struct log_out;
struct log_out *log_out_new(void);
void log_out_free(struct log_out **o_p);
void log_out_channel(struct log_out *o, struct channel *ch); /* NULL: stderr */
/* The log process died: keep a few records for the channel to come. */
void log_out_hold(struct log_out *o);
/* In the log process itself: straight to its targets. */
void log_out_sink(struct log_out *o,
    void (*sink)(const struct logrec *r, void *arg), void *arg);
void log_out_level(struct log_out *o, enum log_level most);
/* Records that could not be queued, here or, as log tells, for a target:
 * since the start. */
uint64_t log_out_dropped(const struct log_out *o);
/* What log tells: all that its targets dropped since its own start. */
void log_out_lost(struct log_out *o, uint64_t total);

/* fields ends with a row whose key is NULL. */
void log_event(struct log_out *o, enum log_level level,
    const struct log_where *where, const char *what,
    const struct log_field *fields);
/* The same for an error value: adds class= and error=. */
void log_error(struct log_out *o, enum log_level level,
    const struct log_where *where, const char *what, const struct err *e);

#endif
