/*
 * ctl_forward.c - control verbs that another process serves: a row a process
 *
 * Runs in: front.
 * Trusts: nothing is read here.
 */
#include <stddef.h>
#include <string.h>

#include "pop3srvd/front/ctl_forward.h"
#include "pop3srvd/front/server.h"

static int
to_keeper(struct server *srv, uint32_t id, const struct msg_ctl *m)
{
	struct buf b;
	int r = -1;

	buf_init(&b, FRAME_MAX);
	if (msg_ctl_pack(m, &b) == 0)
		r = channel_send(life_keeper(srv->life), MSG_CTL, id,
		    buf_span(&b), -1);
	buf_wipe(&b);
	return r < 0 ? CTL_AT_NOBODY : CTL_AT_KEEPER;
}

static int
to_auth(struct server *srv, uint32_t id, const struct msg_ctl *m)
{
	return auth_pool_ctl(srv->auths, id, m);
}

static int
to_relay(struct server *srv, uint32_t id, const struct msg_ctl *m)
{
	return relay_link_ctl(srv->relay, id, m) < 0 ? CTL_AT_NOBODY :
	    CTL_AT_RELAY;
}

/* log.follow is no question but the beginning of a stream. */
static int
to_log(struct server *srv, uint32_t id, const struct msg_ctl *m)
{
	struct channel *log = life_log_channel(srv->life);
	struct buf b;
	int r = -1;

	if (log == NULL)
		return CTL_AT_NOBODY;
	buf_init(&b, FRAME_MAX);
	if (strcmp(m->verb, "log.follow") == 0)
		r = channel_send(log, MSG_FOLLOW, id, m->args, -1);
	else if (msg_ctl_pack(m, &b) == 0)
		r = channel_send(log, MSG_CTL, id, buf_span(&b), -1);
	buf_free(&b);
	return r < 0 ? CTL_AT_NOBODY : CTL_AT_LOG;
}

void
ctl_forward_end_follow(struct server *srv, uint32_t id)
{
	struct channel *log = life_log_channel(srv->life);

	if (log != NULL && id != 0)
		(void)channel_send(log, MSG_FOLLOW_END, id,
		    span_mem(NULL, 0), -1);
}

static const struct {
	enum ctl_where where;
	int (*send)(struct server *srv, uint32_t id, const struct msg_ctl *m);
} rows[] = {
	{ CTL_KEEPER, to_keeper },
	{ CTL_AUTH, to_auth },
	{ CTL_LOG, to_log },
	{ CTL_RELAY, to_relay }
};

int
ctl_forward(struct server *srv, enum ctl_where where, uint32_t id,
    const struct msg_ctl *m)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].where == where)
			return rows[i].send(srv, id, m);
	return CTL_AT_NOBODY;
}
