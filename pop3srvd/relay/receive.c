/*
 * receive.c - a message while a client sends it
 *
 * Runs in: relay.  Trusts: a ticket that auth made; front for whose octets
 * these are, nothing of them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "lib/mail/address.h"
#include "lib/mail/header.h"

#include "pop3srvd/relay/compose.h"
#include "pop3srvd/relay/receive.h"
#include "pop3srvd/relay/route.h"

#define HEADER_MAX	(256u << 10)	/* octets of a client's header */
#define ADDED_MAX	4096		/* that ours is longer */
#define PATH_OCTETS	254		/* RFC 5321 section 4.5.3.1.3, < > off */

struct letter {
	struct desk_env *d;
	char id[ENVELOPE_ID + 1];
	int fd;			/* -1: the header is not whole yet */
	struct envelope *v;
	char *account, *addresses, *session, *hostname;
	struct addr peer;
	bool tls;
	bool counted;		/* by rate, until it is accepted */
	bool cr;		/* the last octet was CR */
	bool lf;		/* the last one was LF */
	uint64_t received;	/* octets as they came */
	uint64_t written;
	struct buf header;
};

/* The text stays until the next answer. */
static char words[512];

static void
answer(struct msg_xmit_answer *a, enum msg_xmit_outcome outcome,
    const char *text)
{
	snprintf(words, sizeof(words), "%s", text);
	a->outcome = outcome;
	a->text = words;
}

/* A client's fault in its words; ours is logged and told without them. */
static void
answer_err(struct letter *t, struct msg_xmit_answer *a, const struct err *e)
{
	const struct log_where where = { .session = t->session };

	if (e->class == ERR_PROTO || e->class == ERR_LIMIT) {
		answer(a, MSG_XMIT_PERM, e->text);
		return;
	}
	log_error(t->d->log, LOG_LEVEL_ERROR, &where, "mail not taken", e);
	answer(a, MSG_XMIT_TEMP, "the message cannot be kept now");
}

static void
log_refused(const struct desk_env *d, const struct msg_xmit_open *m,
    const char *user, const char *reason)
{
	char peer[ADDR_TEXT];
	const struct log_where where = { .session = m->session,
		.listener = m->listener, .peer = addr_text(&m->peer, peer) };

	log_event(d->log, LOG_LEVEL_WARNING, &where, "mail refused",
	    (const struct log_field[]){ LOG_STR("user", user),
	    LOG_STR("reason", reason), { NULL } });
}

static bool
has_way(const struct conf_relay *c)
{
	return c->smart_host[0] != '\0' || c->sendmail[0] != '\0';
}

/* What stands against any message now; NULL: nothing. */
static const char *
obstacle(const struct desk_env *d, const char *account)
{
	const struct conf_relay *c = &d->conf->relay;

	if (!has_way(c))
		return "sending mail is not set up on this server";
	if (queue_length(d->queue) >= (size_t)c->queue_length)
		return "too many messages wait to be sent; try again later";
	if (spool_free_octets(d->spool) < (uint64_t)c->min_free)
		return "no room for messages to be sent; try again later";
	if (!rate_allows(d->rate, account, c->per_hour,
	    loop_time(d->loop)->mono))
		return "this account has sent too many messages in the last "
		    "hour; try again later";
	return NULL;
}

static bool
name_ok(const char *name)
{
	return name[0] != '\0' && name[strspn(name,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789.-_")] == '\0';
}

/* A name may hold anything that can be typed.  This one goes into envelopes,
 * fields and arguments, and reports must find the way back to it. */
static bool
can_be_sender(const char *account)
{
	return strlen(account) <= PATH_OCTETS && address_ok(span_of(account));
}

static struct letter *
begin(struct desk_env *d, const struct msg_xmit_open *m,
    const struct ticket *ticket)
{
	struct letter *t = mem_new(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->d = d;
	t->fd = -1;
	t->peer = m->peer;
	t->tls = m->tls;
	buf_init(&t->header, HEADER_MAX);
	t->account = mem_strdup(ticket->account);
	t->addresses = mem_strdup(ticket->addresses == NULL ? "" :
	    ticket->addresses);
	t->session = mem_strdup(m->session);
	t->hostname = mem_strdup(name_ok(m->hostname) ? m->hostname :
	    d->conf->server.hostname);
	if (t->account == NULL || t->addresses == NULL ||
	    t->session == NULL || t->hostname == NULL) {
		letter_free(&t);
		return NULL;
	}
	/* Counted now, so that ten sessions at once have one allowance. */
	rate_count(d->rate, t->account, d->conf->relay.per_hour,
	    loop_time(d->loop)->mono);
	t->counted = true;
	return t;
}

struct letter *
letter_open(struct desk_env *d, const struct msg_xmit_open *m,
    struct msg_xmit_answer *a_r)
{
	const char *why;
	struct letter *t;
	struct ticket ticket;
	struct err e;

	if (d->key == NULL || d->queue == NULL) {
		answer(a_r, MSG_XMIT_TEMP, "no mail can be taken now; "
		    "try again later");
		return NULL;
	}
	if (ticket_read(&ticket, m->sender, d->key, loop_time(d->loop)->wall,
	    &e) < 0) {
		log_refused(d, m, "", e.text);
		answer(a_r, MSG_XMIT_PERM, "this session may not send mail; "
		    "log in again");
		return NULL;
	}
	if (!can_be_sender(ticket.account)) {
		log_refused(d, m, ticket.account, "no address");
		answer(a_r, MSG_XMIT_PERM, "the name of this account is no "
		    "address that mail could come from");
		return NULL;
	}
	why = obstacle(d, ticket.account);
	if (why != NULL) {
		log_refused(d, m, ticket.account, why);
		answer(a_r, MSG_XMIT_TEMP, why);
		return NULL;
	}
	t = begin(d, m, &ticket);
	if (t == NULL)
		answer(a_r, MSG_XMIT_TEMP, "out of memory");
	else
		answer(a_r, MSG_XMIT_GO, "");
	return t;
}

void
letter_free(struct letter **t_p)
{
	struct letter *t = *t_p;

	if (t == NULL)
		return;
	if (t->fd >= 0) {
		(void)close(t->fd);
		spool_drop_temp(t->d->spool, t->id);
	}
	if (t->counted)
		rate_return(t->d->rate, t->account,
		    t->d->conf->relay.per_hour, loop_time(t->d->loop)->mono);
	envelope_free(&t->v);
	buf_free(&t->header);
	free(t->account);
	free(t->addresses);
	free(t->session);
	free(t->hostname);
	free(t);
	*t_p = NULL;
}

static int
put(struct letter *t, struct span s, struct err *e)
{
	if (s.len == 0)
		return 0;
	if (path_write_all(t->fd, s) < 0)
		return path_fail("cannot write", t->id, e);
	t->written += s.len;
	t->lf = s.ptr[s.len - 1] == '\n';
	return 0;
}

static int
fill_envelope(struct letter *t, struct err *e)
{
	char peer[ADDR_TEXT];

	t->v = envelope_new(t->id);
	if (t->v == NULL ||
	    envelope_say(&t->v->sender, t->account) < 0 ||
	    envelope_say(&t->v->account, t->account) < 0 ||
	    envelope_say(&t->v->session, t->session) < 0 ||
	    envelope_say(&t->v->peer, addr_text(&t->peer, peer)) < 0)
		return err_set(e, ERR_TEMP, "out of memory");
	t->v->created = t->v->saved = loop_time(t->d->loop)->wall;
	return 0;
}

static int
write_header(struct letter *t, struct span header, struct err *e)
{
	const struct compose c = { .account = t->account,
		.addresses = t->addresses, .hostname = t->hostname,
		.peer = t->peer, .tls = t->tls,
		.now = loop_time(t->d->loop)->wall,
		.max_rcpts = (size_t)t->d->conf->relay.max_recipients };
	struct buf out;
	int r;

	buf_init(&out, HEADER_MAX + ADDED_MAX);
	r = compose_header(&c, header, t->v, &out, e);
	if (r == 0)
		r = put(t, buf_span(&out), e);
	buf_free(&out);
	return r;
}

/* The header is whole: n octets of what was kept; the rest is body. */
static int
open_file(struct letter *t, size_t n, struct err *e)
{
	struct span all = buf_span(&t->header);

	t->fd = spool_temp(t->d->spool, t->id, e);
	if (t->fd < 0 || fill_envelope(t, e) < 0 ||
	    write_header(t, span_mem(all.ptr, n), e) < 0 ||
	    put(t, span_mem(all.ptr + n, all.len - n), e) < 0)
		return -1;
	buf_free(&t->header);
	return 0;
}

/* Octets with LF for CR LF. */
static int
take(struct letter *t, struct span s, struct err *e)
{
	size_t end;

	if (t->fd >= 0)
		return put(t, s, e);
	if (buf_add(&t->header, s.ptr, s.len) < 0)
		return err_set(e, ERR_LIMIT, "the header is longer than %u "
		    "octets", HEADER_MAX);
	end = header_end(buf_span(&t->header));
	return end == 0 ? 0 : open_file(t, end, e);
}

static int
bare(struct err *e, const char *what)
{
	return err_set(e, ERR_PROTO, "the message has %s", what);
}

/* Lines end in CR LF and in nothing else. */
static int
convert(struct letter *t, struct span s, struct buf *out, struct err *e)
{
	char *to = buf_reserve(out, s.len);
	size_t i, n = 0;

	if (to == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	for (i = 0; i < s.len; i++) {
		if (t->cr && s.ptr[i] != '\n')
			return bare(e, "a CR without its LF");
		if (!t->cr && s.ptr[i] == '\n')
			return bare(e, "a LF without its CR");
		if (s.ptr[i] == '\0')
			return bare(e, "a NUL octet");
		t->cr = s.ptr[i] == '\r';
		if (!t->cr)
			to[n++] = s.ptr[i];
	}
	buf_added(out, n);
	return 0;
}

static int
take_wire(struct letter *t, struct span data, struct err *e)
{
	uint64_t most = (uint64_t)t->d->conf->relay.max_size;
	struct buf out;
	int r;

	if (data.len == 0)
		return 0;
	t->received += data.len;
	if (t->received > most)
		return err_set(e, ERR_LIMIT, "the message is larger than "
		    "%llu octets", (unsigned long long)most);
	buf_init(&out, data.len);
	r = convert(t, data, &out, e);
	if (r == 0)
		r = take(t, buf_span(&out), e);
	buf_free(&out);
	return r;
}

static void
log_lost(struct letter *t, const struct err *e)
{
	char peer[ADDR_TEXT];
	const struct log_where where = { .session = t->session,
		.peer = addr_text(&t->peer, peer) };

	if (e->class != ERR_PROTO && e->class != ERR_LIMIT)
		return;
	log_event(t->d->log, LOG_LEVEL_INFO, &where, "mail refused",
	    (const struct log_field[]){ LOG_STR("user", t->account),
	    LOG_STR("reason", e->text), LOG_NUM("octets", t->received),
	    { NULL } });
}

void
letter_data(struct letter *t, struct span data, struct msg_xmit_answer *a_r)
{
	struct err e;

	if (take_wire(t, data, &e) == 0) {
		answer(a_r, MSG_XMIT_GO, "");
		return;
	}
	log_lost(t, &e);
	answer_err(t, a_r, &e);
}

/* A header alone is a message too; a last line without its end gets one. */
static int
complete(struct letter *t, struct err *e)
{
	if (t->cr)
		return bare(e, "a CR without its LF");
	if (t->fd < 0 && open_file(t, buf_len(&t->header), e) < 0)
		return -1;
	if (!t->lf && put(t, span_of("\n"), e) < 0)
		return -1;
	t->v->octets = t->written;
	return spool_accept(t->d->spool, t->v, t->fd, e);
}

static void
log_accepted(const struct letter *t)
{
	char peer[ADDR_TEXT];
	const struct log_where where = { .session = t->session,
		.peer = addr_text(&t->peer, peer) };

	log_event(t->d->log, LOG_LEVEL_INFO, &where, "mail accepted",
	    (const struct log_field[]){ LOG_STR("queue_id", t->id),
	    LOG_STR("user", t->account), LOG_NUM("octets", t->received),
	    LOG_NUM("recipients", t->v->n_rcpts), { NULL } });
}

void
letter_end(struct letter *t, struct msg_xmit_answer *a_r)
{
	const struct desk_env *d = t->d;
	struct err e;

	if (complete(t, &e) < 0) {
		log_lost(t, &e);
		answer_err(t, a_r, &e);
		return;
	}
	log_accepted(t);
	t->counted = false;
	answer(a_r, MSG_XMIT_GO, t->id);
	(void)close(t->fd);
	t->fd = -1;
	queue_add(d->queue, t->v);
	t->v = NULL;
}
