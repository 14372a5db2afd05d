/*
 * message.h - a descriptor from drop as blocks for the engine
 *
 * Never waits for a disk: what is not in the page cache is asked for first.
 */
#ifndef FRONT_MESSAGE_H
#define FRONT_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/span.h"

#include "lib/net/loop.h"

#include "pop3srvd/ipc/msg.h"

struct message;
struct conn;

/* Takes fd.  NULL: out of memory, and fd is closed. */
struct message *message_new(int fd, const struct msg_message *m);
void message_free(struct message **m_p);		/* closes */

uint32_t message_number(const struct message *m);
int message_fd(const struct message *m);

enum message_step {
	MESSAGE_BLOCK,		/* here it is */
	MESSAGE_AHEAD,		/* ask drop for what message_ahead() says */
	MESSAGE_POLL,		/* a pipe: wait until it is readable */
	MESSAGE_FAULT,		/* shorter than said, or a read error */
	MESSAGE_GONE		/* message_send(): the connection is broken */
};

/* The block is valid until the next call for any message. */
enum message_step message_read(struct message *m, struct span *block_r,
    bool *last_r);

/* After MESSAGE_POLL: call fn once when there is something to read. */
int message_wait(struct message *m, struct loop *l, void (*fn)(void *arg),
    void *arg);

/*
 * Lines that RETR sends as they are stored, as drop found them in a large
 * message.  message_ask(): the next question to drop, if there is one and it
 * was not asked; message_told(): the answer, false when it is to another
 * question.  While a stretch of them begins here, message_send() takes the
 * place of message_read().
 */
bool message_ask(struct message *m, struct msg_verbatim *q_r);
bool message_told(struct message *m, const struct msg_verbatim *a);
bool message_asked(const struct message *m);
uint64_t message_stretch(const struct message *m);	/* octets, or 0 */

/*
 * Send some of a stretch.  MESSAGE_BLOCK: so many octets are sent, and those
 * of rest_r were read but not taken.  MESSAGE_POLL: the peer takes nothing
 * now.  MESSAGE_FAULT also when the file is not as it was.
 */
enum message_step message_send(struct message *m, struct conn *c,
    size_t *sent_r, struct span *rest_r, bool *last_r);

/* What drop is to read into the cache; message_ahead_done() when it did. */
struct msg_ahead message_ahead(const struct message *m);
void message_ahead_done(struct message *m);

#endif
