/*
 * ctl_server.c - the control socket: who asks, may they, who answers
 *
 * Runs in: front.
 * Trusts: the kernel for who the peer is; nothing the peer says.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"

#include "lib/ctl/ctl.h"
#include "lib/net/listen.h"
#include "lib/net/peer.h"

#include "pop3srvd/front/ctl_forward.h"
#include "pop3srvd/front/ctl_own.h"
#include "pop3srvd/front/ctl_roles.h"
#include "pop3srvd/front/ctl_seat.h"
#include "pop3srvd/front/ctl_server.h"
#include "pop3srvd/front/login.h"
#include "pop3srvd/front/server.h"

#define CLIENTS		32
enum { ORPHAN = 10, BUSY = 20, NEVER = 99 };	/* ease() */
#define FRESH		(CLIENTS / 2)
#define OWNERS		4	/* who change passwords, served at once */

struct ctl_server {
	struct server *srv;
	struct listener *listener;
	struct ctl_roles *roles;
	struct ctl_refusals refusals;
	uint32_t tickets;
	uint64_t peers;			/* that ever came */
	unsigned fresh;			/* since next_turn ran */
	struct task next_turn;
	struct ctl_seat seats[CLIENTS];
};

static void
serve_own(struct ctl_seat *st)
{
	ctl_own_fn *run = ctl_own_find(st->req.verb->verb);
	struct err e = { .class = ERR_NONE };
	json_t *result;

	if (run == NULL) {
		ctl_seat_fault(st, CTL_USAGE, "verb not served");
		return;
	}
	result = run(st->srv, st->req.args, &e);
	if (result != NULL)
		ctl_seat_ok(st, result);
	else
		ctl_seat_fault(st, ctl_code_of(&e), e.text);
}

static void
ask_elsewhere(struct ctl_seat *st)
{
	const struct ctl_asker *a = &st->asker;
	struct msg_ctl m = { .verb = st->req.verb->verb,
		.uid = a->who.uid, .pid = (uint32_t)a->who.pid,
		.role = (uint32_t)a->role };
	struct buf args;

	st->ticket = ctl_seat_ticket(st);
	st->helper = CTL_AT_NOBODY;
	buf_init(&args, FRAME_MAX);
	if (json_write(st->req.args, &args) == 0) {
		m.args = buf_span(&args);
		st->helper = ctl_forward(st->srv, st->req.verb->where,
		    st->ticket, &m);
	}
	buf_wipe(&args);
	if (st->helper == CTL_AT_NOBODY)
		ctl_seat_fault(st, CTL_TRY_AGAIN,
		    "who serves this is not there; try again");
}

static struct ctl_seat *
seat_of(struct ctl_server *cs, const struct ctl_client *c)
{
	int i;

	for (i = 0; i < CLIENTS; i++)
		if (cs->seats[i].client == c)
			return &cs->seats[i];
	return NULL;
}

/* Who has no role may ask too, and with a lesser one guess a password. */
static bool
by_owner(const struct ctl_seat *st)
{
	return st->req.verb != NULL && (st->asker.role == CTL_NOBODY ||
	    (st->req.verb->role == CTL_OWNER && st->asker.role < CTL_ADMIN));
}

/* Of those only a few at once, and of one user one: nobody keeps the others
 * from it. */
static bool
owners_busy(const struct ctl_server *cs, const struct ctl_seat *st)
{
	int i, all = 0, own = 0;

	for (i = 0; i < CLIENTS; i++) {
		if (!by_owner(&cs->seats[i]))
			continue;
		all++;
		own += cs->seats[i].asker.who.uid == st->asker.who.uid;
	}
	return all > OWNERS || own > 1;
}

static void
on_line(struct ctl_client *c, struct span line, void *arg)
{
	struct ctl_seat *st = seat_of(arg, c);
	enum ctl_code code;
	struct err e;

	if (ctl_request_read(line, &st->req, &code, &e) < 0) {
		(void)ctl_reply_fault(ctl_client_out(c), st->req.id, code,
		    e.text);
		/* what is no request is seldom followed by one */
		st->req.verb = NULL;
		ctl_seat_clear(st);
		ctl_client_answer(c, true);
	} else if (!ctl_may(st->req.verb, st->asker.role,
	    st->srv->conf->control.owners)) {
		ctl_seat_refuse(st, &((struct ctl_server *)arg)->refusals);
	} else if (st->req.verb->where == CTL_FRONT) {
		serve_own(st);
	} else if (by_owner(st) && owners_busy(arg, st)) {
		ctl_seat_fault(st, CTL_TRY_AGAIN, "passwords are being "
		    "changed; try again");
	} else {
		ask_elsewhere(st);
	}
}

static void
on_overdue(struct ctl_client *c, void *arg)
{
	ctl_seat_overdue(seat_of(arg, c));
}

static void
on_gone(struct ctl_client *c, void *arg)
{
	ctl_seat_gone(seat_of(arg, c));
}

static const struct ctl_client_ops client_ops = {
	.line = on_line,
	.overdue = on_overdue,
	.gone = on_gone
};

/*
 * How little it matters that st is taken away for a peer with this role, from
 * 0, or NEVER.  Who only holds connections cannot keep the operator out, nor can
 * lesser ones who always ask something.
 */
static int
ease(const struct ctl_seat *st, enum ctl_role role)
{
	if (st->client == NULL)
		return st->req.verb == NULL ? 0 : ORPHAN;
	if (st->req.verb == NULL && st->asker.role <= role)
		return 1 + (int)st->asker.role;
	return st->asker.role < role ? BUSY + (int)st->asker.role : NEVER;
}

/* The easiest, of these the one that came first. */
static struct ctl_seat *
free_seat(struct ctl_server *cs, enum ctl_role role)
{
	struct ctl_seat *st, *best = NULL;
	int i, e, least = NEVER;

	for (i = 0; i < CLIENTS; i++) {
		st = &cs->seats[i];
		e = ease(st, role);
		if (e < least || (e == least && e != NEVER &&
		    st->since < best->since)) {
			best = st;
			least = e;
		}
	}
	if (best != NULL)
		ctl_seat_take_away(best);
	return best;
}

/* Who came in one turn has a chance to say something in the next, before those
 * behind take the seat away. */
static void
let_in(struct loop *l, struct task *t)
{
	struct ctl_server *cs = LOOP_OWNER(t, struct ctl_server, next_turn);

	(void)l;
	cs->fresh = 0;
	if (cs->listener != NULL)
		listener_pause(cs->listener, false);
}

static void
on_peer(int fd, const struct addr *peer, void *arg)
{
	struct ctl_server *cs = arg;
	enum ctl_role role = CTL_NOBODY;
	struct peer_cred who;
	struct ctl_seat *st = NULL;

	(void)peer;
	if (peer_cred(fd, &who) == 0) {
		role = ctl_roles_of(cs->roles, fd, &who);
		st = free_seat(cs, role);
	}
	if (st == NULL) {
		close(fd);
		return;
	}
	st->asker.who = who;
	st->asker.role = role;
	st->since = ++cs->peers;
	if (++cs->fresh == FRESH) {
		listener_pause(cs->listener, true);
		loop_defer(cs->srv->loop, &cs->next_turn);
	}
	st->client = ctl_client_new(cs->srv->loop, fd, &client_ops, cs);
}

struct ctl_server *
ctl_server_new(struct server *srv)
{
	struct ctl_server *cs = mem_new(1, sizeof(*cs));
	int i;

	if (cs == NULL)
		return NULL;
	cs->srv = srv;
	cs->next_turn.run = let_in;
	for (i = 0; i < CLIENTS; i++)
		ctl_seat_init(&cs->seats[i], srv, &cs->tickets);
	cs->roles = ctl_roles_new();
	if (cs->roles == NULL) {
		free(cs);
		return NULL;
	}
	ctl_roles_learn(cs->roles, &srv->conf->control);
	return cs;
}

void
ctl_server_free(struct ctl_server **cs_p)
{
	struct ctl_server *cs = *cs_p;
	int i;

	if (cs == NULL)
		return;
	if (cs->listener != NULL)
		listener_free(&cs->listener);
	loop_undefer(cs->srv->loop, &cs->next_turn);
	for (i = 0; i < CLIENTS; i++) {
		ctl_seat_clear(&cs->seats[i]);
		ctl_client_free(&cs->seats[i].client);
	}
	ctl_roles_free(&cs->roles);
	free(cs);
	*cs_p = NULL;
}

void
ctl_server_conf(struct ctl_server *cs, const struct conf *c)
{
	ctl_roles_use(cs->roles, &c->control, cs->srv->log);
}

void
ctl_server_listen(struct ctl_server *cs, int fd, uint32_t owner)
{
	ctl_roles_owner(cs->roles, owner);
	if (cs->listener != NULL)
		listener_free(&cs->listener);
	cs->listener = listener_new(cs->srv->loop, fd, on_peer, cs);
	if (cs->listener == NULL)
		close(fd);
}

/* A present password that was wrong is told as late as at a login. */
static void
fault(struct ctl_seat *st, enum ctl_code code, const char *text)
{
	if (st->req.verb->role == CTL_OWNER && st->asker.role < CTL_ADMIN &&
	    code == CTL_NO_ROLE)
		ctl_seat_hold(st, code, text,
		    st->srv->conf->server.limits.failure_delay);
	else
		ctl_seat_fault(st, code, text);
}

/* What front adds to a result, or does about it. */
static void
follow_up(struct ctl_seat *st, json_t *result)
{
	const char *verb = st->req.verb->verb;
	const char *name = json_string_value(json_object_get(result, "name"));

	if (strcmp(verb, "status") == 0)
		ctl_status_add(st->srv, result);
	else if (strcmp(verb, "account.passwd") == 0 && name != NULL)
		login_changed(st->srv, name);
}

static void
answer_json(struct ctl_seat *st, bool ok, json_t *json)
{
	const char *text = json_string_value(json_object_get(json, "text"));
	json_t *code = json_object_get(json, "exit");

	if (ok) {
		follow_up(st, json);
		ctl_seat_ok(st, json_incref(json));
	} else {
		fault(st, json_is_integer(code) ?
		    (enum ctl_code)json_integer_value(code) : CTL_TRY_AGAIN,
		    text != NULL ? text : "no reason was given");
	}
}

static struct ctl_seat *
asked(struct ctl_server *cs, uint32_t id)
{
	int i;

	for (i = 0; i < CLIENTS && id != 0; i++)
		if (cs->seats[i].ticket == id)
			return &cs->seats[i];
	return NULL;
}

void
ctl_server_reply(struct ctl_server *cs, uint32_t id,
    const struct msg_ctl_reply *r)
{
	struct ctl_seat *st = asked(cs, id);
	struct err e;
	json_t *json;

	if (st == NULL)
		return;
	if (r->ok && strcmp(st->req.verb->verb, CTL_FOLLOW) == 0) {
		st->follows = true;
		ctl_seat_line(st, 0, span_of("{}"));
		return;
	}
	json = json_read(r->json.ptr, r->json.len, &e);
	if (json == NULL)
		ctl_seat_fault(st, CTL_TRY_AGAIN, e.text);
	else
		answer_json(st, r->ok, json);
	json_decref(json);
}

void
ctl_server_line(struct ctl_server *cs, uint32_t id, const struct msg_line *m)
{
	struct ctl_seat *st = asked(cs, id);

	if (st != NULL)
		ctl_seat_line(st, m->lost, m->json);
}

void
ctl_server_recorded(struct ctl_server *cs, uint32_t id,
    const struct msg_ctl_reply *r)
{
	struct ctl_seat *st;
	int i;

	for (i = 0; i < CLIENTS && id != 0; i++) {
		st = &cs->seats[i];
		if (st->record.id == id) {
			if (!r->ok)	/* log has said why */
				metrics_count(cs->srv, AUDIT_MISSING);
			ctl_seat_release(st, r->ok ? NULL : "this change has "
			    "no audit record: the log says why");
			return;
		}
	}
}

void
ctl_server_lost(struct ctl_server *cs, int helper)
{
	struct ctl_seat *st;
	int i;

	for (i = 0; i < CLIENTS; i++) {
		st = &cs->seats[i];
		if (st->ticket != 0 && st->helper == helper)
			ctl_seat_fault(st, CTL_TRY_AGAIN,
			    "the process that served this ended; try again");
		if (helper == CTL_AT_LOG)
			ctl_audit_again(cs->srv, &st->record);
	}
}

bool
ctl_server_recording(const struct ctl_server *cs)
{
	int i;

	for (i = 0; i < CLIENTS; i++)
		if (cs->seats[i].record.id != 0)
			return true;
	return false;
}
