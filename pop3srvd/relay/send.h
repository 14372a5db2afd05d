/*
 * send.h - one delivery: a process of its own for some recipients
 *
 * A sendmail program gets the message on its standard input and recipients
 * behind "--", without a shell; for a smart host libexec/smtp gets a job.  The
 * process ends by itself or at its deadline.
 *
 * Runs in: relay.  Trusts: nothing of what the process writes.
 */
#ifndef RELAY_SEND_H
#define RELAY_SEND_H

#include <sys/types.h>

#include "lib/base/err.h"
#include "lib/net/loop.h"

#include "pop3srvd/ipc/passwords.h"
#include "pop3srvd/relay/envelope.h"
#include "pop3srvd/relay/job.h"

struct send;

struct send_want {
	const struct conf *conf;
	const struct passwords *passwords;
	const char *hostname;
	const struct envelope *v;
	int route;			/* not ROUTE_NONE */
	const size_t *rcpts;		/* their places in v */
	uint32_t n_rcpts;		/* at most JOB_RCPTS */
	int message;			/* descriptor; stays the caller's */
};

struct send_result {
	struct job_result rcpts[JOB_RCPTS];
	int exit_code;			/* of the process; -1 a signal */
};

/* NULL with *e: it could not be started. */
struct send *send_start(struct loop *l, const struct send_want *w,
    struct err *e);
/* Ends a process that still runs. */
void send_free(struct send **s_p);

pid_t send_pid(const struct send *s);
/* Its process ended with status: what became of each recipient. */
void send_ended(struct send *s, int status, struct send_result *r);

#endif
