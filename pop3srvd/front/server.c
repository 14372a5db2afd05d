/*
 * server.c - everything that runs in front
 *
 * Runs in: front.
 * Trusts: keeper; auth and drop through their pools.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/mem.h"

#include "pop3srvd/front/ctl_forward.h"
#include "pop3srvd/front/ctl_server.h"
#include "pop3srvd/front/debug.h"
#include "pop3srvd/front/fds.h"
#include "pop3srvd/front/helpers.h"
#include "pop3srvd/front/ports.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/vserver.h"

#define KEYS_LIFE	((int64_t)12 * 3600 * 1000)	/* of TLS tickets */
#define RECORD_TURN	50		/* ms between looks */
#define STOP_WAIT	5000		/* ms for replies that have begun */
#define CHURN		64		/* blocks of memory that are worth it */
#define TRIM_WAIT	10000		/* ms until the burst is over */
#define SCANNED_MAX	64		/* who may have to go */
#define DELAYED_MAX	100000		/* accounts whose last login is known */
#define KNOWN_MAX	16384		/* sources that logged in */
#define WAITING_SHARE	30		/* percent of all before their login */

static void
take_channel(struct server *srv, struct frame *f)
{
	struct msg_channel m;
	int fd = f->fd, r = 0;

	f->fd = -1;
	if (fd < 0)
		return;
	if (msg_channel_unpack(&m, f->body) < 0)
		r = -1;
	else if (m.role == ROLE_AUTH)
		r = auth_pool_attach(srv->auths, m.index, fd);
	else if (m.role == ROLE_DROP)
		r = drop_pool_attach(srv->drops, m.index, fd);
	else if (m.role == ROLE_RELAY)
		r = relay_link_attach(srv->relay, fd);
	else
		close(fd);
	if (r < 0)
		log_event(srv->log, LOG_LEVEL_ERROR, NULL, "channel lost",
		    (struct log_field[]){ { NULL, { NULL, 0 }, 0 } });
}

static void
take_listener(struct server *srv, struct frame *f)
{
	int fd = f->fd;
	struct err e;

	f->fd = -1;
	if (fd >= 0 && ports_listen(srv->ports, f->body, fd, &e) < 0)
		log_error(srv->log, LOG_LEVEL_ERROR, NULL,
		    "listener not served", &e);
}

static void
take_control(struct server *srv, struct frame *f)
{
	struct msg_control m;
	int fd = f->fd;

	f->fd = -1;
	if (fd >= 0 && msg_control_unpack(&m, f->body) == 0)
		ctl_server_listen(srv->ctl, fd, m.uid);
	else if (fd >= 0)
		close(fd);
}

/* They follow the configuration they were made from: listeners take over
 * both in one turn, so that no peer meets one without the other. */
static void
take_access(struct server *srv, struct frame *f)
{
	struct access *a;
	int fd = f->fd;
	struct err e;

	f->fd = -1;
	a = fd < 0 ? NULL : access_open(fd, &e);
	if (a != NULL)
		gate_access(srv->gate, a);
	else if (fd >= 0)
		log_error(srv->log, LOG_LEVEL_ERROR, NULL,
		    "access lists not taken", &e);
	if (srv->conf_waits && !srv->stopping)
		ports_conf(srv->ports, srv->conf);
	srv->conf_waits = false;
}

static void
serve_frame(struct server *srv, struct frame *f)
{
	struct msg_ctl_reply r;

	switch (f->type) {
	case MSG_CHANNEL:
		take_channel(srv, f);
		break;
	case MSG_LISTENER:
		if (!srv->stopping)
			take_listener(srv, f);
		break;
	case MSG_CERTS:
		if (f->fd >= 0)
			ports_certs(srv->ports, f->fd);
		f->fd = -1;
		break;
	case MSG_CONTROL:
		take_control(srv, f);
		break;
	case MSG_KEPT:
		if (f->fd >= 0)
			guard_keep(srv, f->fd);
		f->fd = -1;
		break;
	case MSG_ACCESS:
		take_access(srv, f);
		break;
	case MSG_CTL_REPLY:
		if (msg_ctl_reply_unpack(&r, f->body) == 0)
			ctl_server_reply(srv->ctl, f->id, &r);
		break;
	default:
		break;
	}
}

/* Until server_start() there is nothing that could take a frame. */
static void
put_by(struct server *srv, struct frame *f)
{
	struct server_mail *m = mem_new(1, sizeof(*m) + f->body.len);

	if (m == NULL)
		return;		/* server_start() will miss it and fail */
	if (srv->mail == NULL)
		srv->mail_end = &srv->mail;
	m->type = f->type;
	m->fd = f->fd;
	f->fd = -1;
	m->len = f->body.len;
	if (m->len > 0)
		memcpy(m->body, f->body.ptr, m->len);
	*srv->mail_end = m;
	srv->mail_end = &m->next;
}

static void
on_frame(struct frame *f, void *arg)
{
	struct server *srv = arg;

	if (srv->loop == NULL)
		put_by(srv, f);
	else
		serve_frame(srv, f);
}

/* What is asked for may be more than the descriptors allow, also later: their
 * limit is what it was at the start. */
static void
check_places(const struct server *srv)
{
	size_t want = (size_t)srv->conf->server.limits.connections;
	size_t most = fds_connections();

	if (most < want)
		log_event(srv->log, LOG_LEVEL_WARNING, NULL,
		    "fewer connections than configured", (struct log_field[]){
		    LOG_NUM("configured", want), LOG_NUM("possible", most),
		    LOG_NUM("descriptors", fds_most()),
		    { NULL, { NULL, 0 }, 0 } });
}

void
server_count_places(struct server *srv)
{
	fds_learn();
	gate_allow(srv->gate, fds_connections());
	check_places(srv);
}

static void
on_conf(const struct conf *new, const struct conf *old, void *arg)
{
	struct server *srv = arg;

	(void)old;
	srv->conf = new;
	if (srv->stopping)
		return;
	check_places(srv);
	srv->conf_waits = true;
	debug_conf(srv->debug);
	ctl_server_conf(srv->ctl, new);
	guard_conf(srv);
}

static void
each_session(struct server *srv, void (*fn)(struct session *s))
{
	struct session *s, *next;
	int i;

	for (i = 0; i < SESSIONS_LISTS; i++)
		for (s = sessions_first(srv->sessions,
		    (enum sessions_list)i); s != NULL; s = next) {
			next = s->next;
			fn(s);
		}
}

static void
end_now(struct session *s)
{
	session_end(s, "shutdown");
}

static void
stop_due(struct loop *l, struct timer *t)
{
	struct server *srv = LOOP_OWNER(t, struct server, stop_timer);

	each_session(srv, end_now);
	/* who ordered the end is told of it, behind the record */
	if (ctl_server_recording(srv->ctl) && timer_after(l, t,
	    RECORD_TURN) == 0)
		return;
	life_stopped(srv->life);
}

static void
on_stop(void *arg)
{
	struct server *srv = arg;

	if (srv->stopping)
		return;
	srv->stopping = true;
	ports_free(&srv->ports);
	srv->ports = ports_new(srv);
	each_session(srv, session_stop);
	if (sessions_first(srv->sessions, SESSIONS_WAITING) == NULL &&
	    sessions_first(srv->sessions, SESSIONS_LOGGED_IN) == NULL)
		(void)timer_after(srv->loop, &srv->stop_timer, 0);
	else
		(void)timer_after(srv->loop, &srv->stop_timer, STOP_WAIT);
}

static void
on_log_frame(struct frame *f, void *arg)
{
	struct server *srv = arg;
	struct msg_ctl_reply r;
	struct msg_line m;

	if (srv->ctl == NULL)
		return;
	if (f == NULL)
		ctl_server_lost(srv->ctl, CTL_AT_LOG);
	else if (f->type == MSG_FOLLOW_LINE && msg_line_unpack(&m,
	    f->body) == 0)
		ctl_server_line(srv->ctl, f->id, &m);
	else if (f->type == MSG_CTL_REPLY && msg_ctl_reply_unpack(&r,
	    f->body) == 0)
		ctl_server_reply(srv->ctl, f->id, &r);
	else if (f->type == MSG_AUDIT_DONE && msg_ctl_reply_unpack(&r,
	    f->body) == 0)
		ctl_server_recorded(srv->ctl, f->id, &r);
}

const struct life_ops server_life_ops = {
	.frame = on_frame,
	.log_frame = on_log_frame,
	.conf = on_conf,
	.stop = on_stop
};

/* A burst of handshakes takes 30 kB each that lie between blocks in use. */
static void
trim_due(struct loop *l, struct timer *t)
{
	struct server *srv = LOOP_OWNER(t, struct server, trim_timer);

	(void)l;
	srv->churn = 0;
	mem_give_back();
}

void
server_churned(struct server *srv)
{
	if (++srv->churn == CHURN)
		(void)timer_after(srv->loop, &srv->trim_timer, TRIM_WAIT);
}

void
server_session_ended(struct server *srv)
{
	server_churned(srv);
	if (srv->stopping && srv->sessions != NULL &&
	    sessions_first(srv->sessions, SESSIONS_WAITING) == NULL &&
	    sessions_first(srv->sessions, SESSIONS_LOGGED_IN) == NULL)
		(void)timer_after(srv->loop, &srv->stop_timer, 0);
}

/* Of the oldest that have not logged in, the one whose source has most. */
bool
server_push_out(struct server *srv)
{
	struct session *s = sessions_first(srv->sessions, SESSIONS_WAITING);
	struct session *worst = NULL;
	size_t n, most = 0, left = SCANNED_MAX;

	for (; s != NULL && left > 0; s = s->next, left--) {
		n = gate_of(srv->gate, &s->peer);
		if (worst == NULL || n > most) {
			worst = s;
			most = n;
		}
	}
	if (worst == NULL)
		return false;
	session_end(worst, "pushed-out");
	return true;
}

void
server_relieve(struct server *srv, const struct vserver *vs)
{
	size_t most = gate_ceiling(srv->gate, vs);

	if (gate_total(srv->gate) >= most && sessions_count(srv->sessions,
	    SESSIONS_WAITING) * 100 >= most * WAITING_SHARE)
		(void)server_push_out(srv);
}

void
server_log_refused(struct server *srv, const struct vserver *vs,
    const struct addr *peer, enum gate_verdict v)
{
	int64_t now = loop_time(srv->loop)->mono;
	const struct netacl_rule *rule = NULL;
	char text[ADDR_TEXT], range[ADDR_TEXT] = "policy";
	const char *list = "";
	struct log_where where = {
		.listener = vs->name,
		.peer = addr_text(peer, text)
	};
	uint64_t missed;

	if (!gate_log_due(srv->gate, v, now, &missed))
		return;
	if (v == GATE_DENIED)
		(void)gate_judge(srv->gate, vs, peer, now, &rule);
	if (rule != NULL) {
		prefix_text(&rule->p, range);
		list = rule->verdict == VERDICT_GRANT ? "grant" : "deny";
	}
	log_event(srv->log, LOG_LEVEL_INFO, &where, "refused",
	    (struct log_field[]){ LOG_STR("reason", gate_verdict_name(v)),
	    LOG_STR("rule", v == GATE_DENIED ? range : ""),
	    LOG_STR("list", list),
	    LOG_NUM("missed", missed), { NULL, { NULL, 0 }, 0 } });
}

static void
keys_due(struct loop *l, struct timer *t)
{
	struct server *srv = LOOP_OWNER(t, struct server, keys_timer);

	if (tls_keys_rotate(srv->keys) < 0)
		log_event(srv->log, LOG_LEVEL_WARNING, NULL,
		    "ticket keys not changed",
		    (struct log_field[]){ { NULL, { NULL, 0 }, 0 } });
	(void)timer_after(l, t, KEYS_LIFE);
}

static void
read_mail(struct server *srv)
{
	struct server_mail *m;
	struct frame f;

	while ((m = srv->mail) != NULL) {
		srv->mail = m->next;
		f = (struct frame){ .type = m->type, .fd = m->fd,
		    .body = span_mem(m->body, m->len) };
		serve_frame(srv, &f);
		if (f.fd >= 0)
			close(f.fd);
		free(m);
	}
}

int
server_start(struct server *srv, struct life *life, struct err *e)
{
	srv->life = life;
	srv->loop = life_loop(life);
	srv->log = life_log(life);
	srv->conf = life_conf(life);
	srv->since = loop_time(srv->loop)->wall;
	srv->keys_timer.due = keys_due;
	srv->stop_timer.due = stop_due;
	srv->trim_timer.due = trim_due;
	if ((srv->keys = tls_keys_new(e)) == NULL)
		return -1;
	srv->gate = gate_new(1);
	srv->guard = guard_new();
	srv->sessions = sessions_new();
	srv->delay = delay_new(DELAYED_MAX);
	srv->known = known_new(KNOWN_MAX);
	srv->auths = auth_pool_new(srv->loop, &helpers_auth_ops, srv);
	srv->drops = drop_pool_new(srv->loop, &helpers_drop_ops, srv);
	srv->relay = relay_link_new(srv->loop, &helpers_relay_ops, srv);
	srv->ports = ports_new(srv);
	srv->debug = debug_new(srv);
	srv->ctl = ctl_server_new(srv);
	if (srv->gate == NULL || srv->guard == NULL || srv->sessions == NULL ||
	    srv->delay == NULL || srv->known == NULL || srv->auths == NULL ||
	    srv->drops == NULL || srv->relay == NULL || srv->ports == NULL ||
	    srv->ctl == NULL || srv->debug == NULL ||
	    timer_after(srv->loop, &srv->keys_timer, KEYS_LIFE) < 0)
		return err_set(e, ERR_TEMP, "out of memory at the start");
	srv->conf_waits = true;
	ctl_server_conf(srv->ctl, srv->conf);
	guard_conf(srv);
	read_mail(srv);
	if (gate_lists(srv->gate) == NULL)
		return err_set(e, ERR_TEMP, "no access lists");
	return 0;
}

void
server_end(struct server *srv)
{
	ctl_server_free(&srv->ctl);
	ports_free(&srv->ports);
	each_session(srv, end_now);
	drop_pool_free(&srv->drops);
	relay_link_free(&srv->relay);
	auth_pool_free(&srv->auths);
	sessions_free(&srv->sessions);
	debug_free(&srv->debug);
	delay_free(&srv->delay);
	known_free(&srv->known);
	gate_free(&srv->gate);
	guard_free(&srv->guard);
	timer_stop(srv->loop, &srv->stop_timer);
	timer_stop(srv->loop, &srv->keys_timer);
	timer_stop(srv->loop, &srv->trim_timer);
	tls_keys_free(&srv->keys);
}
