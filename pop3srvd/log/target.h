/*
 * target.h - one place where records go
 *
 * What all targets share: a queue with a ceiling, waiting for a slow one,
 * trying a failed one again, counting what was dropped and saying so when it
 * works once more.  A kind of target is a const struct of functions around a
 * sink, which is the target while it is open.
 */
#ifndef LOG_TARGET_H
#define LOG_TARGET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/net/loop.h"
#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/log/render.h"

struct target;

/* What describes a target.  Both must outlive it. */
struct target_place {
	const struct conf_log *log;
	const struct conf *conf;
};

struct target_opening {
	const struct target_place *place;
	unsigned attempt;	/* how often it failed since it worked */
	int64_t wall;		/* milliseconds, now */
};

/* What is open: every kind's own struct begins with it. */
struct sink {
	int fd;
	short needs;		/* POLLIN or POLLOUT, of a write with EAGAIN */
};

enum target_framing {
	TARGET_LINES,		/* each ends with LF */
	TARGET_COUNTED,		/* its length before it: RFC 6587, 3.4.1 */
	TARGET_DATAGRAMS	/* one record a write */
};

struct target_ops {
	const char *name;
	enum target_framing framing;
	size_t limit;		/* octets of a record; 0: RENDER_MAX */
	int64_t retry_max_ms;	/* pauses between tries grow from 1 s to it */
	/* How long a connection may take nothing, or leave unconfirmed what it
	 * took; 0: for ever. */
	int64_t stall_ms;

	/* Nothing that blocks; NULL with *e. */
	struct sink *(*open)(const struct target_opening *o, struct err *e);
	void (*close)(struct sink *s);
	/* Octets that were taken, all of a datagram; or -1 with errno, EAGAIN
	 * when poll() will tell, EMSGSIZE for a datagram that never can be. */
	ssize_t (*write)(struct sink *s, struct span octets);
	int (*render)(const struct logrec *r, const struct render_as *as,
	    struct buf *b);

	/* The rest may be NULL. */
	/* Somebody is at the other end: -1 with errno when not any more. */
	int (*hear)(struct sink *s);
	/* All that was written has arrived.  With this a record is kept until
	 * then, and said again when the connection broke before. */
	bool (*settled)(struct sink *s);
	/* It should be opened anew, at this time. */
	bool (*stale)(struct sink *s, int64_t wall);
	/* What a -1 with errno means; lives as long as s. */
	const char *(*fault)(struct sink *s, int errnum);
};

extern const struct target_ops target_file_ops;
extern const struct target_ops target_daily_ops;
extern const struct target_ops target_stderr_ops;
extern const struct target_ops target_syslog_ops;
extern const struct target_ops target_journal_ops;
extern const struct target_ops target_udp_ops;
extern const struct target_ops target_tcp_ops;	/* TLS too */

/* The journal's socket is there. */
bool target_has_journal(void);

/* Told once when a target stops working, again when the reason is another one,
 * and once (e NULL) when it works again.  false: not now, tell it at the next
 * try that fails. */
typedef bool target_news_fn(struct target *t, const struct err *e, void *arg);

/* Opens as well; one that cannot be opened is tried again.  NULL: out of
 * memory. */
struct target *target_new(struct loop *l, const struct target_ops *ops,
    const struct target_place *place, target_news_fn *news, void *arg);
void target_free(struct target **t_p);

/* The same settings in another place of memory. */
void target_move(struct target *t, const struct target_place *place);
const struct conf_log *target_log(const struct target *t);

/* Before target_free(): a last try, then what waits counts as dropped. */
void target_end(struct target *t);

/* Behind the others; target_flush() writes what there is, as far as it goes. */
void target_event(struct target *t, const struct logrec *r);
void target_flush(struct target *t);
void target_reopen(struct target *t);

const char *target_name(const struct target *t);
/* Records dropped: those that are not told yet, and all since it was made. */
uint64_t target_dropped(const struct target *t);
uint64_t target_dropped_ever(const struct target *t);

#endif
