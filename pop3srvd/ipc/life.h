/*
 * life.h - the beginning and end that all children share
 *
 * A child starts with descriptor 3 as its channel to keeper, is sent MSG_CONF,
 * then what its role needs, then MSG_BEGIN; it sandboxes itself, answers
 * MSG_READY and runs its loop.  The channel's end is the order to end.
 *
 * Every *_main() calls, in this order: life_inherit, (its own preparation),
 * priv_drop, sandbox, life_signals, life_ready, loop_run, life_end.
 */
#ifndef IPC_LIFE_H
#define IPC_LIFE_H

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/net/frame.h"
#include "lib/net/loop.h"
#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/ipc/msg.h"

struct life;

struct life_ops {
	/* A frame of keeper that life itself does not serve (LISTENER, CERTS,
	 * CONTROL, CHANNEL but to log, SECRET, CTL_REPLY, REOPEN, ACCESS,
	 * KEPT, AUDIT_FILE).  Those before MSG_BEGIN come during
	 * life_inherit(), all others after life_ready(): none between. */
	void (*frame)(struct frame *f, void *arg);
	/* A new configuration is in force: take over what changed.  old is
	 * freed afterwards.  Not called for the first one. */
	void (*conf)(const struct conf *new, const struct conf *old, void *arg);
	/* A frame of log; NULL: a channel to log is there again, after what
	 * was asked before was lost. */
	void (*log_frame)(struct frame *f, void *arg);
	/* End gracefully; call life_stopped() when done. */
	void (*stop)(void *arg);
};

/*
 * Read frames until MSG_BEGIN (blocking: nothing else runs yet).  Exits the
 * process on a broken channel.  role and index come from argv: "front" or
 * "auth 1".
 */
struct life *life_inherit(enum role role, int argc, char **argv,
    const struct life_ops *ops, void *arg);

struct loop *life_loop(const struct life *lf);
const struct conf *life_conf(const struct life *lf);
struct log_out *life_log(const struct life *lf);
struct channel *life_keeper(const struct life *lf);
struct channel *life_log_channel(const struct life *lf); /* NULL: not now */
uint32_t life_index(const struct life *lf);

/* What the most talkative of c's log targets wants. */
enum log_level life_log_level(const struct conf *c);

/*
 * Become user (if root), enter root (NULL: stay), limits, no new privileges;
 * exits on failure.  As an ordinary user ids and root are left as they are.
 */
void life_drop(struct life *lf, const char *user, const char *root);

/* PIPE, TERM, INT, HUP, USR1 ignored: keeper answers those for everybody. */
void life_signals(struct life *lf);
void life_ready(struct life *lf);
void life_stopped(struct life *lf);	/* MSG_STOPPED, then the loop ends */
int life_end(struct life **lf_p);	/* exit code */

#endif
