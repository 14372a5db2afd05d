/*
 * guard.c - what peers do that shuts them out
 *
 * Failures of 127.0.0.1 and ::1 are not counted: those are the programs of
 * this machine, a webmail or a tunnel, and each of them stands for many
 * people.  Any other machine that does belongs into autodeny.never, or speaks
 * the PROXY protocol.  The rule of 512 octets knows no such exception, since
 * no mail program breaks it.
 *
 * Runs in: front.
 * Trusts: auth for why a login failed; nothing from the peer.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/digest.h"
#include "lib/base/mem.h"
#include "lib/base/siphash.h"

#include "lib/policy/failures.h"

#include "pop3srvd/ipc/memfd.h"

#include "pop3srvd/front/guard.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"
#include "pop3srvd/front/vserver.h"

#define SOURCES_MAX	32768

struct guard {
	struct failures *failures;
	unsigned char key[SIPHASH_KEY];
	void *kept;		/* the gate's table as it outlives us */
	size_t kept_octets;
};

struct guard *
guard_new(void)
{
	struct guard *g = mem_new(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->failures = failures_new(SOURCES_MAX);
	if (g->failures == NULL || digest_random(g->key, sizeof(g->key)) < 0)
		guard_free(&g);
	return g;
}

void
guard_free(struct guard **g_p)
{
	if (*g_p == NULL)
		return;
	failures_free(&(*g_p)->failures);
	memfd_unmap((*g_p)->kept, (*g_p)->kept_octets);
	mem_wipe((*g_p)->key, sizeof((*g_p)->key));
	free(*g_p);
	*g_p = NULL;
}

void
guard_keep(struct server *srv, int fd)
{
	struct guard *g = srv->guard;
	size_t octets, n;
	struct err e;
	void *mem = memfd_map_kept(fd, MSG_KEPT_OCTETS, &octets, &e);

	if (mem == NULL) {
		log_error(srv->log, LOG_LEVEL_ERROR, NULL,
		    "who is shut out is not kept", &e);
		return;
	}
	n = autodeny_keep(gate_autodeny(srv->gate), mem, octets,
	    loop_time(srv->loop)->mono);
	memfd_unmap(g->kept, g->kept_octets);
	g->kept = mem;
	g->kept_octets = octets;
	if (n > 0)
		log_event(srv->log, LOG_LEVEL_INFO, NULL, "still shut out",
		    (struct log_field[]){ LOG_NUM("addresses", n),
		    { NULL, { NULL, 0 }, 0 } });
}

void
guard_conf(struct server *srv)
{
	const struct conf_strings *never = &srv->conf->autodeny.never;
	struct prefix *at = mem_new(never->n, sizeof(*at));
	struct err e;
	size_t i, n = 0;

	for (i = 0; i < never->n && at != NULL; i++)
		n += prefix_parse(never->at[i], &at[n], &e) == 0;
	if (at == NULL || autodeny_never(gate_autodeny(srv->gate), at, n) < 0)
		log_event(srv->log, LOG_LEVEL_ERROR, NULL,
		    "autodeny.never not taken", (struct log_field[]){
		    { NULL, { NULL, 0 }, 0 } });
	free(at);
}

/* Every login comes here twice: MACs of libcrypto were 7 % of its cost. */
static uint64_t
hash(const struct guard *g, uint64_t before, struct span octets)
{
	const uint64_t pair[] = { before,
		siphash(g->key, octets.ptr, octets.len) };

	return siphash(g->key, pair, sizeof(pair));
}

void
guard_try(struct session *s, struct span octets, bool begin)
{
	if (begin)
		s->pair = 0;
	if (octets.len > 0)
		s->pair = hash(s->srv->guard, s->pair, octets);
}

static bool
on(const struct session *s)
{
	return s->vs->pop3.auto_deny && !s->peer.local;
}

static bool
is_this_machine(const struct addr *a)
{
	static const struct addr v4 = { .ip = { [10] = 0xff, [11] = 0xff,
		[12] = 127, [15] = 1 } }, v6 = { .ip = { [15] = 1 } };

	return addr_same_ip(a, &v4) || addr_same_ip(a, &v6);
}

/* Until when, as seconds from now; 0: until restart. */
static int64_t
seconds(int64_t until, int64_t now)
{
	return until == AUTODENY_FOREVER ? 0 : (until - now + 999) / 1000;
}

static void
log_failures(const struct session *s, enum autodeny_reason reason,
    int64_t until)
{
	char peer[ADDR_TEXT];

	session_log(s, LOG_LEVEL_WARNING, "autodeny", (struct log_field[]){
	    LOG_STR("ip", addr_text(&s->peer, peer)),
	    LOG_STR("reason", autodeny_reason_name(reason)),
	    LOG_NUM("seconds", seconds(until, session_now(s))),
	    { NULL, { NULL, 0 }, 0 } });
}

static bool
shut_out(struct session *s, enum autodeny_reason reason, int64_t until)
{
	struct autodeny *ad = gate_autodeny(s->srv->gate);

	if (autodeny_add(ad, &s->peer, reason, until, session_now(s)) < 0 ||
	    !autodeny_holds(ad, &s->peer, session_now(s)))
		return false;
	metrics_count(s->srv, SHUT_OUT);
	return true;
}

static bool
names_nobody(const char *reason)
{
	return strcmp(reason, "unknown-user") == 0 ||
	    strcmp(reason, "bad-name") == 0;
}

/* What is no try at a password, or no fault of who tried. */
static bool
counts(const char *reason)
{
	return strcmp(reason, "mechanism") != 0 &&
	    strcmp(reason, "no-usable-hash") != 0 &&
	    strcmp(reason, "apop-key") != 0;
}

bool
guard_failed(struct session *s, const char *user, const char *reason)
{
	const struct conf_autodeny *c = &s->srv->conf->autodeny;
	const struct failures_rules rules = { c->failures, c->unknown_users,
		c->window, c->duration };
	const struct failures_try t = { &s->peer,
		hash(s->srv->guard, 0, span_of(user)), s->pair,
		names_nobody(reason) };
	enum autodeny_reason why = AUTODENY_FAILURES;
	enum failures_verdict v;
	int64_t until;

	if (!on(s) || !counts(reason) || is_this_machine(&s->peer) ||
	    autodeny_is_never(gate_autodeny(s->srv->gate), &s->peer))
		return false;
	v = failures_add(s->srv->guard->failures, &rules, &t, session_now(s),
	    &until);
	if (v == FAILURES_BEARABLE)
		return guard_refuses(s);
	if (v == FAILURES_HARVEST)
		why = AUTODENY_HARVEST;
	if (!shut_out(s, why, until))
		return false;
	log_failures(s, why, until);
	return true;
}

void
guard_ok(struct session *s, const char *user)
{
	struct guard *g = s->srv->guard;

	if (failures_count(g->failures) > 0 && !s->peer.local)
		failures_forgive(g->failures, &s->peer,
		    hash(g, 0, span_of(user)));
}

bool
guard_refuses(struct session *s)
{
	return on(s) && autodeny_holds(gate_autodeny(s->srv->gate), &s->peer,
	    session_now(s));
}

void
guard_overlong(struct session *s, uint64_t octets)
{
	char peer[ADDR_TEXT];

	if (!on(s) || !shut_out(s, AUTODENY_OVERLONG, AUTODENY_FOREVER))
		return;
	session_log(s, LOG_LEVEL_WARNING, "autodeny", (struct log_field[]){
	    LOG_STR("ip", addr_text(&s->peer, peer)),
	    LOG_NUM("octets", octets),
	    LOG_STR("state", session_state(s)),
	    LOG_STR("reason", autodeny_reason_name(AUTODENY_OVERLONG)),
	    LOG_NUM("seconds", 0), { NULL, { NULL, 0 }, 0 } });
}

bool
guard_let_in(struct server *srv, const struct addr *a)
{
	failures_forget(srv->guard->failures, a);
	return autodeny_remove(gate_autodeny(srv->gate), a);
}

void
guard_let_all_in(struct server *srv)
{
	failures_clear(srv->guard->failures);
	autodeny_clear(gate_autodeny(srv->gate));
}
