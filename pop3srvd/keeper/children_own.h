/*
 * children_own.h - what the children_*.c share; nobody else includes it
 */
#ifndef KEEPER_CHILDREN_OWN_H
#define KEEPER_CHILDREN_OWN_H

#include <sys/types.h>

#include "pop3srvd/keeper/children.h"

struct child {
	struct children *all;
	enum role role;
	uint32_t index;
	pid_t pid;		/* 0: does not run */
	struct channel *ch;
	bool ready;		/* said so, this time */
	bool was_ready;		/* at any time */
	unsigned starts;
	int64_t since;		/* mono, of this start */
	int64_t backoff;	/* ms */
	struct timer again;
};

struct children {
	struct loop *loop;
	struct log_out *log;
	const struct children_ops *ops;
	void *arg;
	const struct conf *conf;
	struct child *at;	/* in the order of the start list */
	size_t n;
	bool complete;		/* all_ready was told */
	bool stopping;
	size_t stop_end;	/* stop list: those before it still run */
	struct timer patience;	/* with the ones being stopped */
};

/* Give x fresh channels to all running ones that it talks to. */
void children_connect(struct children *cs, struct child *x);

/* One more child has ended while stopping. */
void children_stop_next(struct children *cs);

#endif
