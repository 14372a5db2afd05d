/*
 * msg.h - what the processes say to each other
 *
 * Each frame type names its body.  The struct of each body stands below with
 * its msg_X_pack / msg_X_unpack, which demand exact length; a body without a
 * struct is what the comment says and nothing more.  Whoever reads a frame
 * that is not in its own list of awaited types treats the channel as broken.
 *
 * A reload sends front CONF, CERTS and a LISTENER for each listener that is
 * new or moved (same name: the new descriptor replaces the old); what the new
 * configuration no longer names is closed.
 *
 * Runs in: every process.  Trusts: nothing; lengths are checked here.
 */
#ifndef IPC_MSG_H
#define IPC_MSG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/addr.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/span.h"

enum msg_type {
	/* keeper -> child, in this order at start; then at any time */
	MSG_CONF = 1,		/* fd: sealed memory file with conf_pack(); id =
				 * generation; body: struct msg_conf */
	MSG_SECRET,		/* id: enum msg_secret; 32 octets, or what that
				 * says */
	MSG_CERTS,		/* front: fd: sealed memory file, certs.h */
	MSG_LISTENER,		/* front: fd; body: the octets of its name */
	MSG_CONTROL,		/* front: fd of the control socket; msg_control;
				 * again when the socket had to be made anew */
	MSG_CHANNEL,		/* fd: channel to another process; msg_channel */
	MSG_BEGIN,		/* all is there: start to serve */
	MSG_STOP,		/* end gracefully */
	MSG_REOPEN,		/* log: reopen files */
	MSG_ACCESS,		/* front: fd: sealed memory file with the access
				 * lists of all listeners, aclset.h; follows each
				 * MSG_CONF, and comes by itself when a file with
				 * ranges has changed */
	MSG_KEPT,		/* front: fd: memory that outlives front, for the
				 * addresses it has shut out */
	MSG_AUDIT_FILE,		/* log: fd of the audit file, to append and
				 * read; again when it was made anew */
	/* child -> keeper */
	MSG_READY = 32,		/* serving (answers MSG_BEGIN) */
	MSG_CONF_TAKEN,		/* id = generation */
	MSG_STOPPED,		/* nothing is left to do */
	/* front -> keeper, auth, log, relay: control verbs they serve */
	MSG_CTL = 48,		/* struct msg_ctl */
	MSG_CTL_REPLY,		/* struct msg_ctl_reply */
	/* front -> auth; the answer carries the question's id */
	MSG_AUTH_PASS = 64,	/* struct msg_auth: user, secret */
	MSG_AUTH_BEGIN,		/* struct msg_auth: mech, initial response */
	MSG_AUTH_STEP,		/* body: the client's octets */
	MSG_AUTH_ABORT,		/* no answer */
	MSG_AUTH_RESULT,	/* struct msg_auth_result */
	MSG_AUTH_CHANGE,	/* struct msg_change; answered by AUTH_RESULT */
	/* front -> drop; sid is front's number of the session */
	MSG_DROP_OPEN = 96,	/* struct msg_drop_open; id = sid */
	MSG_DROP_LIST,		/* droplist block in the body, or in fd */
	MSG_DROP_FAULT,		/* struct msg_fault; answers any of these */
	MSG_DROP_FETCH,		/* struct msg_fetch: message(s) wanted */
	MSG_DROP_MSG,		/* struct msg_message; fd: the message */
	MSG_DROP_AHEAD,		/* struct msg_ahead: read this into the cache */
	MSG_DROP_AHEAD_DONE,	/* the same body back */
	MSG_DROP_VERBATIM,	/* struct msg_verbatim: number and offset */
	MSG_DROP_VERBATIM_IS,	/* all of it */
	MSG_DROP_MARK,		/* struct msg_mark: slice of the deletion map */
	MSG_DROP_COMMIT,	/* remove what was marked */
	MSG_DROP_COMMITTED,	/* struct msg_committed */
	MSG_DROP_CLOSE,		/* release; no answer */
	/* front -> relay: a message of XTND XMIT; id = sid.  OPEN, each DATA and
	 * END are answered by one ANSWER, before which front sends nothing
	 * more; ABORT is not answered.  relay has forgotten the message after
	 * any answer but GO, and after END. */
	MSG_XMIT_OPEN = 112,	/* struct msg_xmit_open */
	MSG_XMIT_DATA,		/* body: octets of the message, CRLF lines, not
				 * dot-stuffed; at most 32 KiB */
	MSG_XMIT_END,		/* the message is whole */
	MSG_XMIT_ABORT,
	MSG_XMIT_ANSWER,	/* struct msg_xmit_answer */
	MSG_XMIT_QUEUE,		/* relay -> front, unasked: struct msg_queue */
	/* front -> auth, drop, relay; in no list of awaited types, so it ends
	 * them */
	MSG_BREACH = 120,	/* you sent what front did not await: begin anew */
	/* everybody -> log */
	MSG_LOG = 128,		/* struct logrec, logrec.h */
	MSG_LOG_DROPPED,	/* u64: records the sender could not queue; log to
				 * front: all that its targets dropped so far */
	/* front, keeper -> log: a change by an administrator.  id != 0 asks for
	 * MSG_AUDIT_DONE once the record is on the disk. */
	MSG_AUDIT,		/* struct msg_audit */
	MSG_AUDIT_DONE,		/* struct msg_ctl_reply: {seq, hash}, or why not */
	/* front <-> log: a follower of the log; id is the follower's */
	MSG_FOLLOW,		/* JSON object: what to send, as log.follow's
				 * args; answered by MSG_CTL_REPLY */
	MSG_FOLLOW_LINE,	/* struct msg_line */
	MSG_FOLLOW_END		/* enough; no answer */
};

#define MSG_XMIT_LETTERS	256	/* messages at relay at once, unfinished */
#define MSG_KEPT_OCTETS	((size_t)4 << 20)	/* of the memory */

enum msg_secret {
	SECRET_TICKET,		/* auth, drop: ticket.h */
	SECRET_SENDER,		/* auth, relay: ticket.h with addresses */
	SECRET_APOP,		/* auth: encrypts the APOP secrets */
	SECRET_SMTP		/* relay: no octets, fd: sealed memory file with
				 * the passwords (passwords.h) of the MSG_CONF
				 * before it at the start, else behind it */
};

/* Who a process is, as told in argv[0] and msg_channel. */
enum role { ROLE_KEEPER, ROLE_FRONT, ROLE_AUTH, ROLE_DROP, ROLE_RELAY,
	ROLE_LOG };
const char *role_name(enum role r);	/* "front", … */

struct msg_conf {
	bool first;		/* at start; else a reload */
	bool detached;		/* a daemon: standard error ends with the start */
};

struct msg_channel {
	enum role role;		/* of the process at the other end */
	uint32_t index;		/* which of a pool */
	bool replaces;		/* the one with this role and index died */
};

struct msg_control {
	uint32_t uid;		/* who started the daemon: admin, as root is */
};

struct msg_ctl {
	const char *verb;	/* as in ctl_verbs.h */
	struct span args;	/* JSON object */
	uint32_t uid, pid;	/* who asked, for the audit record */
	uint32_t role;		/* enum ctl_role of who asked */
};

struct msg_ctl_reply {
	bool ok;
	struct span json;	/* result, or error object of ctl_msg.h */
};

struct msg_auth {
	const char *mech;	/* "USER" or "APOP" for MSG_AUTH_PASS */
	struct span user;	/* PASS only */
	struct span data;	/* password, digest, or initial response */
	bool has_data;
	const char *listener;
	const char *default_domain;
	struct addr peer;
	bool tls;
	const char *binding_type;	/* "tls-exporter" …, or "" */
	struct span binding;	/* APOP: type "apop", the greeting's stamp */
};

/* A change of password by its owner: the present one is checked once more. */
struct msg_change {
	struct span user, old, new;
	const char *listener;
	const char *default_domain;
	struct addr peer;
	bool tls;
};

enum msg_auth_outcome { MSG_AUTH_OK, MSG_AUTH_MORE, MSG_AUTH_FAIL,
	MSG_AUTH_TEMP, MSG_AUTH_PERM, MSG_AUTH_DELAY };

struct msg_auth_result {
	enum msg_auth_outcome outcome;
	const char *user;	/* canonical name@domain when OK; when FAIL, the
				 * name tried, if it is known */
	const char *reason;	/* for the log: "wrong-password", "unknown-user",
				 * "locked", "domain-locked", "mechanism", … */
	struct span data;	/* MORE: challenge; OK: the ticket (ticket.h),
				 * empty of AUTH_CHANGE; of AUTH_CHANGE with
				 * PERM: the policy's reason, a sentence for
				 * the client */
	struct span sender;	/* OK: the ticket for relay; empty when this
				 * account may not send by XTND XMIT */
	uint32_t seconds;	/* DELAY */
};

struct msg_xmit_open {
	struct span sender;	/* the ticket */
	const char *session;	/* for the log and the Received: line */
	const char *listener;
	const char *hostname;	/* the listener's */
	struct addr peer;
	bool tls;
};

enum msg_xmit_outcome { MSG_XMIT_GO, MSG_XMIT_TEMP, MSG_XMIT_PERM };

struct msg_xmit_answer {
	enum msg_xmit_outcome outcome;
	const char *text;	/* words for the client, no CR or LF; of GO to
				 * END: the queue id */
};

/* How much waits to be sent, for status. */
struct msg_queue {
	uint32_t messages;
	uint32_t badmail;	/* could neither be sent nor given back */
};

struct msg_audit {
	int64_t wall;		/* ms */
	uint32_t uid, pid;
	const char *role;
	const char *verb;
	const char *result;	/* "ok", or the error's code */
	struct span args;	/* JSON object, secrets taken out */
	uint32_t missed;	/* refusals before it that were too many */
};

struct msg_line {
	uint64_t lost;		/* lines missing before this one */
	struct span json;	/* the result of one reply */
};

struct msg_drop_open {
	struct span ticket;
	uint32_t wait_ms;	/* for the lock */
};

struct msg_fault {
	enum err_class class;	/* ERR_BUSY: in use; ERR_NOTFOUND: message gone;
				 * ERR_TEMP, ERR_PERM, ERR_BUG */
	int64_t age;		/* ERR_BUSY: seconds held, -1 unknown */
	uint32_t number;	/* message, or 0 */
	const char *text;	/* for the log */
};

struct msg_fetch {
	uint32_t number;	/* 1… */
	uint32_t ahead;		/* how many of the next ones to send as well */
};

struct msg_message {
	uint32_t number;
	uint64_t octets;	/* RETR will send as many */
	uint64_t file_octets;	/* as stored */
	bool pipe;		/* poll it; else a regular file */
};

struct msg_ahead {
	uint32_t number;
	uint64_t offset;
	uint32_t octets;
};

/*
 * Octets of a message behind an offset, where a line begins, that RETR sends
 * as they are stored; they are whole lines, too.  It was found in the file
 * with this inode and mtime: any other one is another matter.
 */
struct msg_verbatim {
	uint32_t number;
	uint64_t offset;
	uint64_t octets;
	uint64_t ino;
	int64_t mtime;		/* nanoseconds */
};

struct msg_mark {
	uint32_t first;		/* bit 0 of map is message first + 1; first is a
				 * multiple of 8 */
	struct span map;
};

struct msg_committed {
	enum err_class class;	/* ERR_NONE: all are gone and synced */
	uint32_t removed, failed;
	const char *text;
};

/*
 * X_pack appends the body to b (0 or -1); X_unpack fills *m with views into
 * body (strings are NUL-terminated inside the record) or returns -1.  A NULL
 * string is sent as "", so that no reader ever sees NULL.
 */
#define MSG_CODEC(name) \
	int name##_pack(const struct name *m, struct buf *b); \
	int name##_unpack(struct name *m, struct span body)
MSG_CODEC(msg_conf);
MSG_CODEC(msg_channel);
MSG_CODEC(msg_control);
MSG_CODEC(msg_ctl);
MSG_CODEC(msg_ctl_reply);
MSG_CODEC(msg_auth);
MSG_CODEC(msg_auth_result);
MSG_CODEC(msg_change);
MSG_CODEC(msg_xmit_open);
MSG_CODEC(msg_xmit_answer);
MSG_CODEC(msg_queue);
MSG_CODEC(msg_audit);
MSG_CODEC(msg_line);
MSG_CODEC(msg_drop_open);
MSG_CODEC(msg_fault);
MSG_CODEC(msg_fetch);
MSG_CODEC(msg_message);
MSG_CODEC(msg_ahead);
MSG_CODEC(msg_verbatim);
MSG_CODEC(msg_mark);
MSG_CODEC(msg_committed);

#endif
