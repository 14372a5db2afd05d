/*
 * target.h - one place where lines go
 *
 * What all targets share: a queue with a ceiling, waiting for a slow one,
 * trying a failed one again, counting what was dropped and saying so when it
 * works once more.  A kind of target is a const struct of functions.
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

struct target;

struct target_ops {
	const char *name;
	/* A descriptor that never blocks, or -1 with *e. */
	int (*open)(const struct conf_log *conf, struct err *e);
	/* Take octets from the head of lines, each ended by LF: how many; or
	 * -1 with errno, EAGAIN when poll() will tell. */
	ssize_t (*write)(int fd, struct span lines);
	void (*close)(int fd);
	int (*render)(const struct logrec *r, enum conf_log_format format,
	    struct buf *b);
};

extern const struct target_ops target_file_ops;
extern const struct target_ops target_stderr_ops;
extern const struct target_ops target_syslog_ops;

/* Told once when a target stops working, and once when it works again. */
typedef void target_news_fn(struct target *t, const struct err *e, void *arg);

/* Opens as well; one that cannot be opened is tried again.  conf must outlive
 * the target.  NULL: out of memory. */
struct target *target_new(struct loop *l, const struct target_ops *ops,
    const struct conf_log *conf, target_news_fn *news, void *arg);
void target_free(struct target **t_p);

/* The same settings in another place of memory. */
void target_conf(struct target *t, const struct conf_log *conf);

void target_event(struct target *t, const struct logrec *r);
void target_reopen(struct target *t);

const char *target_name(const struct target *t);
uint64_t target_dropped(const struct target *t);

#endif
