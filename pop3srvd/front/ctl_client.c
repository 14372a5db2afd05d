/*
 * ctl_client.c - one connection to the control socket: lines in, lines out
 *
 * Runs in: front.
 * Trusts: nothing; anybody who can open the socket may send anything (S-44).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "lib/ctl/ctl.h"
#include "lib/net/conn.h"

#include "pop3srvd/front/ctl_client.h"

#define LINE_WAIT	5000	/* ms for the rest of a line */
#define IDLE_WAIT	30000	/* ms without a request */
#define ANSWER_WAIT	120000	/* ms for auth or keeper */
#define CHUNK		4096
#define OUT_MAX		((size_t)4 * CTL_LINE_MAX)

struct ctl_client {
	struct loop *loop;
	struct conn *conn;
	struct timer timer;
	struct task task;
	const struct ctl_client_ops *ops;
	void *arg;
	struct buf in;
	struct buf out;
	bool busy;		/* a request is being served */
	bool streams;		/* and has many replies */
	bool last;
	bool gone;		/* ops->gone follows at the end of the turn */
};

static void
go_away(struct ctl_client *c)
{
	c->gone = true;
	timer_stop(c->loop, &c->timer);
	if (c->conn != NULL)
		conn_free(&c->conn);
	loop_defer(c->loop, &c->task);
}

static void
wait_for(struct ctl_client *c, int64_t ms)
{
	if (timer_after(c->loop, &c->timer, ms) < 0)
		go_away(c);
}

/* True when all is written. */
static bool
flush(struct ctl_client *c)
{
	ssize_t n;

	while (buf_len(&c->out) > 0) {
		n = conn_write(c->conn, buf_data(&c->out), buf_len(&c->out));
		if (n < 0 && errno == EAGAIN) {
			conn_want(c->conn, CONN_WRITE);
			return false;
		}
		if (n > 0 && c->streams)
			timer_stop(c->loop, &c->timer);
		if (n <= 0) {
			go_away(c);
			return false;
		}
		buf_eat(&c->out, (size_t)n);
	}
	buf_wipe(&c->out);
	return true;
}

/* Serve the next line if there is one. */
static void
serve(struct ctl_client *c)
{
	const char *mem = buf_data(&c->in);
	size_t n = buf_len(&c->in);
	const char *lf = memchr(mem, '\n', n);

	if (lf == NULL && n >= CTL_LINE_MAX) {
		go_away(c);
		return;
	}
	if (lf == NULL) {
		wait_for(c, n > 0 ? LINE_WAIT : IDLE_WAIT);
		if (!c->gone)
			conn_want(c->conn, CONN_READ);
		return;
	}
	c->busy = true;
	conn_want(c->conn, 0);
	wait_for(c, ANSWER_WAIT);
	if (c->gone)
		return;
	c->ops->line(c, span_mem(mem, (size_t)(lf - mem)), c->arg);
}

static void
stream_on(struct ctl_client *c)
{
	if (flush(c))
		conn_want(c->conn, 0);
	else if (!c->gone && !timer_is_set(&c->timer))
		wait_for(c, ANSWER_WAIT);
}

static void
next_step(struct ctl_client *c)
{
	if (!c->gone && c->streams) {
		stream_on(c);
		return;
	}
	if (c->gone || c->busy || !flush(c))
		return;
	if (c->last)
		go_away(c);
	else
		serve(c);
}

static void
readable(struct ctl_client *c)
{
	size_t room = buf_room(&c->in);
	size_t want = room < CHUNK ? room : CHUNK;
	char *mem = want == 0 ? NULL : buf_reserve(&c->in, want);
	ssize_t n;

	if (mem == NULL) {
		go_away(c);
		return;
	}
	n = conn_read(c->conn, mem, want);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		go_away(c);
		return;
	}
	buf_added(&c->in, (size_t)n);
	/* more of a line that has begun does not buy it more time */
	if (memchr(mem, '\n', (size_t)n) != NULL ||
	    buf_len(&c->in) == (size_t)n || buf_room(&c->in) == 0)
		next_step(c);
}

static void
on_conn(struct conn *conn, enum conn_event ev, void *arg)
{
	struct ctl_client *c = arg;

	(void)conn;
	if (ev == CONN_READABLE && !c->busy)
		readable(c);
	else if (ev == CONN_WRITABLE)
		next_step(c);
	else if (ev == CONN_GONE)
		go_away(c);
}

static void
on_due(struct loop *l, struct timer *t)
{
	struct ctl_client *c = LOOP_OWNER(t, struct ctl_client, timer);

	(void)l;
	if (c->busy && !c->streams)
		c->ops->overdue(c, c->arg);
	else
		go_away(c);
}

static void
on_task(struct loop *l, struct task *t)
{
	struct ctl_client *c = LOOP_OWNER(t, struct ctl_client, task);

	(void)l;
	if (c->gone)
		c->ops->gone(c, c->arg);
	else
		next_step(c);
}

struct ctl_client *
ctl_client_new(struct loop *l, int fd, const struct ctl_client_ops *ops,
    void *arg)
{
	struct ctl_client *c = mem_new(1, sizeof(*c));

	if (c == NULL) {
		close(fd);
		return NULL;
	}
	c->loop = l;
	c->ops = ops;
	c->arg = arg;
	c->timer.due = on_due;
	c->task.run = on_task;
	buf_init(&c->in, CTL_LINE_MAX);
	buf_init(&c->out, OUT_MAX);
	c->conn = conn_new(l, fd, on_conn, c);
	if (c->conn == NULL || timer_after(l, &c->timer, IDLE_WAIT) < 0) {
		ctl_client_free(&c);
		return NULL;
	}
	conn_want(c->conn, CONN_READ);
	return c;
}

void
ctl_client_free(struct ctl_client **c_p)
{
	struct ctl_client *c = *c_p;

	*c_p = NULL;
	if (c == NULL)
		return;
	timer_stop(c->loop, &c->timer);
	loop_undefer(c->loop, &c->task);
	if (c->conn != NULL)
		conn_free(&c->conn);
	buf_wipe(&c->in);
	buf_wipe(&c->out);
	free(c);
}

struct buf *
ctl_client_out(struct ctl_client *c)
{
	return &c->out;
}

/* The line served is at the head of in; the next one waits for the end of the
 * turn, so that a long script leaves room for others. */
void
ctl_client_answer(struct ctl_client *c, bool last)
{
	const char *lf = memchr(buf_data(&c->in), '\n', buf_len(&c->in));

	if (c->gone || !c->busy)
		return;
	c->busy = c->streams = false;
	c->last = c->last || last;
	if (lf != NULL)
		buf_eat(&c->in, (size_t)(lf - buf_data(&c->in)) + 1);
	if (buf_len(&c->in) == 0)
		buf_wipe(&c->in);
	wait_for(c, IDLE_WAIT);
	if (!c->gone)
		loop_defer(c->loop, &c->task);
}

void
ctl_client_stream(struct ctl_client *c)
{
	if (c->gone || !c->busy)
		return;
	if (!c->streams)
		timer_stop(c->loop, &c->timer);
	c->streams = true;
	loop_defer(c->loop, &c->task);
}
