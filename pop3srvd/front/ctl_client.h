/*
 * ctl_client.h - one connection to the control socket: lines in, lines out
 *
 * One request at a time: the next line is read when the last was answered.
 */
#ifndef FRONT_CTL_CLIENT_H
#define FRONT_CTL_CLIENT_H

#include <stdbool.h>

#include "lib/base/buf.h"
#include "lib/base/span.h"

#include "lib/net/loop.h"

struct ctl_client;

struct ctl_client_ops {
	/* A line without its LF, wiped afterwards.  Answer with
	 * ctl_client_answer() now or later. */
	void (*line)(struct ctl_client *c, struct span line, void *arg);
	/* It waited too long for the answer; give one. */
	void (*overdue)(struct ctl_client *c, void *arg);
	/* It has gone; free it. */
	void (*gone)(struct ctl_client *c, void *arg);
};

/* Takes fd.  NULL: out of memory, and fd is closed. */
struct ctl_client *ctl_client_new(struct loop *l, int fd,
    const struct ctl_client_ops *ops, void *arg);
void ctl_client_free(struct ctl_client **c_p);

/* Where replies are appended; then say that the answer is there.  last: close
 * the connection behind it. */
struct buf *ctl_client_out(struct ctl_client *c);
void ctl_client_answer(struct ctl_client *c, bool last);

/*
 * Many replies to one request: what was appended goes out, and nothing is read
 * until there is an answer.  Who takes no octet for two minutes is cut off.
 */
void ctl_client_stream(struct ctl_client *c);

#endif
