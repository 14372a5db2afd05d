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

#include "pop3srvd/front/ctl_audit.h"
#include "pop3srvd/front/ctl_client.h"
#include "pop3srvd/front/ctl_forward.h"
#include "pop3srvd/front/ctl_own.h"
#include "pop3srvd/front/ctl_roles.h"
#include "pop3srvd/front/ctl_server.h"
#include "pop3srvd/front/server.h"

#define CLIENTS		32

struct seat {
	struct ctl_server *cs;
	struct ctl_client *client;	/* NULL: free */
	struct ctl_asker asker;
	struct ctl_request req;		/* being served; verb NULL: none */
	uint32_t ticket;		/* of the question asked elsewhere */
	int helper;			/* who was asked */
};

struct ctl_server {
	struct server *srv;
	struct listener *listener;
	struct ctl_roles *roles;
	uint32_t tickets;
	struct seat seats[CLIENTS];
};

static void
audit(const struct seat *st, const char *result)
{
	ctl_audit(st->cs->srv, &st->asker, &st->req, result);
}

static void
done(struct seat *st, bool last)
{
	st->ticket = 0;
	ctl_request_clear(&st->req);
	ctl_client_answer(st->client, last);
}

static void
answer_fault(struct seat *st, enum ctl_code code, const char *text)
{
	(void)ctl_reply_fault(ctl_client_out(st->client), st->req.id, code,
	    text);
	if (st->req.verb != NULL)
		audit(st, ctl_code_name(code));
	done(st, false);
}

/* result is stolen. */
static void
answer_ok(struct seat *st, json_t *result)
{
	(void)ctl_reply_ok(ctl_client_out(st->client), st->req.id, result);
	audit(st, "ok");
	done(st, false);
}

static void
serve_own(struct seat *st)
{
	ctl_own_fn *run = ctl_own_find(st->req.verb->verb);
	struct err e = { .class = ERR_NONE };
	json_t *result;

	if (run == NULL) {
		answer_fault(st, CTL_USAGE, "verb not served");
		return;
	}
	result = run(st->cs->srv, st->req.args, &e);
	if (result != NULL)
		answer_ok(st, result);
	else
		answer_fault(st, ctl_code_of(&e), e.text);
}

static uint32_t
new_ticket(struct ctl_server *cs)
{
	if (++cs->tickets == 0)
		cs->tickets = 1;
	return cs->tickets;
}

static void
ask_elsewhere(struct seat *st)
{
	const struct ctl_asker *a = &st->asker;
	struct msg_ctl m = { .verb = st->req.verb->verb,
		.uid = a->who.uid, .pid = (uint32_t)a->who.pid,
		.role = (uint32_t)a->role };
	struct buf args;

	st->ticket = new_ticket(st->cs);
	st->helper = CTL_AT_NOBODY;
	buf_init(&args, FRAME_MAX);
	if (json_write(st->req.args, &args) == 0) {
		m.args = buf_span(&args);
		st->helper = ctl_forward(st->cs->srv, st->req.verb->where,
		    st->ticket, &m);
	}
	buf_wipe(&args);
	if (st->helper == CTL_AT_NOBODY)
		answer_fault(st, CTL_TRY_AGAIN,
		    "who serves this is not there; try again");
}

static struct seat *
seat_of(struct ctl_server *cs, const struct ctl_client *c)
{
	int i;

	for (i = 0; i < CLIENTS; i++)
		if (cs->seats[i].client == c)
			return &cs->seats[i];
	return NULL;
}

static void
on_line(struct ctl_client *c, struct span line, void *arg)
{
	struct seat *st = seat_of(arg, c);
	enum ctl_code code;
	struct err e;

	if (ctl_request_read(line, &st->req, &code, &e) < 0) {
		(void)ctl_reply_fault(ctl_client_out(c), st->req.id, code,
		    e.text);
		/* what is no request is seldom followed by one */
		st->req.verb = NULL;
		done(st, true);
	} else if (st->asker.role < st->req.verb->role) {
		answer_fault(st, CTL_NO_ROLE, "this needs a higher role; see "
		    "control.roles in the configuration");
	} else if (st->req.verb->where == CTL_FRONT) {
		serve_own(st);
	} else {
		ask_elsewhere(st);
	}
}

static void
on_overdue(struct ctl_client *c, void *arg)
{
	answer_fault(seat_of(arg, c), CTL_TRY_AGAIN, "no answer in time");
}

static void
on_gone(struct ctl_client *c, void *arg)
{
	struct seat *st = seat_of(arg, c);

	if (st->req.verb != NULL)
		audit(st, "asker-gone");
	ctl_request_clear(&st->req);
	ctl_client_free(&st->client);
	st->ticket = 0;
}

static const struct ctl_client_ops client_ops = {
	.line = on_line,
	.overdue = on_overdue,
	.gone = on_gone
};

/* A free seat; else that of the least who has one, asks nothing and is not
 * above role: who only holds connections cannot keep the operator out. */
static struct seat *
free_seat(struct ctl_server *cs, enum ctl_role role)
{
	struct seat *st, *least = NULL;
	int i;

	for (i = 0; i < CLIENTS; i++) {
		st = &cs->seats[i];
		if (st->client == NULL)
			return st;
		if (st->req.verb == NULL && st->asker.role <= role &&
		    (least == NULL || st->asker.role < least->asker.role))
			least = st;
	}
	if (least != NULL)
		ctl_client_free(&least->client);
	return least;
}

static void
on_peer(int fd, const struct addr *peer, void *arg)
{
	struct ctl_server *cs = arg;
	enum ctl_role role = CTL_NOBODY;
	struct peer_cred who;
	struct seat *st = NULL;

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
	for (i = 0; i < CLIENTS; i++)
		cs->seats[i].cs = cs;
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
	for (i = 0; i < CLIENTS; i++) {
		ctl_request_clear(&cs->seats[i].req);
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

static void
answer_json(struct seat *st, bool ok, json_t *json)
{
	const char *text = json_string_value(json_object_get(json, "text"));
	json_t *code = json_object_get(json, "exit");

	if (ok) {
		if (strcmp(st->req.verb->verb, "status") == 0)
			ctl_status_add(st->cs->srv, json);
		answer_ok(st, json_incref(json));
	} else {
		answer_fault(st, json_is_integer(code) ?
		    (enum ctl_code)json_integer_value(code) : CTL_TRY_AGAIN,
		    text != NULL ? text : "no reason was given");
	}
}

void
ctl_server_reply(struct ctl_server *cs, uint32_t id,
    const struct msg_ctl_reply *r)
{
	struct err e;
	json_t *json;
	int i;

	for (i = 0; i < CLIENTS; i++) {
		struct seat *st = &cs->seats[i];

		if (st->client == NULL || st->ticket != id || id == 0)
			continue;
		json = json_read(r->json.ptr, r->json.len, &e);
		if (json == NULL)
			answer_fault(st, CTL_TRY_AGAIN, e.text);
		else
			answer_json(st, r->ok, json);
		json_decref(json);
		return;
	}
}

void
ctl_server_lost(struct ctl_server *cs, int helper)
{
	int i;

	for (i = 0; i < CLIENTS; i++)
		if (cs->seats[i].ticket != 0 && cs->seats[i].helper == helper)
			answer_fault(&cs->seats[i], CTL_TRY_AGAIN,
			    "the process that served this ended; try again");
}
