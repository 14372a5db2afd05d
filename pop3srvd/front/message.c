/*
 * message.c - a descriptor from drop as blocks for the engine
 *
 * Runs in: front.
 * Trusts: drop for the descriptor and for what it found in the file; not that
 * the file stays as long or as it was.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "lib/net/conn.h"

#include "pop3srvd/front/message.h"

#define BLOCK	((size_t)32768)		/* what a slow reader may hold back */
#define AHEAD	((uint64_t)1 << 20)

#define LARGE	((uint64_t)131072)	/* smaller: converted before drop answers */
#define GAIN	((uint64_t)65536)	/* a stretch that is worth a question */
#define SEND	((size_t)262144)	/* without asking the kernel again */
#define PROBE	((size_t)32768)		/* evicted memory leaves no smaller hole */

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
	bool verbatim;		/* perhaps, so drop may be asked */
	bool asked;
	bool by_copy;		/* the kernel cannot send it */
	bool changed;		/* since a part of it went out verbatim */
	uint64_t ask_at;
	uint64_t until;		/* lines up to here are verbatim */
	uint64_t ino;		/* if these are the file's own */
	int64_t mtime;
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
	m->verbatim = !m->pipe && from->octets == from->file_octets &&
	    from->octets >= LARGE;
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
read_now(struct message *m, size_t n, uint64_t at)
{
	struct iovec iov = { block, n };
	ssize_t got = -1;

	errno = EAGAIN;
	if (m->plain)
		return -1;
	got = preadv2(m->fd, &iov, 1, (off_t)at, RWF_NOWAIT);
	if (got < 0 && (errno == EOPNOTSUPP || errno == EINVAL ||
	    errno == ENOSYS)) {
		m->plain = true;
		errno = EAGAIN;
	}
	return got;
}

static ssize_t
read_file(struct message *m, size_t n)
{
	ssize_t got = read_now(m, n, m->at);

	/* Drop has just read it: if it is gone again, wait this once. */
	if (got < 0 && errno == EAGAIN && m->at < m->cached)
		got = pread(m->fd, block, n, (off_t)m->at);
	return got;
}

static ssize_t
read_some(struct message *m, size_t n)
{
	ssize_t got;

	do {
		got = m->pipe ? read(m->fd, block, n) : read_file(m, n);
	} while (got < 0 && errno == EINTR);
	return got;
}

/* Up to its last line end: behind one, a stretch may begin. */
static size_t
lines_of(const struct message *m, size_t n)
{
	const char *lf = memrchr(block, '\n', n);

	return !m->verbatim || m->at + n == m->octets || lf == NULL ? n :
	    (size_t)(lf - block) + 1;
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

	if (m->changed)
		return MESSAGE_FAULT;
	if (n == 0)
		return got_block(m, 0, block_r, last_r);
	got = read_some(m, n);
	if (got > 0)
		return got_block(m, lines_of(m, (size_t)got), block_r,
		    last_r);
	if (got < 0 && errno == EAGAIN)
		return m->pipe ? MESSAGE_POLL : MESSAGE_AHEAD;
	return MESSAGE_FAULT;
}

bool
message_ask(struct message *m, struct msg_verbatim *q_r)
{
	uint64_t from = m->until > m->at ? m->until : m->at;

	if (!m->verbatim || m->asked || from == m->octets)
		return false;
	m->asked = true;
	m->ask_at = from;
	*q_r = (struct msg_verbatim){ .number = m->number, .offset = from };
	return true;
}

bool
message_asked(const struct message *m)
{
	return m->asked;
}

uint64_t
message_stretch(const struct message *m)
{
	return m->until > m->at ? m->until - m->at : 0;
}

/* What drop read is this file, and nobody has written to it since. */
static bool
is_file(const struct message *m, uint64_t ino, int64_t mtime)
{
	struct stat st;

	return fstat(m->fd, &st) == 0 && st.st_ino == ino &&
	    (uint64_t)st.st_size == m->octets &&
	    (int64_t)((uint64_t)st.st_mtim.tv_sec * 1000000000u +
	    (uint64_t)st.st_mtim.tv_nsec) == mtime;
}

static bool
as_it_was(const struct message *m)
{
	return is_file(m, m->ino, m->mtime);
}

bool
message_told(struct message *m, const struct msg_verbatim *a)
{
	uint64_t left = m->octets - m->ask_at;

	if (!m->asked || a->number != m->number || a->offset != m->ask_at)
		return false;
	m->asked = false;
	m->changed = m->until > 0 && !as_it_was(m);
	/* another file may have the name by now: that says nothing of ours */
	m->verbatim = !m->changed && (a->octets == left || (a->octets < left &&
	    a->octets >= GAIN)) && is_file(m, a->ino, a->mtime);
	if (!m->verbatim)
		return true;
	m->ino = a->ino;
	m->mtime = a->mtime;
	m->until = a->offset + a->octets;
	return true;
}

/* How much of n octets is in memory; 0: drop is to read it first. */
static size_t
in_memory(struct message *m, size_t n)
{
	size_t at;

	for (at = 0; at < n && read_now(m, 1, m->at + at) == 1; at += PROBE)
		;
	if (at > 0)
		return at < n ? at : n;
	if (m->at >= m->cached)
		return 0;
	/* drop has just read it; wait this once */
	if (n > m->cached - m->at)
		n = (size_t)(m->cached - m->at);
	if (!m->plain)
		m->cached = m->at + n;
	return n;
}

static enum message_step
send_copy(struct message *m, struct conn *c, size_t *sent_r,
    struct span *rest_r)
{
	uint64_t left = message_stretch(m);
	ssize_t got = read_some(m, left < BLOCK ? (size_t)left : BLOCK), put;

	if (got <= 0)
		return got < 0 && errno == EAGAIN ? MESSAGE_AHEAD :
		    MESSAGE_FAULT;
	put = conn_write(c, block, (size_t)got);
	if (put < 0 && errno != EAGAIN)
		return MESSAGE_GONE;
	*sent_r = put < 0 ? 0 : (size_t)put;
	*rest_r = span_mem(block + *sent_r, (size_t)got - *sent_r);
	return MESSAGE_BLOCK;
}

static enum message_step
send_file(struct message *m, struct conn *c, size_t *sent_r,
    struct span *rest_r)
{
	uint64_t left = message_stretch(m);
	size_t n = in_memory(m, left < SEND ? (size_t)left : SEND);
	ssize_t put;

	if (n == 0)
		return MESSAGE_AHEAD;
	put = conn_send_file(c, m->fd, m->at, n);
	if (put > 0) {
		*sent_r = (size_t)put;
		return MESSAGE_BLOCK;
	}
	if (put < 0 && errno == EAGAIN)
		return MESSAGE_POLL;
	if (put < 0 && (errno == EINVAL || errno == ENOSYS)) {
		m->by_copy = true;
		return send_copy(m, c, sent_r, rest_r);
	}
	return put == 0 || errno == EIO ? MESSAGE_FAULT : MESSAGE_GONE;
}

enum message_step
message_send(struct message *m, struct conn *c, size_t *sent_r,
    struct span *rest_r, bool *last_r)
{
	enum message_step step = MESSAGE_FAULT;

	*rest_r = span_of("");
	if (as_it_was(m))
		step = m->by_copy || conn_tls(c) ?
		    send_copy(m, c, sent_r, rest_r) :
		    send_file(m, c, sent_r, rest_r);
	if (step != MESSAGE_BLOCK)
		return step;
	m->at += *sent_r + rest_r->len;
	*last_r = m->at == m->octets;
	return *last_r && !as_it_was(m) ? MESSAGE_FAULT : MESSAGE_BLOCK;
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
