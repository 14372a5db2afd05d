/*
 * children_talk.c - who talks to whom, and what keeper says to all
 *
 * Runs in: keeper.  Trusts: nothing is read here.
 */
#include <signal.h>
#include <unistd.h>

#include "lib/base/buf.h"

#include "pop3srvd/keeper/children_own.h"

/* Everybody to log; front to auth, drop and relay.  Never these to each
 * other. */
static bool
linked(const struct child *a, const struct child *b)
{
	if (a->role == ROLE_LOG || b->role == ROLE_LOG)
		return a->role != b->role;
	return (a->role == ROLE_FRONT) != (b->role == ROLE_FRONT);
}

static void
hand_over(struct channel *to, const struct msg_channel *other, int fd)
{
	struct buf b;

	buf_init(&b, 64);
	if (msg_channel_pack(other, &b) == 0)
		(void)channel_send(to, MSG_CHANNEL, 0, buf_span(&b), fd);
	buf_free(&b);
}

/* y may hold an end of the channel to x's predecessor. */
static void
pair_up(struct children *cs, struct child *x, struct child *y)
{
	const struct msg_channel is_x = { x->role, x->index, x->starts > 1 };
	const struct msg_channel is_y = { y->role, y->index, false };
	struct err e;
	int fds[2];

	if (channel_pair(fds, &e) < 0) {
		log_error(cs->log, LOG_LEVEL_ERROR, NULL, "no channel", &e);
		/* Of no use without it: to be started again. */
		if (x->pid > 0)
			(void)kill(x->pid, SIGKILL);
		return;
	}
	hand_over(x->ch, &is_y, fds[0]);
	hand_over(y->ch, &is_x, fds[1]);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

static void
connect_keeper(struct children *cs, struct child *log)
{
	static const struct msg_channel is_keeper = { .role = ROLE_KEEPER };
	struct err e;
	int fds[2];

	if (channel_pair(fds, &e) < 0)
		return;
	hand_over(log->ch, &is_keeper, fds[1]);
	(void)close(fds[1]);
	cs->ops->log_channel(fds[0], cs->arg);
}

void
children_connect(struct children *cs, struct child *x)
{
	size_t i;

	if (x->role == ROLE_LOG)
		connect_keeper(cs, x);
	for (i = 0; i < cs->n; i++)
		if (cs->at[i].ch != NULL && linked(x, &cs->at[i]))
			pair_up(cs, x, &cs->at[i]);
}

void
children_tell(struct children *cs, uint16_t type, uint32_t id,
    struct span body, int fd)
{
	size_t i;

	for (i = 0; i < cs->n; i++)
		if (cs->at[i].ch != NULL)
			(void)channel_send(cs->at[i].ch, type, id, body, fd);
}

void
children_tell_role(struct children *cs, enum role role, uint16_t type,
    uint32_t id, struct span body)
{
	size_t i;

	for (i = 0; i < cs->n; i++)
		if (cs->at[i].ch != NULL && cs->at[i].role == role)
			(void)channel_send(cs->at[i].ch, type, id, body, -1);
}

struct channel *
children_front(struct children *cs)
{
	return cs->n == 0 ? NULL : cs->at[cs->n - 1].ch;
}

struct channel *
children_log(struct children *cs)
{
	return cs->n == 0 ? NULL : cs->at[0].ch;
}

struct channel *
children_relay(struct children *cs)
{
	size_t i;

	for (i = 0; i < cs->n; i++)
		if (cs->at[i].role == ROLE_RELAY)
			return cs->at[i].ch;
	return NULL;
}

static json_t *
child_status(const struct children *cs, const struct child *c)
{
	const struct moment *now = loop_time(cs->loop);
	int64_t since = now->wall - (now->mono - c->since);

	/* No pid while it does not run: kill(0, …) would reach the caller. */
	return json_pack("{s:s, s:i, s:o, s:i, s:I}",
	    "role", role_name(c->role), "index", (int)c->index,
	    "pid", c->pid > 0 ? json_integer(c->pid) : json_null(),
	    "restarts", c->starts > 0 ? (int)c->starts - 1 : 0,
	    "since", (json_int_t)(since / 1000));
}

json_t *
children_status(const struct children *cs)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < cs->n; i++)
		json_array_append_new(list, child_status(cs, &cs->at[i]));
	return list;
}
