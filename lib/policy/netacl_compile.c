/*
 * netacl_compile.c - grant and deny ranges for peer addresses: compiling
 *
 * Prefixes either hold one another or have nothing in common.  So one pass
 * through them, sorted, with a stack of those that are open, meets every
 * address where another rule begins to decide: the edges.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/policy/netacl_own.h"

#define DEPTH_MAX	129		/* lengths from 0 to 128 */

/* ::ffff:0:0 to ::ffff:ffff:ffff are IPv4 */
#define V4_FIRST	UINT64_C(0xffff00000000)
#define V4_LAST		UINT64_C(0xffffffffffff)

struct edge {
	struct netacl_v6 at;
	uint32_t rule;
};

struct open_rule {
	struct netacl_v6 last;	/* address of it */
	uint32_t rule;
};

struct sweep {
	struct edge *edges;	/* room for two a rule, and three */
	size_t n;
	struct open_rule open[DEPTH_MAX];
	size_t depth;
};

static int
order(const void *va, const void *vb)
{
	const struct netacl_rule *a = va, *b = vb;
	int d = memcmp(a->p.ip, b->p.ip, sizeof(a->p.ip));

	if (d != 0)
		return d;
	if (a->p.len != b->p.len)
		return a->p.len < b->p.len ? -1 : 1;
	if (a->verdict != b->verdict)
		return a->verdict == VERDICT_DENY ? -1 : 1;
	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

void
netacl_sort(struct netacl_rule *rules, size_t n)
{
	if (n > 1)
		qsort(rules, n, sizeof(*rules), order);
}

static bool
is_above(struct netacl_v6 a, struct netacl_v6 b)
{
	return a.hi > b.hi || (a.hi == b.hi && a.lo > b.lo);
}

static bool
is_same(struct netacl_v6 a, struct netacl_v6 b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

static struct netacl_v6
last_of(const struct prefix *p)
{
	struct netacl_v6 a = netacl_number(p->ip);

	if (p->len < 64)
		a.hi |= UINT64_MAX >> p->len;
	if (p->len <= 64)
		a.lo = UINT64_MAX;
	else if (p->len < 128)
		a.lo |= UINT64_MAX >> (p->len - 64);
	return a;
}

/* From here on rule decides: of several that begin here, the last one said. */
static void
put_edge(struct sweep *s, struct netacl_v6 at, uint32_t rule)
{
	if (s->n > 0 && is_same(s->edges[s->n - 1].at, at))
		s->n--;
	if (s->n > 0 && s->edges[s->n - 1].rule == rule)
		return;
	s->edges[s->n++] = (struct edge){ at, rule };
}

/* Close what ends before at; NULL: everything. */
static void
close_before(struct sweep *s, const struct netacl_v6 *at)
{
	struct netacl_v6 last;

	while (s->depth > 0) {
		last = s->open[s->depth - 1].last;
		if (at != NULL && !is_above(*at, last))
			return;
		s->depth--;
		if (++last.lo == 0 && ++last.hi == 0)
			continue;	/* nothing is behind it */
		put_edge(s, last, s->depth == 0 ? NETACL_NONE :
		    s->open[s->depth - 1].rule);
	}
}

static void
sweep(struct sweep *s, const struct netacl_rule *rules, size_t n)
{
	struct netacl_v6 first = { 0, 0 };
	size_t i;

	put_edge(s, first, NETACL_NONE);
	for (i = 0; i < n; i++) {
		/* the first of equals counts: a deny, if there is one */
		if (i > 0 && rules[i].p.len == rules[i - 1].p.len &&
		    memcmp(rules[i].p.ip, rules[i - 1].p.ip, 16) == 0)
			continue;
		first = netacl_number(rules[i].p.ip);
		close_before(s, &first);
		s->open[s->depth++] = (struct open_rule){
		    last_of(&rules[i].p), (uint32_t)i };
		put_edge(s, first, (uint32_t)i);
	}
	close_before(s, NULL);
}

/* -1: an address below IPv4, 0: of IPv4, 1: above. */
static int
side(struct netacl_v6 a)
{
	if (a.hi != 0 || a.lo > V4_LAST)
		return 1;
	return a.lo < V4_FIRST ? -1 : 0;
}

/* How many edges [n_r] of IPv4 there are, and which rule is in force where
 * IPv4 begins and where it has ended. */
static size_t
span_v4(const struct sweep *s, size_t *first_r, uint32_t *before_r,
    uint32_t *after_r)
{
	size_t i = 0, n = 0;

	while (i < s->n && side(s->edges[i].at) < 0)
		i++;
	*first_r = i;
	while (i + n < s->n && side(s->edges[i + n].at) == 0)
		n++;
	*before_r = s->edges[i - 1].rule;
	*after_r = s->edges[i + n - 1].rule;
	return n;
}

struct writer {
	struct netacl_v6 *v6;
	uint32_t *v6_rule;
	uint32_t *v4;
	uint32_t *v4_rule;
	uint32_t n_v4, n_v6;
};

static void
write_v6(struct writer *w, struct netacl_v6 at, uint32_t rule)
{
	w->v6[w->n_v6] = at;
	w->v6_rule[w->n_v6++] = rule;
}

static void
write_v4(struct writer *w, uint32_t at, uint32_t rule)
{
	w->v4[w->n_v4] = at;
	w->v4_rule[w->n_v4++] = rule;
}

/* An address of IPv4 is asked for among its own only, so the edges of the
 * others do without those. */
static void
write_edges(struct writer *w, const struct sweep *s)
{
	const struct netacl_v6 behind = { 0, V4_LAST + 1 };
	uint32_t before, after;
	size_t first, n = span_v4(s, &first, &before, &after), i;

	for (i = 0; i < first; i++)
		write_v6(w, s->edges[i].at, s->edges[i].rule);
	if (n == 0 || s->edges[first].at.lo != V4_FIRST)
		write_v4(w, 0, before);
	for (; i < first + n; i++)
		write_v4(w, (uint32_t)s->edges[i].at.lo, s->edges[i].rule);
	if (n > 0 && (i == s->n || !is_same(s->edges[i].at, behind)))
		write_v6(w, behind, after);
	for (; i < s->n; i++)
		write_v6(w, s->edges[i].at, s->edges[i].rule);
}

static struct netacl *
write_list(const struct sweep *s, struct netacl *head,
    const struct netacl_rule *rules, size_t *size_r)
{
	struct netacl_v6 *v6 = mem_new(s->n + 2, sizeof(*v6));
	uint32_t *words = mem_new(s->n + 2, 3 * sizeof(*words));
	struct writer w = { v6, words, words + s->n + 2,
		words + 2 * (s->n + 2), 0, 0 };
	struct netacl_parts p;
	char *mem = NULL;

	if (v6 != NULL && words != NULL) {
		write_edges(&w, s);
		head->n_v4 = w.n_v4;
		head->n_v6 = w.n_v6;
		netacl_lay_out(head, &p);
		mem = mem_new(p.end, 1);
	}
	if (mem != NULL) {
		memcpy(mem, head, sizeof(*head));
		memcpy(mem + p.v6, w.v6, w.n_v6 * sizeof(*w.v6));
		memcpy(mem + p.rules, rules, head->n_rules * sizeof(*rules));
		memcpy(mem + p.v4, w.v4, w.n_v4 * sizeof(*w.v4));
		memcpy(mem + p.v4_rule, w.v4_rule, w.n_v4 * sizeof(*w.v4));
		memcpy(mem + p.v6_rule, w.v6_rule, w.n_v6 * sizeof(*w.v4));
		*size_r = p.end;
	}
	free(v6);
	free(words);
	return (struct netacl *)(void *)mem;
}

struct netacl *
netacl_compile(enum verdict policy, struct netacl_rule *rules, size_t n,
    size_t *size_r, struct err *e)
{
	struct netacl head = { NETACL_MAGIC, (uint32_t)policy, (uint32_t)n,
		0, 0, 0 };
	static const struct netacl_rule none;
	struct sweep s = { .n = 0 };
	struct netacl *acl = NULL;

	if (n > NETACL_RULES_MAX) {
		err_set(e, ERR_LIMIT, "access list: %zu ranges, at most %u "
		    "are possible", n, NETACL_RULES_MAX);
		return NULL;
	}
	netacl_sort(rules, n);
	s.edges = mem_new(2 * n + 3, sizeof(*s.edges));
	if (s.edges != NULL) {
		sweep(&s, rules, n);
		acl = write_list(&s, &head, n == 0 ? &none : rules, size_r);
	}
	free(s.edges);
	if (acl == NULL)
		err_set(e, ERR_TEMP, "access list: out of memory for %zu "
		    "ranges", n);
	return acl;
}
