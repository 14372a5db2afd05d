/*
 * compose.c - a client's header made fit to be sent
 *
 * Runs in: relay.  Trusts: nothing of a header; auth for the addresses.
 */
#include <string.h>
#include <strings.h>
#include <time.h>

#include "lib/base/visible.h"
#include "lib/mail/address.h"
#include "lib/mail/header.h"

#include "pop3srvd/relay/compose.h"

enum use {
	COPIED,
	DROPPED,
	RECIPIENTS	= 2,
	RESENT		= 4,	/* of the later sending */
	AUTHOR		= 8,
	HIDDEN		= 16	/* dropped when it was read */
};

static const struct {
	const char *name;
	unsigned use;
} fields[] = {
	{ "To",			RECIPIENTS },
	{ "Cc",			RECIPIENTS },
	{ "Bcc",		RECIPIENTS | HIDDEN },
	{ "Resent-To",		RECIPIENTS | RESENT },
	{ "Resent-Cc",		RECIPIENTS | RESENT },
	{ "Resent-Bcc",		RECIPIENTS | RESENT | HIDDEN },
	{ "From",		AUTHOR },
	{ "Sender",		AUTHOR },
	{ "Resent-From",	AUTHOR },
	{ "Resent-Sender",	AUTHOR },
	{ "Return-Path",	DROPPED }
};

/* What a first look finds. */
struct found {
	unsigned froms, senders, received;
	bool date, message_id, resent;
};

struct work {
	const struct compose *c;
	struct envelope *v;
	struct buf *out;
	const char *field;	/* for words */
	size_t authors;
};

static unsigned
use_of(struct span name)
{
	size_t i;

	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		if (span_ieq(name, fields[i].name))
			return fields[i].use;
	return COPIED;
}

const char *
compose_date(int64_t wall, char out[COMPOSE_DATE])
{
	time_t t = (time_t)(wall / 1000);
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL || strftime(out, COMPOSE_DATE,
	    "%a, %d %b %Y %H:%M:%S +0000", &tm) == 0)
		memcpy(out, "Thu, 01 Jan 1970 00:00:00 +0000", 32);
	return out;
}

static bool
is_own(const struct compose *c, const char *address)
{
	struct span rest = span_of(c->addresses), one;

	if (strcasecmp(address, c->account) == 0)
		return true;
	while (rest.len > 0) {
		one = span_word(&rest);
		if (one.len > 0 && span_ieq(one, address))
			return true;
	}
	return false;
}

static int
take_author(void *arg, const char *address, struct err *e)
{
	struct work *w = arg;
	char shown[ADDRESS_MAX * 4];

	if (is_own(w->c, address)) {
		w->authors++;
		return 0;
	}
	return err_set(e, ERR_PROTO, "%s: <%s> is none of this account's "
	    "addresses", w->field, visible(span_of(address), 100, shown,
	    sizeof(shown)));
}

static int
take_recipient(void *arg, const char *address, struct err *e)
{
	struct work *w = arg;
	size_t i;

	for (i = 0; i < w->v->n_rcpts; i++)
		if (strcmp(w->v->rcpts[i].address, address) == 0)
			return 0;
	if (w->v->n_rcpts >= w->c->max_rcpts)
		return err_set(e, ERR_LIMIT, "more than %zu recipients in one "
		    "message", w->c->max_rcpts);
	if (envelope_add(w->v, address) < 0)
		return err_set(e, ERR_TEMP, "out of memory");
	return 0;
}

/* An mbox line that some clients send in front; not "From : …". */
static void
skip_mbox_line(struct span *s)
{
	const char *lf;
	size_t n = s->len > 0 && s->ptr[0] == '>' ? 6 : 5;

	if (s->len <= n || strncmp(s->ptr + n - 5, "From ", 5) != 0)
		return;
	while (n < s->len && (s->ptr[n] == ' ' || s->ptr[n] == '\t'))
		n++;
	if (n < s->len && s->ptr[n] == ':')
		return;
	lf = memchr(s->ptr, '\n', s->len);
	if (lf != NULL)
		*s = span_mem(lf + 1, s->len - (size_t)(lf + 1 - s->ptr));
}

static int
look(struct span header, struct found *f, struct err *e)
{
	struct header_field h;
	unsigned use;
	int r;

	memset(f, 0, sizeof(*f));
	while ((r = header_next(&header, &h, e)) == 1) {
		use = use_of(h.name);
		f->resent = f->resent ||
		    use == (RECIPIENTS | RESENT) ||
		    use == (RECIPIENTS | RESENT | HIDDEN);
		f->received += span_ieq(h.name, "Received");
		f->froms += span_ieq(h.name, "From");
		f->senders += span_ieq(h.name, "Sender");
		f->date = f->date || span_ieq(h.name, "Date");
		f->message_id = f->message_id ||
		    span_ieq(h.name, "Message-ID");
	}
	if (r < 0)
		return -1;
	if (f->received >= COMPOSE_HOPS)
		return err_set(e, ERR_PROTO, "%u Received fields: this "
		    "message goes round in a loop", f->received);
	if (f->froms > 1 || f->senders > 1)
		return err_set(e, ERR_PROTO, "more than one %s field",
		    f->froms > 1 ? "From" : "Sender");
	return 0;
}

static const char *
domain_of(const char *account)
{
	const char *at = strrchr(account, '@');

	return at == NULL ? account : at + 1;
}

/* An author's field without an address says nothing that could be checked. */
static int
read_author(struct work *w, const struct header_field *h, struct err *e)
{
	w->authors = 0;
	if (address_list(h->value, domain_of(w->c->account), take_author, w,
	    e) < 0)
		return -1;
	if (w->authors == 0)
		return err_set(e, ERR_PROTO, "%s names nobody", w->field);
	return 0;
}

static int
read_field(struct work *w, const struct header_field *h, bool resent,
    struct err *e)
{
	unsigned use = use_of(h->name);
	char shown[64];

	w->field = visible(h->name, 15, shown, sizeof(shown));
	if ((use & AUTHOR) != 0)
		return read_author(w, h, e);
	if ((use & RECIPIENTS) == 0 || ((use & RESENT) != 0) != resent)
		return 0;
	return address_list(h->value, domain_of(w->c->account),
	    take_recipient, w, e);
}

static int
full(struct err *e)
{
	return err_set(e, ERR_LIMIT, "the header is too long");
}

/* At the end a line feed, whatever the last line had. */
static int
copy(struct work *w, struct span whole, struct err *e)
{
	if (buf_add(w->out, whole.ptr, whole.len) < 0 ||
	    (whole.ptr[whole.len - 1] != '\n' && buf_addc(w->out, '\n') < 0))
		return full(e);
	return 0;
}

static int
add_received(struct work *w, struct err *e)
{
	const struct compose *c = w->c;
	char ip[ADDR_TEXT], shown[600], date[COMPOSE_DATE];

	if (buf_printf(w->out, "Received: from %s%s%s (account %s)\n"
	    "\tby %s (pop3srvd) with %s id %s;\n\t%s\n",
	    c->peer.local ? "" : addr_is_v4(&c->peer) ? "[" : "[IPv6:",
	    addr_text(&c->peer, ip), c->peer.local ? "" : "]",
	    visible(span_of(c->account), 140, shown, sizeof(shown)),
	    c->hostname, c->tls ? "POP3S" : "POP3", w->v->id,
	    compose_date(c->now, date)) < 0)
		return full(e);
	return 0;
}

static int
add_missing(struct work *w, const struct found *f, size_t authors,
    struct err *e)
{
	const struct compose *c = w->c;
	char date[COMPOSE_DATE];

	if (f->froms == 0 &&
	    buf_printf(w->out, "From: <%s>\n", c->account) < 0)
		return full(e);
	if (authors > 1 && f->senders == 0 &&
	    buf_printf(w->out, "Sender: <%s>\n", c->account) < 0)
		return full(e);
	if (!f->date && buf_printf(w->out, "Date: %s\n",
	    compose_date(c->now, date)) < 0)
		return full(e);
	if (!f->message_id && buf_printf(w->out, "Message-ID: <%s.%lld@%s>\n",
	    w->v->id, (long long)(c->now / 1000), c->hostname) < 0)
		return full(e);
	return buf_addc(w->out, '\n') < 0 ? full(e) : 0;
}

int
compose_header(const struct compose *c, struct span header,
    struct envelope *v, struct buf *out, struct err *e)
{
	struct work w = { .c = c, .v = v, .out = out };
	struct header_field h;
	struct found f;
	size_t authors = 0;
	unsigned use;

	skip_mbox_line(&header);
	if (look(header, &f, e) < 0 || add_received(&w, e) < 0)
		return -1;
	while (header_next(&header, &h, e) == 1) {
		if (read_field(&w, &h, f.resent, e) < 0)
			return -1;
		if (span_ieq(h.name, "From"))
			authors = w.authors;
		use = use_of(h.name);
		if (use != DROPPED && (use & HIDDEN) == 0 &&
		    copy(&w, h.whole, e) < 0)
			return -1;
	}
	if (v->n_rcpts == 0)
		return err_set(e, ERR_PROTO, "no recipient in To, Cc or Bcc");
	return add_missing(&w, &f, authors, e);
}
