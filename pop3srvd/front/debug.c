/*
 * debug.c - whose dialogue is logged
 *
 * Sessions find out by themselves, when they are served next: a change here
 * costs nothing however many there are.
 *
 * Runs in: front.
 * Trusts: nothing in the arguments.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/json.h"
#include "lib/base/mem.h"

#include "pop3srvd/front/ctl_own.h"
#include "pop3srvd/front/debug.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/vserver.h"

#define RULES		16
#define VALUE_MAX	256
#define USUAL		600		/* seconds */
#define LONGEST		86400
#define KINDS		4

enum kind { ACCOUNT, ADDRESS, LISTENER, SESSION };

static const char *const kinds[KINDS] = { "account", "address", "listener",
	"session" };

struct rule {
	enum kind kind;
	char value[VALUE_MAX];
	struct prefix range;		/* ADDRESS */
	int64_t until;			/* mono ms */
};

struct debug {
	struct server *srv;
	struct timer expiry;
	uint32_t turn;
	struct rule rules[RULES];
	size_t n;
};

static void
changed(struct debug *d)
{
	if (++d->turn == 0)
		d->turn = 1;	/* 0: a session that has not looked yet */
}

static int64_t
now(const struct debug *d)
{
	return loop_time(d->srv->loop)->mono;
}

/* Drop what is over and wait for the next. */
static void
expire(struct debug *d)
{
	int64_t next = INT64_MAX;
	size_t i = 0;

	while (i < d->n) {
		if (d->rules[i].until <= now(d)) {
			d->rules[i] = d->rules[--d->n];
			changed(d);
			continue;
		}
		if (d->rules[i].until < next)
			next = d->rules[i].until;
		i++;
	}
	timer_stop(d->srv->loop, &d->expiry);
	if (d->n > 0)
		(void)timer_set(d->srv->loop, &d->expiry, next);
}

static void
expiry_due(struct loop *l, struct timer *t)
{
	(void)l;
	expire(LOOP_OWNER(t, struct debug, expiry));
}

struct debug *
debug_new(struct server *srv)
{
	struct debug *d = mem_new(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->srv = srv;
	d->turn = 1;
	d->expiry.due = expiry_due;
	return d;
}

void
debug_free(struct debug **d_p)
{
	if (*d_p == NULL)
		return;
	timer_stop((*d_p)->srv->loop, &(*d_p)->expiry);
	free(*d_p);
	*d_p = NULL;
}

uint32_t
debug_turn(const struct debug *d)
{
	return d->turn;
}

void
debug_conf(struct debug *d)
{
	changed(d);
}

/* "anna" is anna@ the listener's domain, on either side. */
static bool
same_account(const struct session *s, const char *a, const char *b)
{
	const char *shorter = strchr(a, '@') == NULL ? a : b;
	const char *longer = shorter == a ? b : a;
	size_t n = strlen(shorter);

	if (strcasecmp(a, b) == 0)
		return true;
	return strchr(shorter, '@') == NULL &&
	    strncasecmp(longer, shorter, n) == 0 && longer[n] == '@' &&
	    strcasecmp(longer + n + 1, s->vs->default_domain) == 0;
}

static enum debug_verdict
covers(const struct rule *r, const struct session *s, const char *account)
{
	char id[SESSION_ID];
	bool yes = false;

	switch (r->kind) {
	case ACCOUNT:
		if (account == NULL)
			return DEBUG_MAYBE;
		yes = same_account(s, r->value, account);
		break;
	case ADDRESS:
		yes = !s->peer.local && prefix_covers(&r->range, &s->peer);
		break;
	case LISTENER:
		yes = strcmp(r->value, s->vs->name) == 0;
		break;
	case SESSION:
		yes = strcmp(r->value, session_id(s, id)) == 0;
		break;
	}
	return yes ? DEBUG_YES : DEBUG_NO;
}

static const struct conf_listener *
listener(const struct debug *d, const char *name)
{
	const struct conf *c = d->srv->conf;
	size_t i;

	for (i = 0; i < c->n_listeners; i++)
		if (strcmp(c->listeners[i].name, name) == 0)
			return &c->listeners[i];
	return NULL;
}

/* By the settings of today, not by those that the session began with. */
enum debug_verdict
debug_judge(const struct debug *d, const struct session *s,
    const char *account)
{
	const struct conf_listener *l = listener(d, s->vs->name);
	enum debug_verdict v, best = DEBUG_NO;
	size_t i;

	if (l != NULL && l->server.options.debug)
		return DEBUG_YES;
	for (i = 0; i < d->n; i++) {
		v = covers(&d->rules[i], s, account);
		if (v > best)
			best = v;
	}
	return best;
}

static json_t *
show(const struct debug *d, struct err *e)
{
	json_t *list = json_array(), *v;
	size_t i;

	for (i = 0; i < d->n; i++)
		(void)json_array_append_new(list, json_pack("{s:s, s:s, s:I}",
		    "what", kinds[d->rules[i].kind],
		    "value", d->rules[i].value, "seconds",
		    (json_int_t)((d->rules[i].until - now(d) + 999) / 1000)));
	v = json_pack("{s:o}", "rules", list);
	if (v == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	return v;
}

static int
check(const struct debug *d, struct rule *r, struct err *e)
{
	const struct session *s;
	char id[SESSION_ID];
	int i;

	if (r->kind == ADDRESS)
		return prefix_parse(r->value, &r->range, e);
	if (r->kind == LISTENER && listener(d, r->value) == NULL)
		return err_set(e, ERR_NOTFOUND, "%.60s: no such listener",
		    r->value);
	if (r->kind != SESSION)
		return 0;
	for (i = 0; i < SESSIONS_LISTS; i++)
		for (s = sessions_first(d->srv->sessions,
		    (enum sessions_list)i); s != NULL; s = s->next)
			if (strcmp(session_id(s, id), r->value) == 0)
				return 0;
	return err_set(e, ERR_NOTFOUND, "%.60s: no such session", r->value);
}

static int
read_rule(const struct debug *d, const json_t *args, struct rule *r,
    struct err *e)
{
	const char *text = NULL;
	int64_t seconds;
	int i, n = 0;

	for (i = 0; i < KINDS; i++) {
		if (json_object_get(args, kinds[i]) == NULL)
			continue;
		text = json_str(args, kinds[i], NULL, e);
		if (text == NULL)
			return -1;
		r->kind = (enum kind)i;
		n++;
	}
	if (n != 1)
		return err_set(e, ERR_CONFIG, "expected one of account, "
		    "address, listener, session");
	if (text[0] == '\0' || strlen(text) >= VALUE_MAX)
		return err_set(e, ERR_CONFIG, "%s: expected 1 to %d octets",
		    kinds[r->kind], VALUE_MAX - 1);
	memcpy(r->value, text, strlen(text) + 1);
	if (json_int(args, "for", USUAL, &seconds, e) < 0)
		return -1;
	if (seconds < 1 || seconds > LONGEST)
		return err_set(e, ERR_CONFIG, "for: expected 1 to %d seconds",
		    LONGEST);
	r->until = now(d) + seconds * 1000;
	return check(d, r, e);
}

/* The same once more is the same for longer. */
static int
add(struct debug *d, const struct rule *r, struct err *e)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->rules[i].kind == r->kind &&
		    strcmp(d->rules[i].value, r->value) == 0)
			break;
	if (i == RULES)
		return err_set(e, ERR_LIMIT, "%d are debugged already; log "
		    "debug off ends all", RULES);
	d->rules[i] = *r;
	if (i == d->n)
		d->n++;
	changed(d);
	expire(d);
	return 0;
}

json_t *
ctl_log_debug(struct server *srv, const json_t *args, struct err *e)
{
	struct debug *d = srv->debug;
	struct rule r;
	bool off;

	if (json_only(args, "account address listener session for off",
	    e) < 0 || json_bool(args, "off", false, &off, e) < 0)
		return NULL;
	if (off && json_object_size(args) > 1) {
		err_set(e, ERR_CONFIG, "off: stands alone");
		return NULL;
	}
	memset(&r, 0, sizeof(r));
	if (off) {
		d->n = 0;
		changed(d);
		expire(d);
	} else if (json_object_size(args) > 0 &&
	    (read_rule(d, args, &r, e) < 0 || add(d, &r, e) < 0)) {
		return NULL;
	}
	return show(d, e);
}
