/*
 * server.h - everything that runs in front
 */
#ifndef FRONT_SERVER_H
#define FRONT_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/net/frame.h"
#include "lib/net/loop.h"
#include "lib/net/tls.h"
#include "lib/policy/delay.h"
#include "lib/policy/known.h"

#include "pop3srvd/ipc/life.h"

#include "pop3srvd/front/auth_pool.h"
#include "pop3srvd/front/drop_pool.h"
#include "pop3srvd/front/gate.h"
#include "pop3srvd/front/guard.h"
#include "pop3srvd/front/metrics.h"
#include "pop3srvd/front/relay_link.h"
#include "pop3srvd/front/sessions.h"

struct ctl_server;
struct debug;
struct ports;

struct server_mail {		/* a frame that came before there was a loop */
	struct server_mail *next;
	uint16_t type;
	int fd;
	size_t len;
	char body[];
};

struct server {
	struct life *life;
	struct loop *loop;
	struct log_out *log;
	const struct conf *conf;
	struct gate *gate;
	struct guard *guard;
	struct sessions *sessions;
	struct delay *delay;
	struct known *known;
	struct auth_pool *auths;
	struct drop_pool *drops;
	struct relay_link *relay;
	struct ports *ports;
	struct ctl_server *ctl;
	struct debug *debug;
	struct tls_keys *keys;
	struct timer keys_timer;
	struct timer stop_timer;
	struct timer trim_timer;
	int64_t since;			/* wall ms */
	uint64_t hello_turn;		/* of the loop */
	unsigned hellos;		/* handshakes begun in it */
	unsigned churn;			/* since memory was given back */
	bool stopping;
	bool conf_waits;		/* for the lists that go with it */
	struct server_mail *mail, **mail_end;
	struct metrics metrics;
};

/* For life_inherit(): arg is the server, zeroed. */
extern const struct life_ops server_life_ops;

/* Everything before rights are given up.  0, or -1 with *e. */
int server_start(struct server *srv, struct life *life, struct err *e);
/* When the limits are final. */
void server_count_places(struct server *srv);
void server_end(struct server *srv);

/* Memory was freed, or will be soon: of a session or of a handshake. */
void server_churned(struct server *srv);
/* A session has ended. */
void server_session_ended(struct server *srv);

/*
 * When all places are taken and many of them by peers that never logged in, one
 * of these goes.  server_push_out() does it at once; false: there is none.
 */
void server_relieve(struct server *srv, const struct vserver *vs);
bool server_push_out(struct server *srv);

/* The line about a peer that got no octet, unless there were many lately. */
void server_log_refused(struct server *srv, const struct vserver *vs,
    const struct addr *peer, enum gate_verdict v);

#endif
