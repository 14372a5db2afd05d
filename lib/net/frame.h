/*
 * frame.h - framed messages and descriptors between our own processes
 *
 * A channel is one end of a SOCK_SEQPACKET socketpair: a frame is one packet,
 * whole or not at all.  Sending never blocks: what the kernel does not take
 * waits in a queue with a ceiling.  A frame that is too short, too long or of
 * an unknown kind ends the channel, never the process that reads it.
 */
#ifndef NET_FRAME_H
#define NET_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/base/span.h"
#include "lib/net/loop.h"

#define FRAME_MAX	65536		/* payload octets */

struct channel;

struct frame {
	uint16_t type;
	uint32_t id;		/* answers carry their question's id */
	struct span body;	/* valid during the callback only; 8-aligned */
	/* -1, or a descriptor: take it by setting -1.  Also -1 when this
	 * process had no room for the one that was sent. */
	int fd;
};

struct channel_ops {
	void (*frame)(struct channel *ch, struct frame *f, void *arg);
	/* The other end is dead; told once and never from inside
	 * channel_send().  Free the channel then or later. */
	void (*gone)(struct channel *ch, void *arg);
};

/* Two connected ends, close-on-exec, non-blocking.  0 or -1. */
int channel_pair(int fds_r[2], struct err *e);

/* Takes fd.  NULL: out of memory (fd is closed). */
struct channel *channel_new(struct loop *l, int fd,
    const struct channel_ops *ops, void *arg);
void channel_free(struct channel **ch_p);	/* safe inside callbacks */

/*
 * Send; fd (or -1) is duplicated and stays the caller's.  0, or -1 when body is
 * longer than FRAME_MAX, the queue is full or the other end is gone.
 */
int channel_send(struct channel *ch, uint16_t type, uint32_t id,
    struct span body, int fd);

/* Nothing can be sent any more: the other end is dead, gone() comes or came. */
bool channel_over(const struct channel *ch);
/* Frames waiting to be sent: the least busy helper has the fewest. */
size_t channel_waiting(const struct channel *ch);
/* Ceiling of the queue in octets (default 4 MiB). */
void channel_limit(struct channel *ch, size_t octets);
/* Read nothing while paused; it waits in the kernel.  The other end's death is
 * told all the same. */
void channel_pause(struct channel *ch, bool paused);
/* Write what waits, blocking up to ms; for the last words of a process. */
void channel_flush(struct channel *ch, int ms);

#endif
