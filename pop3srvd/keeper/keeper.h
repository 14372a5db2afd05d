/*
 * keeper.h - the process that holds everything together
 */
#ifndef KEEPER_KEEPER_H
#define KEEPER_KEEPER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/conf/conf.h"
#include "lib/conf/conf_load.h"
#include "lib/net/loop.h"
#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/keeper/certs_watch.h"
#include "pop3srvd/keeper/children.h"
#include "pop3srvd/keeper/control.h"
#include "pop3srvd/keeper/keys.h"
#include "pop3srvd/keeper/listfiles.h"
#include "pop3srvd/keeper/sockets.h"

/* How the last reload went, for status. */
struct last_reload {
	int64_t wall;		/* ms; 0: none yet */
	bool ok;
	char *text;		/* the faults, a line each; or NULL */
};

/* Which file log has as its audit file. */
struct audit_place {
	dev_t dev;
	ino_t ino;
	bool failed;		/* none, and that was told */
};

struct keeper {
	struct loop *loop;
	struct log_out *log;
	struct channel *log_ch;
	const char *file;	/* of the configuration, absolute */
	bool foreground;
	struct conf *conf;
	struct conf_source *source;
	json_t *runtime;	/* changes that are not kept; object */
	json_t *notes;		/* conf_notes() of the last load, or NULL */
	json_t *told;		/* those that were logged, or NULL */
	char *set_aside;	/* what was wrong with settings.json at the
				 * start, until it is logged; or NULL */
	uint32_t generation;
	int conf_fd;		/* conf packed for the children */
	struct listfiles *lists;	/* that conf names */
	int access_fd;		/* conf's access lists for front */
	struct ctl_imports *imports;	/* NULL: none yet */
	int kept_fd;		/* what outlives a front */
	struct keys keys;
	struct children *children;
	struct sockets *sockets;
	struct control *control;
	int lock_fd;		/* holds state_dir; -1: not yet */
	struct certs_watch *certs;
	struct last_reload last;
	struct audit_place audit;
	char *faults;		/* all of the last load, a line each; or NULL */
	struct timer hup;	/* set: a signal's reload was just now */
	bool hup_again;		/* and another is wanted */
	struct timer mend;	/* the control socket */
	bool mend_failed;	/* and was told */
	int64_t since;		/* wall ms */
	int ready_fd;		/* -1: in the foreground, or told already */
	bool stopping;
	int exit_code;
};

/* The configuration as keeper uses it: with standard error among the log's
 * targets when in the foreground.  0 or -1. */
int keeper_adapt(const struct keeper *k, struct conf *c);

/* Why APOP is offered nowhere although the settings say so. */
void keeper_log_apop(const struct keeper *k);

/* Pack conf for the children into conf_fd, as all but the ranges of access
 * lists, which front gets compiled. */
int keeper_pack_conf(const struct conf *c, struct err *e);
int keeper_pack_bare(const struct conf *c, struct buf *b);

/* Send the configuration in force to one child, or to all. */
void keeper_send_conf(struct keeper *k, struct channel *ch, bool first);
/* The access lists, right behind the configuration they were made from. */
void keeper_send_access(struct keeper *k, struct channel *front);

/*
 * Serve until told to stop.  k has conf, source, sockets, control and the
 * certificates' first set; returns the exit code.
 */
int keeper_run(struct keeper *k, struct cert_set *certs);
void keeper_stop(struct keeper *k);

#endif
