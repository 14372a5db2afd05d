/*
 * serve.h - what the drop process serves, to whom, and whose turn it is
 */
#ifndef DROP_SERVE_H
#define DROP_SERVE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/net/frame.h"
#include "lib/net/loop.h"

#include "lib/mail/store.h"

#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/ipc/ticket.h"

struct session;
struct serve;
struct verbatim;

#define PEER_BUCKETS	256

/* A front process: its channel and its sessions by number. */
struct peer {
	struct serve *sv;
	struct channel *ch;
	struct peer *next;
	uint32_t index;
	struct task end;
	struct session *bucket[PEER_BUCKETS];
};

struct serve {
	struct loop *loop;
	struct log_out *log;
	const struct store_ops *ops;
	struct store_env env;		/* root -1: not opened yet */
	char *mail_root;			/* freed by serve_end() */
	unsigned char key[TICKET_KEY];
	bool has_key;
	struct verbatim *verbatim;
	struct peer *peers;
	size_t sessions;
	struct session *first, *last;	/* have work to do */
	struct session *later, *later_last;	/* wait for a lock or a quiet
					 * moment; who came first is first */
	struct task work;
	struct timer again;
	struct timer lonely;
	bool cache_failed;		/* said once, until it works again */
	bool stopping;
	bool broken;			/* front broke the protocol: end */
	void (*stopped)(void *arg);
	void *arg;
};

/* 0, or -1 (ERR_TEMP; ERR_CONFIG: no such store). */
int serve_begin(struct serve *sv, struct loop *l, struct log_out *log,
    const char *store, struct err *e);
void serve_end(struct serve *sv);

/* Open the mail root, made when it is missing; 0 or -1.  Before that, and
 * while it fails, logins get ERR_TEMP. */
int serve_root(struct serve *sv, struct err *e);

/*
 * A channel to front; takes fd.  One that it replaces ends.  When no new one
 * has come 5 s after the last one went, the process ends: broken.
 */
int serve_front(struct serve *sv, uint32_t index, int fd);

/*
 * Front cannot be answered.  If it is not dead, its channel and its sessions
 * end at the end of this turn, and so does the process: broken.
 */
void serve_lost(struct peer *p);

/* Close what is idle, finish removals, and call stopped() when front has
 * closed the last one. */
void serve_stop(struct serve *sv);

/* For sessions: a turn soon; one in 50 ms; a lock was dropped. */
void serve_soon(struct serve *sv, struct session *s);
void serve_later(struct serve *sv, struct session *s);
void serve_kick(struct serve *sv);
/* It is closed: one less. */
void serve_closed(struct serve *sv);
/* Out of all queues. */
void serve_forget(struct serve *sv, struct session *s);

#endif
