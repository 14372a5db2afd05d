/*
 * message.c - a descriptor from drop as blocks for the engine
 *
 * Runs in: front.
 * Trusts: drop for the descriptor; not that the file is as long as was said.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "pop3srvd/front/message.h"

#define BLOCK	((size_t)32768)		/* what a slow reader may hold back */
#define AHEAD	((uint64_t)1 << 20)

struct message {
	struct loop *loop;	/* waiting: the watch is in it */
	struct watch watch;
	void (*readable)(void *arg);
	void *arg;
	int fd;
	uint32_t number;
	bool pipe;
	bool plain;		/* the file system knows no RWF_NOWAIT */
	uint64_t octets;
	uint64_t at;
	uint64_t cached;	/* drop has read up to here */
};

/* One for all: the engine copies what it takes. */
static char block[BLOCK];

static void
unwatch(struct message *m)
{
	if (m->loop != NULL)
		loop_unwatch(m->loop, &m->watch);
	m->loop = NULL;
}

void
message_free(struct message **m_p)
{
	if (*m_p == NULL)
		return;
	unwatch(*m_p);
	close((*m_p)->fd);
	free(*m_p);
	*m_p = NULL;
}

struct message *
message_new(int fd, const struct msg_message *from)
{
	struct message *m = mem_new(1, sizeof(*m));

	if (m == NULL) {
		close(fd);
		return NULL;
	}
	m->fd = fd;
	m->number = from->number;
	m->pipe = from->pipe;
	m->octets = from->file_octets;
	if (m->pipe && fcntl(fd, F_SETFL, O_NONBLOCK) < 0)
		message_free(&m);
	return m;
}

uint32_t
message_number(const struct message *m)
{
	return m->number;
}

int
message_fd(const struct message *m)
{
	return m->fd;
}

struct msg_ahead
message_ahead(const struct message *m)
{
	struct msg_ahead a = { .number = m->number, .offset = m->at };
	uint64_t left = m->octets - m->at;

	a.octets = (uint32_t)(left < AHEAD ? left : AHEAD);
	return a;
}

void
message_ahead_done(struct message *m)
{
	m->cached = m->at + message_ahead(m).octets;
}

/* As pread(); EAGAIN when it would wait for the disk. */
static ssize_t
read_file(struct message *m, size_t n)
{
	struct iovec iov = { block, n };
	ssize_t got = -1;

	errno = EAGAIN;
	if (!m->plain) {
		got = preadv2(m->fd, &iov, 1, (off_t)m->at, RWF_NOWAIT);
		if (got < 0 && (errno == EOPNOTSUPP || errno == EINVAL ||
		    errno == ENOSYS)) {
			m->plain = true;
			errno = EAGAIN;
		}
	}
	/* Drop has just read it: if it is gone again, wait this once. */
	if (got < 0 && errno == EAGAIN && m->at < m->cached)
		got = pread(m->fd, block, n, (off_t)m->at);
	return got;
}

static enum message_step
got_block(struct message *m, size_t n, struct span *block_r, bool *last_r)
{
	m->at += n;
	*block_r = span_mem(block, n);
	*last_r = m->at == m->octets;
	return MESSAGE_BLOCK;
}

enum message_step
message_read(struct message *m, struct span *block_r, bool *last_r)
{
	uint64_t left = m->octets - m->at;
	size_t n = left < BLOCK ? (size_t)left : BLOCK;
	ssize_t got;

	if (n == 0)
		return got_block(m, 0, block_r, last_r);
	do {
		got = m->pipe ? read(m->fd, block, n) : read_file(m, n);
	} while (got < 0 && errno == EINTR);
	if (got > 0)
		return got_block(m, (size_t)got, block_r, last_r);
	if (got < 0 && errno == EAGAIN)
		return m->pipe ? MESSAGE_POLL : MESSAGE_AHEAD;
	return MESSAGE_FAULT;
}

static void
on_readable(struct loop *l, struct watch *w, short revents)
{
	struct message *m = LOOP_OWNER(w, struct message, watch);

	(void)l;
	(void)revents;
	unwatch(m);
	m->readable(m->arg);
}

int
message_wait(struct message *m, struct loop *l, void (*fn)(void *arg),
    void *arg)
{
	m->watch = (struct watch){ .fd = m->fd, .ready = on_readable };
	m->readable = fn;
	m->arg = arg;
	if (loop_watch_read(l, &m->watch) < 0)
		return -1;
	m->loop = l;
	return 0;
}
