/*
 * open.c - from a login to an opened maildrop
 *
 * Serves the want DROP: the ticket goes to drop, the list comes back.
 *
 * Runs in: front.
 * Trusts: auth for who has logged in; the ticket is drop's to judge.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/conf/conf.h"

#include "pop3srvd/ipc/memfd.h"

#include "pop3srvd/front/deadline.h"
#include "pop3srvd/front/login.h"
#include "pop3srvd/front/open.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/turn.h"
#include "pop3srvd/front/vserver.h"

#define STALE		60000	/* ms without an octet: a lost connection */
#define LIST_MAX	((size_t)1 << 30)

#define END_FIELDS	{ NULL, { NULL, 0 }, 0 }

static void
run_on(struct session *s)
{
	s->phase = SESSION_RUN;
	turn_go(s, span_of(""));
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
open_drop(struct session *s)
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
open_list_free(struct session *s)
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
	metrics_count(s->srv, LOGINS);
	(void)delay_login(s->srv->delay, s->account, s->srv->conf->mail.login_delay,
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
	open_list_free(s);
	drop_refused(s, f, age);
	run_on(s);
}

void
open_fault(struct session *s, const struct msg_fault *m)
{
	if (s->phase == SESSION_DROP)
		drop_failed(s, m);
}

void
open_list(struct session *s, struct frame *f)
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
