/*
 * gate.c - the one door: who may connect, before TLS and banner
 *
 * Runs in: front.
 * Trusts: nothing but the kernel's word for the peer's address, or a listed
 * proxy's.
 */
#include <stdlib.h>

#include "lib/base/mem.h"

#include "lib/policy/limits.h"

#include "pop3srvd/front/gate.h"

#define SHUT_OUT_MAX	65536
#define LOG_WINDOW	10000	/* ms */
#define LOG_LINES	20

struct quota {			/* of log lines */
	int64_t since;
	unsigned lines;
	uint64_t missed;
};

struct gate {
	size_t ceiling;
	struct access *access;
	struct limits *limits;
	struct autodeny *shut_out;
	struct quota quota[GATE_VERDICTS];
	uint64_t refused[GATE_VERDICTS];
};

struct gate *
gate_new(size_t ceiling)
{
	struct gate *g = mem_new(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->ceiling = ceiling;
	g->limits = limits_new();
	g->shut_out = autodeny_new(SHUT_OUT_MAX);
	if (g->limits == NULL || g->shut_out == NULL)
		gate_free(&g);
	return g;
}

void
gate_free(struct gate **g_p)
{
	if (*g_p == NULL)
		return;
	limits_free(&(*g_p)->limits);
	autodeny_free(&(*g_p)->shut_out);
	access_free(&(*g_p)->access);
	free(*g_p);
	*g_p = NULL;
}

void
gate_allow(struct gate *g, size_t ceiling)
{
	g->ceiling = ceiling;
}

void
gate_access(struct gate *g, struct access *a)
{
	access_free(&g->access);
	g->access = a;
}

const struct access *
gate_lists(const struct gate *g)
{
	return g->access;
}

/* A listener without a list of its own lets nobody in: what it should be is
 * not known. */
static bool
denied(const struct gate *g, const struct vserver *vs, const struct addr *a,
    const struct netacl_rule **rule_r)
{
	const struct netacl *acl = access_list(g->access, vs->name);

	return acl == NULL || netacl_test(acl, a, rule_r) == VERDICT_DENY;
}

enum gate_verdict
gate_judge(struct gate *g, const struct vserver *vs, const struct addr *a,
    int64_t now, const struct netacl_rule **rule_r)
{
	if (rule_r != NULL)
		*rule_r = NULL;
	if (vs->pop3.auto_deny && autodeny_holds(g->shut_out, a, now))
		return GATE_SHUT_OUT;
	if (denied(g, vs, a, rule_r))
		return GATE_DENIED;
	return GATE_OK;
}

enum gate_verdict
gate_would(struct gate *g, const struct vserver *vs, const struct addr *a,
    int64_t now)
{
	enum gate_verdict v = gate_judge(g, vs, a, now, NULL);

	if (v != GATE_OK)
		return v;
	if (gate_total(g) >= gate_ceiling(g, vs))
		return GATE_FULL;
	return gate_of(g, a) >= (size_t)vs->limits.per_address ?
	    GATE_SOURCE : GATE_OK;
}

static enum gate_verdict
count_in(struct gate *g, const struct vserver *vs, const struct addr *a,
    bool proxy)
{
	size_t source = proxy ? 0 : (size_t)vs->limits.per_address;

	switch (limits_enter(g->limits, a, gate_ceiling(g, vs), source)) {
	case LIMITS_OK:
		return GATE_OK;
	case LIMITS_TOTAL:
		return GATE_FULL;
	case LIMITS_SOURCE:
		return GATE_SOURCE;
	case LIMITS_MEMORY:
		break;
	}
	return GATE_MEMORY;
}

enum gate_verdict
gate_enter(struct gate *g, const struct vserver *vs, const struct addr *a,
    enum gate_role role, int64_t now)
{
	enum gate_verdict v = gate_judge(g, vs, a, now, NULL);

	if (v == GATE_SHUT_OUT)		/* counts the hit */
		(void)autodeny_test(g->shut_out, a, now);
	if (vs->n_proxies > 0 && role == GATE_PEER)
		v = GATE_NO_PROXY;
	if (v == GATE_OK)
		v = count_in(g, vs, a, role == GATE_PROXY);
	g->refused[v] += v != GATE_OK;
	return v;
}

void
gate_leave(struct gate *g, const struct addr *a)
{
	limits_leave(g->limits, a);
}

bool
gate_log_due(struct gate *g, enum gate_verdict v, int64_t now,
    uint64_t *missed_r)
{
	struct quota *q = &g->quota[v];

	if (q->lines == 0 || now - q->since >= LOG_WINDOW) {
		q->since = now;
		q->lines = 0;
	}
	if (q->lines >= LOG_LINES) {
		q->missed++;
		return false;
	}
	q->lines++;
	*missed_r = q->missed;
	q->missed = 0;
	return true;
}

const char *
gate_verdict_name(enum gate_verdict v)
{
	static const char *const names[GATE_VERDICTS] = {
		[GATE_OK] = "ok",
		[GATE_NO_PROXY] = "no-proxy",
		[GATE_DENIED] = "denied",
		[GATE_SHUT_OUT] = "autodeny",
		[GATE_FULL] = "connections",
		[GATE_SOURCE] = "per-address",
		[GATE_MEMORY] = "memory"
	};

	return names[v];
}

size_t
gate_ceiling(const struct gate *g, const struct vserver *vs)
{
	size_t set = (size_t)vs->limits.connections;

	return set < g->ceiling ? set : g->ceiling;
}

size_t
gate_total(const struct gate *g)
{
	return limits_total(g->limits);
}

size_t
gate_of(const struct gate *g, const struct addr *a)
{
	return limits_of(g->limits, a);
}

uint64_t
gate_refused(const struct gate *g, enum gate_verdict v)
{
	return g->refused[v];
}

struct autodeny *
gate_autodeny(struct gate *g)
{
	return g->shut_out;
}
