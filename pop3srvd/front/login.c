/*
 * login.c - from AUTH to an opened maildrop
 *
 * A wrong password and an unknown user are told at the same moment, counted
 * from the request, with the same words: reliability.md 5b.
 *
 * Runs in: front.
 * Trusts: auth for who has logged in; the ticket is drop's to judge.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/conf/conf.h"

#include "pop3srvd/ipc/memfd.h"

#include "pop3srvd/front/deadline.h"
#include "pop3srvd/front/login.h"
#include "pop3srvd/front/pop3_session.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/vserver.h"

#define STALE		60000	/* ms without an octet: a lost connection */
#define LIST_MAX	((size_t)1 << 30)

#define END_FIELDS	{ NULL, { NULL, 0 }, 0 }

static void
run_on(struct session *s)
{
	s->phase = SESSION_RUN;
	pop3_session_go(s, span_of(""));
}

/* Back to the engine, from within serving its want. */
static bool
refuse(struct session *s, enum pop3_auth_result r)
{
	login_forget(s);
	pop3_give_auth(s->pop, r, span_of(""));
	return true;
}

static int
ask_begin(struct session *s, const struct pop3_auth *a)
{
	unsigned char binding[64];
	size_t n = 0;
	const char *type = "";
	struct msg_auth m = {
		.mech = a->mech,
		.user = a->user,
		.data = a->data,
		.has_data = a->has_data,
		.listener = s->vs->name,
		.default_domain = s->vs->default_domain,
		.peer = s->peer,
		.tls = conn_tls(s->conn) || s->proxy_tls
	};
	bool pass = a->kind == POP3_AUTH_PASS;

	if (!pass && strstr(a->mech, "-PLUS") != NULL &&
	    conn_tls_binding(s->conn, binding, &n, &type) < 0)
		n = 0;
	m.binding_type = type;
	m.binding = span_mem(binding, n);
	s->mech = pass ? "USER" : vserver_mech(s->vs, a->mech);
	return auth_pool_begin(s->srv->auths, s->auth_helper,
	    pass ? MSG_AUTH_PASS : MSG_AUTH_BEGIN, s->sid, &m);
}

static int
ask(struct session *s)
{
	const struct pop3_auth *a = pop3_auth(s->pop);

	if (a->kind == POP3_AUTH_STEP)
		return auth_pool_step(s->srv->auths, s->auth_helper, s->sid,
		    a->data);
	if (ask_begin(s, a) < 0)
		return -1;
	s->auth_knows = true;
	return 0;
}

bool
login_auth(struct session *s)
{
	const struct pop3_auth *a = pop3_auth(s->pop);

	if (a->kind == POP3_AUTH_ABORT)
		return refuse(s, POP3_AUTH_FAIL);
	if (a->kind != POP3_AUTH_STEP) {
		login_forget(s);
		s->auth_helper = (int16_t)auth_pool_join(s->srv->auths);
	}
	if (s->auth_helper < 0 || (!auth_pool_wait(s->srv->auths,
	    s->auth_helper, &s->auth_turn) && ask(s) < 0))
		return refuse(s, POP3_AUTH_TEMP);
	s->phase = SESSION_AUTH;
	s->answer_at = session_now(s) + s->vs->limits.failure_delay;
	conn_want(s->conn, 0);
	return false;
}

static void
log_failed(const struct session *s, const struct msg_auth_result *r)
{
	bool theirs = r->outcome == MSG_AUTH_FAIL;

	s->srv->login_failures += theirs;
	session_log(s, theirs ? LOG_LEVEL_INFO : LOG_LEVEL_WARNING,
	    theirs ? "auth failed" : "auth fault", (struct log_field[]){
	    LOG_STR("user", r->user), LOG_STR("mech", s->mech),
	    LOG_STR("reason", r->reason), END_FIELDS });
}

static int64_t
login_wait(const struct session *s)
{
	return s->srv->conf->mail.login_delay;
}

/*
 * RFC 2449 section 6.5: the password was right but the last login is too fresh.
 * Nothing is opened, and it is no failure.  Returns what is to be told.
 */
static struct msg_auth_result
hold_back(const struct session *s, const struct msg_auth_result *r)
{
	int64_t left = delay_left(s->srv->delay, r->user, login_wait(s),
	    session_now(s));
	struct msg_auth_result late = *r;

	if (left == 0)
		return *r;
	late.outcome = MSG_AUTH_DELAY;
	late.seconds = (uint32_t)((left + 999) / 1000);
	session_log(s, LOG_LEVEL_INFO, "login too early", (struct log_field[]){
	    LOG_STR("user", r->user), LOG_STR("mech", s->mech),
	    LOG_NUM("seconds", late.seconds), END_FIELDS });
	return late;
}

/* 0, or -1 when there is no memory to keep what auth said. */
static int
keep_ticket(struct session *s, const struct msg_auth_result *r)
{
	free(s->account);
	free(s->ticket);
	s->account = mem_strdup(r->user);
	s->ticket = mem_new(r->data.len, 1);
	if (s->account == NULL || s->ticket == NULL)
		return -1;
	memcpy(s->ticket, r->data.ptr, r->data.len);
	s->ticket_len = r->data.len;
	return 0;
}

static void
tell(struct session *s, const struct msg_auth_result *r)
{
	static const enum pop3_auth_result results[] = {
		[MSG_AUTH_OK] = POP3_AUTH_OK,
		[MSG_AUTH_MORE] = POP3_AUTH_MORE,
		[MSG_AUTH_FAIL] = POP3_AUTH_FAIL,
		[MSG_AUTH_TEMP] = POP3_AUTH_TEMP,
		[MSG_AUTH_PERM] = POP3_AUTH_PERM,
		[MSG_AUTH_DELAY] = POP3_AUTH_DELAY
	};
	struct span text = r->outcome == MSG_AUTH_MORE ? r->data : span_of("");
	enum pop3_auth_result result = results[r->outcome];
	char seconds[16];

	if (r->outcome == MSG_AUTH_DELAY) {
		snprintf(seconds, sizeof(seconds), "%u", r->seconds);
		text = span_of(seconds);
	}
	if (r->outcome == MSG_AUTH_OK && keep_ticket(s, r) < 0)
		result = POP3_AUTH_TEMP;
	pop3_give_auth(s->pop, result, text);
	run_on(s);
}

void
login_result(struct session *s, const struct msg_auth_result *r)
{
	struct msg_auth_result late;

	if (s->phase != SESSION_AUTH)
		return;
	if (r->outcome == MSG_AUTH_MORE) {
		tell(s, r);
		return;
	}
	s->auth_knows = false;
	login_forget(s);
	if (r->outcome == MSG_AUTH_OK) {
		late = hold_back(s, r);
		r = &late;
	} else {
		log_failed(s, r);
	}
	if (r->outcome == MSG_AUTH_FAIL && session_now(s) < s->answer_at) {
		s->phase = SESSION_DELAY;
		deadline_set(s);
		return;
	}
	tell(s, r);
}

void
login_delay_over(struct session *s)
{
	pop3_give_auth(s->pop, POP3_AUTH_FAIL, span_of(""));
	run_on(s);
}

void
login_turn(struct session *s)
{
	if (s->phase == SESSION_AUTH && ask(s) < 0) {
		refuse(s, POP3_AUTH_TEMP);
		run_on(s);
	}
}

void
login_auth_lost(struct session *s)
{
	s->auth_helper = -1;
	s->auth_knows = false;
	if (s->phase != SESSION_AUTH)
		return;
	pop3_give_auth(s->pop, POP3_AUTH_TEMP, span_of(""));
	run_on(s);
}

void
login_forget(struct session *s)
{
	if (s->auth_helper < 0)
		return;
	if (s->auth_knows)
		auth_pool_abort(s->srv->auths, s->auth_helper, s->sid);
	auth_pool_end(s->srv->auths, s->auth_helper, &s->auth_turn);
	s->auth_helper = -1;
	s->auth_knows = false;
}

/*
 * Another session of ours holds the maildrop: a client whose connection broke
 * comes back before we know.  It may take over from a dead one, and from one
 * at the same address that was silent for a minute.
 */
static void
take_over(struct session *s)
{
	struct session *old = sessions_of(s->srv->sessions, s->account);

	if (old == NULL || old->phase == SESSION_COMMIT)
		return;
	if (old->conn == NULL || conn_peer_gone(old->conn))
		session_end(old, "gone");
	else if (session_idle_ms(old) > STALE &&
	    addr_same_ip(&old->peer, &s->peer))
		session_abort(old, "another session took over", "taken-over");
}

static bool
drop_refused(struct session *s, enum pop3_drop_fault f, long age)
{
	free(s->account);
	s->account = NULL;
	pop3_give_drop_fault(s->pop, f, age);
	return true;
}

bool
login_drop(struct session *s)
{
	struct msg_drop_open m = {
		.ticket = span_mem(s->ticket, s->ticket_len),
		.wait_ms = (uint32_t)s->vs->limits.lock_wait
	};

	take_over(s);
	s->drop_helper = (int16_t)drop_pool_open(s->srv->drops, s->sid, &m);
	free(s->ticket);
	s->ticket = NULL;
	if (s->drop_helper < 0)
		return drop_refused(s, POP3_DROP_TEMP, -1);
	s->phase = SESSION_DROP;
	conn_want(s->conn, 0);
	deadline_touch(s);
	return false;
}

static struct session_list *
mapped_list(struct frame *f, struct err *e)
{
	struct session_list *l = mem_new(1, sizeof(*l));
	const void *mem;
	size_t n;
	int fd = f->fd;

	if (l == NULL) {
		err_set(e, ERR_TEMP, "list of a maildrop: out of memory");
		return NULL;
	}
	f->fd = -1;
	mem = memfd_map(fd, LIST_MAX, &n, e);
	if (mem == NULL) {
		free(l);
		return NULL;
	}
	l->mapped = true;
	l->list.mem = mem;
	l->list.len = n;
	return l;
}

static struct session_list *
copied_list(const struct frame *f, struct err *e)
{
	struct session_list *l = mem_new(1, sizeof(*l) + f->body.len);

	if (l == NULL) {
		err_set(e, ERR_TEMP, "list of a maildrop: out of memory");
		return NULL;
	}
	memcpy(l->mem, f->body.ptr, f->body.len);
	l->list.mem = l->mem;
	l->list.len = f->body.len;
	return l;
}

void
login_list_free(struct session *s)
{
	if (s->list != NULL && s->list->mapped)
		memfd_unmap(s->list->list.mem, s->list->list.len);
	free(s->list);
	s->list = NULL;
}

static void
log_in(struct session *s)
{
	struct droplist *l = &s->list->list;

	sessions_log_in(s->srv->sessions, s);
	deadline_touch(s);
	s->srv->logins++;
	(void)delay_login(s->srv->delay, s->account, login_wait(s),
	    session_now(s));
	session_log(s, LOG_LEVEL_INFO, "login ok", (struct log_field[]){
	    LOG_STR("user", s->account), LOG_STR("mech", s->mech),
	    LOG_STR("tls", conn_tls(s->conn) ? conn_tls_version(s->conn) :
	    "none"), LOG_NUM("messages", l->count),
	    LOG_NUM("octets", l->octets), END_FIELDS });
	pop3_give_drop(s->pop, l);
	run_on(s);
}

static void
drop_failed(struct session *s, const struct msg_fault *m)
{
	struct session *holder = sessions_of(s->srv->sessions, s->account);
	enum pop3_drop_fault f = POP3_DROP_TEMP;
	long age = (long)m->age;

	if (m->class == ERR_BUSY)
		f = POP3_DROP_IN_USE;
	else if (m->class == ERR_PERM)
		f = POP3_DROP_PERM;
	if (holder != NULL)
		age = (long)((session_now(s) - holder->since) / 1000);
	session_log(s, f == POP3_DROP_IN_USE ? LOG_LEVEL_INFO :
	    LOG_LEVEL_WARNING, "maildrop refused", (struct log_field[]){
	    LOG_STR("user", s->account),
	    LOG_STR("class", err_class_name(m->class)),
	    LOG_STR("error", m->text), END_FIELDS });
	if (s->drop_helper >= 0)
		drop_pool_close(s->srv->drops, s->drop_helper, s->sid);
	s->drop_helper = -1;
	login_list_free(s);
	drop_refused(s, f, age);
	run_on(s);
}

void
login_drop_fault(struct session *s, const struct msg_fault *m)
{
	if (s->phase == SESSION_DROP)
		drop_failed(s, m);
}

void
login_list(struct session *s, struct frame *f)
{
	struct msg_fault bad = { .class = ERR_TEMP, .age = -1 };
	struct err e;

	if (s->phase != SESSION_DROP)
		return;
	s->list = f->fd >= 0 ? mapped_list(f, &e) : copied_list(f, &e);
	if (s->list == NULL || droplist_view(&s->list->list,
	    s->list->list.mem, s->list->list.len, &e) < 0) {
		bad.text = e.text;
		drop_failed(s, &bad);
		return;
	}
	log_in(s);
}
