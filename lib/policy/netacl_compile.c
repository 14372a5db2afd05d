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

#define BUCKETS_MAX	65536u

struct number {			/* an address */
	uint64_t hi, lo;
};

struct edge {
	struct number at;
	uint32_t rule;
};

struct open_rule {
	struct number last;	/* address of it */
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
is_above(struct number a, struct number b)
{
	return a.hi > b.hi || (a.hi == b.hi && a.lo > b.lo);
}

static bool
is_same(struct number a, struct number b)
{
	return a.hi == b.hi && a.lo == b.lo;
}

static struct number
number_of(const uint8_t ip[16])
{
	struct number a;

	netacl_number(ip, &a.hi, &a.lo);
	return a;
}

static struct number
last_of(const struct prefix *p)
{
	struct number a = number_of(p->ip);

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
put_edge(struct sweep *s, struct number at, uint32_t rule)
{
	if (s->n > 0 && is_same(s->edges[s->n - 1].at, at))
		s->n--;
	if (s->n > 0 && s->edges[s->n - 1].rule == rule)
		return;
	s->edges[s->n++] = (struct edge){ at, rule };
}

/* Close what ends before at; NULL: everything. */
static void
close_before(struct sweep *s, const struct number *at)
{
	struct number last;

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
	struct number first = { 0, 0 };
	size_t i;

	put_edge(s, first, NETACL_NONE);
	for (i = 0; i < n; i++) {
		/* the first of equals counts: a deny, if there is one */
		if (i > 0 && rules[i].p.len == rules[i - 1].p.len &&
		    memcmp(rules[i].p.ip, rules[i - 1].p.ip, 16) == 0)
			continue;
		first = number_of(rules[i].p.ip);
		close_before(s, &first);
		s->open[s->depth++] = (struct open_rule){
		    last_of(&rules[i].p), (uint32_t)i };
		put_edge(s, first, (uint32_t)i);
	}
	close_before(s, NULL);
}

/* -1: an address below IPv4, 0: of IPv4, 1: above. */
static int
side(struct number a)
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
	const struct netacl_rule *rules;
	enum verdict policy;
	struct netacl_v6_edge *v6;
	struct netacl_v4_edge *v4;
	uint32_t n_v4, n_v6;
};

static uint32_t
says(const struct writer *w, uint32_t rule)
{
	enum verdict v = rule == NETACL_NONE ? w->policy :
	    (enum verdict)w->rules[rule].verdict;

	return rule | (v == VERDICT_DENY ? NETACL_DENY : 0);
}

static void
write_v6(struct writer *w, struct number at, uint32_t rule)
{
	w->v6[w->n_v6++] = (struct netacl_v6_edge){ at.hi, at.lo,
	    says(w, rule), 0 };
}

static void
write_v4(struct writer *w, uint64_t at, uint32_t rule)
{
	w->v4[w->n_v4++] = (struct netacl_v4_edge){ (uint32_t)at,
	    says(w, rule) };
}

/* An address of IPv4 is asked for among its own only, so the edges of the
 * others do without those. */
static void
write_edges(struct writer *w, const struct sweep *s)
{
	const struct number behind = { 0, V4_LAST + 1 };
	uint32_t before, after;
	size_t first, n = span_v4(s, &first, &before, &after), i;

	for (i = 0; i < first; i++)
		write_v6(w, s->edges[i].at, s->edges[i].rule);
	if (n == 0 || s->edges[first].at.lo != V4_FIRST)
		write_v4(w, 0, before);
	for (; i < first + n; i++)
		write_v4(w, s->edges[i].at.lo & UINT32_MAX, s->edges[i].rule);
	if (n > 0 && (i == s->n || !is_same(s->edges[i].at, behind)))
		write_v6(w, behind, after);
	for (; i < s->n; i++)
		write_v6(w, s->edges[i].at, s->edges[i].rule);
}

/* About one edge a bucket, from the first edge above 0 to the last. */
static void
choose_buckets(struct netacl_kind *k, uint32_t n, uint64_t first,
    uint64_t last)
{
	uint64_t most = n < BUCKETS_MAX ? n : BUCKETS_MAX;

	k->n = n;
	k->base = first;
	while ((last - first) >> k->shift > most)
		k->shift++;
	k->buckets = (uint32_t)((last - first) >> k->shift) + 2;
}

/* What stands around IPv4, at 0 and behind it, is far below all that is in
 * use: buckets begin above. */
static uint64_t
first_v6(const struct writer *w)
{
	uint32_t i = 0;

	while (i + 1 < w->n_v6 && w->v6[i].hi == 0)
		i++;
	return w->v6[i].hi;
}

/* Of each bucket the last edge not above its beginning. */
static void
write_v4_table(const struct netacl_kind *k, const struct writer *w,
    uint32_t *table)
{
	uint32_t b, i = 0;

	table[0] = 0;
	for (b = 1; b < k->buckets; b++) {
		while (i + 1 < k->n && w->v4[i + 1].at <= k->base +
		    ((uint64_t)(b - 1) << k->shift))
			i++;
		table[b] = i;
	}
	table[b] = k->n - 1;
}

static void
write_v6_table(const struct netacl_kind *k, const struct writer *w,
    uint32_t *table)
{
	const struct netacl_v6_edge *v6 = w->v6;
	uint32_t b, i = 0;
	uint64_t from;

	table[0] = 0;
	for (b = 1; b < k->buckets; b++) {
		from = k->base + ((uint64_t)(b - 1) << k->shift);
		while (i + 1 < k->n && (v6[i + 1].hi < from ||
		    (v6[i + 1].hi == from && v6[i + 1].lo == 0)))
			i++;
		table[b] = i;
	}
	table[b] = k->n - 1;
}

static char *
assemble(const struct netacl *head, const struct writer *w, size_t *size_r)
{
	struct netacl_parts p;
	char *mem;

	netacl_lay_out(head, &p);
	mem = mem_new(p.end, 1);
	if (mem == NULL)
		return NULL;
	memcpy(mem, head, sizeof(*head));
	memcpy(mem + p.v6, w->v6, w->n_v6 * sizeof(*w->v6));
	if (head->n_rules > 0)
		memcpy(mem + p.rules, w->rules,
		    head->n_rules * sizeof(*w->rules));
	memcpy(mem + p.v4, w->v4, w->n_v4 * sizeof(*w->v4));
	write_v4_table(&head->v4, w, (uint32_t *)(void *)(mem + p.v4_table));
	write_v6_table(&head->v6, w, (uint32_t *)(void *)(mem + p.v6_table));
	*size_r = p.end;
	return mem;
}

static struct netacl *
write_list(const struct sweep *s, struct netacl *head,
    const struct netacl_rule *rules, size_t *size_r)
{
	struct writer w = { .rules = rules,
		.policy = (enum verdict)head->policy };
	char *mem = NULL;

	w.v6 = mem_new(s->n + 2, sizeof(*w.v6));
	w.v4 = mem_new(s->n + 2, sizeof(*w.v4));
	if (w.v6 != NULL && w.v4 != NULL) {
		write_edges(&w, s);
		choose_buckets(&head->v4, w.n_v4,
		    w.n_v4 > 1 ? w.v4[1].at : 0, w.v4[w.n_v4 - 1].at);
		choose_buckets(&head->v6, w.n_v6, first_v6(&w),
		    w.v6[w.n_v6 - 1].hi);
		mem = assemble(head, &w, size_r);
	}
	free(w.v6);
	free(w.v4);
	return (struct netacl *)(void *)mem;
}

struct netacl *
netacl_compile(enum verdict policy, struct netacl_rule *rules, size_t n,
    size_t *size_r, struct err *e)
{
	struct netacl head = { .magic = NETACL_MAGIC,
		.policy = (uint32_t)policy, .n_rules = (uint32_t)n };
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
		acl = write_list(&s, &head, rules, size_r);
	}
	free(s.edges);
	if (acl == NULL)
		err_set(e, ERR_TEMP, "access list: out of memory for %zu "
		    "ranges", n);
	return acl;
}
