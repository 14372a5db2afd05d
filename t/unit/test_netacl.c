/*
 * test_netacl.c - the longest prefix decides, deny on a tie
 *
 * The random tests print their seed; in the environment it repeats a run.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/clock.h"

#include "lib/policy/netacl.h"

#include "t/unit/unit.h"

static const struct {
	const char *holds;
	enum verdict policy;
	const char *grant[4], *deny[4];
	const char *peer;
	enum verdict verdict;
	const char *rule;	/* NULL: the policy decided */
} rows[] = {
	{ "no range, grant", VERDICT_GRANT, { 0 }, { 0 }, "192.0.2.7",
	    VERDICT_GRANT, NULL },
	{ "no range, deny", VERDICT_DENY, { 0 }, { 0 }, "2001:db8::1",
	    VERDICT_DENY, NULL },
	{ "a denied class C", VERDICT_GRANT, { 0 },
	    { "156.21.50.0/255.255.255.0" }, "156.21.50.240", VERDICT_DENY,
	    "156.21.50.0/24" },
	{ "its neighbour", VERDICT_GRANT, { 0 },
	    { "156.21.50.0/255.255.255.0" }, "156.21.51.240", VERDICT_GRANT,
	    NULL },
	{ "a host granted inside a denied net", VERDICT_GRANT,
	    { "192.0.2.7" }, { "192.0.2.0/24" }, "192.0.2.7", VERDICT_GRANT,
	    "192.0.2.7" },
	{ "a net denied inside a granted one", VERDICT_DENY,
	    { "10.0.0.0/8" }, { "10.1.0.0/16" }, "10.1.2.3", VERDICT_DENY,
	    "10.1.0.0/16" },
	{ "three levels", VERDICT_GRANT, { "10.1.0.0/16" },
	    { "10.0.0.0/8", "10.1.2.0/24" }, "10.1.3.1", VERDICT_GRANT,
	    "10.1.0.0/16" },
	{ "a tie denies", VERDICT_GRANT, { "192.0.2.0/24" },
	    { "192.0.2.0/24" }, "192.0.2.1", VERDICT_DENY, "192.0.2.0/24" },
	{ "a tie denies under deny too", VERDICT_DENY, { "2001:db8::/32" },
	    { "2001:db8::/32" }, "2001:db8::9", VERDICT_DENY,
	    "2001:db8::/32" },
	{ "all of IPv4 is not IPv6", VERDICT_GRANT, { 0 }, { "0.0.0.0/0" },
	    "2001:db8::1", VERDICT_GRANT, NULL },
	{ "all of IPv4", VERDICT_GRANT, { 0 }, { "0.0.0.0/0" },
	    "203.0.113.1", VERDICT_DENY, "0.0.0.0/0" },
	{ "all of IPv6 covers mapped", VERDICT_GRANT, { 0 }, { "::/0" },
	    "203.0.113.1", VERDICT_DENY, "::/0" },
	{ "a mapped peer is IPv4", VERDICT_GRANT, { 0 }, { "192.0.2.0/24" },
	    "::ffff:192.0.2.9", VERDICT_DENY, "192.0.2.0/24" },
	{ "one host of IPv6", VERDICT_GRANT, { 0 }, { "2001:db8::1" },
	    "2001:db8::1", VERDICT_DENY, "2001:db8::1" },
	{ "the first address is not the last", VERDICT_GRANT, { 0 }, { "::" },
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", VERDICT_GRANT, NULL },
	{ "nor of IPv4", VERDICT_GRANT, { 0 }, { "0.0.0.0" },
	    "255.255.255.255", VERDICT_GRANT, NULL },
	{ "the last address", VERDICT_DENY,
	    { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" }, { 0 },
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", VERDICT_GRANT,
	    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	{ "and not the next", VERDICT_GRANT, { 0 }, { "2001:db8::1" },
	    "2001:db8::2", VERDICT_GRANT, NULL },
};

#define MANY		60

/* A list under construction. */
struct list {
	struct netacl_rule rules[MANY];
	size_t n;
};

static void
add_text(struct list *l, enum verdict v, const char *text)
{
	struct netacl_rule *r = &l->rules[l->n++];

	ck_assert_int_eq(prefix_parse(text, &r->p, NULL), 0);
	r->verdict = (uint8_t)v;
	r->line = (uint32_t)l->n;
}

/* Compiled, then copied elsewhere: it must mean the same there. */
static struct netacl *
compile(struct list *l, enum verdict policy)
{
	struct netacl *acl, *copy;
	size_t size;

	acl = netacl_compile(policy, l->rules, l->n, &size, NULL);
	ck_assert_ptr_nonnull(acl);
	copy = malloc(size);
	ck_assert_ptr_nonnull(copy);
	memcpy(copy, acl, size);
	memset(acl, 0xa5, size);
	free(acl);
	ck_assert_ptr_nonnull(netacl_open(copy, size));
	return copy;
}

START_TEST(decides)
{
	const struct netacl_rule *rule;
	struct list l = { .n = 0 };
	struct netacl *acl;
	struct addr a;
	char out[ADDR_TEXT];
	size_t i;

	for (i = 0; i < 4 && rows[_i].grant[i] != NULL; i++)
		add_text(&l, VERDICT_GRANT, rows[_i].grant[i]);
	for (i = 0; i < 4 && rows[_i].deny[i] != NULL; i++)
		add_text(&l, VERDICT_DENY, rows[_i].deny[i]);
	acl = compile(&l, rows[_i].policy);
	ck_assert_int_eq(addr_parse(rows[_i].peer, &a, NULL), 0);
	ck_assert_msg(netacl_test(acl, &a, &rule) == rows[_i].verdict, "%s",
	    rows[_i].holds);
	if (rows[_i].rule == NULL)
		ck_assert_ptr_null(rule);
	else
		ck_assert_str_eq(prefix_text(&rule->p, out), rows[_i].rule);
	free(acl);
}
END_TEST

START_TEST(unix_socket_gets_the_policy)
{
	struct addr a = { .local = true };
	struct list l = { .n = 0 };
	struct netacl *acl;

	add_text(&l, VERDICT_DENY, "::/0");
	acl = compile(&l, VERDICT_GRANT);
	ck_assert_int_eq(netacl_test(acl, &a, NULL), VERDICT_GRANT);
	free(acl);
}
END_TEST

/* I-51: a class C covers .1 to .254 under both policies, and no more. */
START_TEST(the_dialogs_sample)
{
	static const struct {
		const char *peer;
		bool inside;
	} peers[] = { { "156.21.50.1", true }, { "156.21.50.254", true },
		{ "156.21.51.1", false }, { "156.21.49.255", false },
		{ "::ffff:156.21.50.9", true } };
	enum verdict policy = _i == 0 ? VERDICT_GRANT : VERDICT_DENY;
	enum verdict other = _i == 0 ? VERDICT_DENY : VERDICT_GRANT;
	struct list l = { .n = 0 };
	struct netacl *acl;
	struct addr a;
	size_t i;

	add_text(&l, other, "156.21.50.0/255.255.255.0");
	acl = compile(&l, policy);
	for (i = 0; i < COUNT(peers); i++) {
		ck_assert_int_eq(addr_parse(peers[i].peer, &a, NULL), 0);
		ck_assert_int_eq(netacl_test(acl, &a, NULL),
		    peers[i].inside ? other : policy);
	}
	free(acl);
}
END_TEST

/* Of two that say the same, the one that stands first is named. */
START_TEST(equals_name_the_first)
{
	const struct netacl_rule *rule;
	struct list l = { .n = 0 };
	struct netacl *acl;
	struct addr a;

	add_text(&l, VERDICT_DENY, "192.0.2.0/24");
	l.rules[0].source = 2;
	add_text(&l, VERDICT_DENY, "192.0.2.0/24");
	l.rules[1].source = 1;
	add_text(&l, VERDICT_GRANT, "192.0.2.0/24");
	acl = compile(&l, VERDICT_GRANT);
	ck_assert_uint_eq(netacl_rules(acl), 3);
	ck_assert_int_eq(addr_parse("192.0.2.9", &a, NULL), 0);
	ck_assert_int_eq(netacl_test(acl, &a, &rule), VERDICT_DENY);
	ck_assert_uint_eq(rule->source, 1);
	ck_assert_uint_eq(rule->line, 2);
	free(acl);
}
END_TEST

START_TEST(opens_whole_lists_only)
{
	struct list l = { .n = 0 };
	struct netacl *acl;
	size_t size, i;
	char *copy;

	add_text(&l, VERDICT_DENY, "192.0.2.0/24");
	add_text(&l, VERDICT_DENY, "2001:db8::/32");
	acl = netacl_compile(VERDICT_GRANT, l.rules, l.n, &size, NULL);
	copy = malloc(size + 8);
	ck_assert(acl != NULL && copy != NULL);
	memset(copy, 0, size + 8);
	memcpy(copy, acl, size);
	for (i = 0; i <= size + 8; i++)
		ck_assert_msg((netacl_open(copy, i) != NULL) == (i == size),
		    "%zu of %zu octets", i, size);
	copy[0] ^= 1;
	ck_assert_ptr_null(netacl_open(copy, size));
	memmove(copy + 4, acl, size);
	ck_assert_ptr_null(netacl_open(copy + 4, size));
	free(copy);
	free(acl);
}
END_TEST

static unsigned rnd_state;

static unsigned
rnd(void)
{
	rnd_state = rnd_state * 1103515245u + 12345u;
	return rnd_state >> 8;
}

static unsigned seed;

/* Another one each run, and told, so that a run can be repeated. */
static void
choose_seed(void)
{
	const char *given = getenv("NETACL_SEED");
	struct moment now;

	clock_read(&now);
	seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) :
	    (unsigned)(now.wall % 1000000) + 1;
	printf("NETACL_SEED=%u\n", seed);
	fflush(stdout);
}

enum kind { V4, V6, MAPPED, NEAR_V4, KINDS };

/* A random network.  MAPPED is IPv4 written as IPv6, NEAR_V4 an IPv6 network
 * close to where the IPv4 addresses lie, or around them. */
static void
random_prefix(enum kind kind, struct prefix *p)
{
	unsigned i, low = kind == V4 || kind == MAPPED ? 96 : 0;

	memset(p, 0, sizeof(*p));
	p->len = (uint8_t)(low + rnd() % (129 - low));
	for (i = 0; i < 16; i++)
		p->ip[i] = (uint8_t)rnd();
	if (kind != V6) {
		memset(p->ip, 0, 10);
		memset(p->ip + 10, 0xff, 2);
	}
	if (kind == V6)
		p->ip[0] = 0x20;
	if (kind == NEAR_V4)
		p->ip[8 + rnd() % 4] ^= (uint8_t)(rnd() % 4);
	for (i = p->len; i < 128; i++)
		p->ip[i / 8] &= (uint8_t)~(0x80 >> i % 8);
}

/* As an administrator would write it. */
static const char *
text_of(enum kind kind, const struct prefix *p, char out[ADDR_TEXT])
{
	if (kind != MAPPED)
		return prefix_text(p, out);
	snprintf(out, ADDR_TEXT, "::ffff:%u.%u.%u.%u/%u", p->ip[12],
	    p->ip[13], p->ip[14], p->ip[15], p->len);
	return out;
}

static void
flip(struct addr *a, unsigned bit)
{
	a->ip[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
}

/* Slow, obvious: what the header promises. */
static enum verdict
oracle(const struct list *l, enum verdict policy, const struct addr *a)
{
	enum verdict best = policy;
	const struct netacl_rule *r;
	int len = -1;
	size_t i;

	for (i = 0; i < l->n; i++) {
		r = &l->rules[i];
		if (!prefix_covers(&r->p, a) || (int)r->p.len < len)
			continue;
		if ((int)r->p.len > len || r->verdict == VERDICT_DENY)
			best = (enum verdict)r->verdict;
		len = (int)r->p.len;
	}
	return best;
}

/* One bit flipped behind the prefix stays inside, within it falls out. */
START_TEST(one_bit)
{
	unsigned low, bit;
	enum verdict policy = _i % 8 < 4 ? VERDICT_GRANT : VERDICT_DENY;
	enum verdict other = policy == VERDICT_GRANT ? VERDICT_DENY :
	    VERDICT_GRANT;
	enum kind kind = (enum kind)(_i % KINDS);
	struct list l = { .n = 0 };
	struct addr a = { .port = 0 };
	struct netacl *acl;
	struct prefix p;
	char text[ADDR_TEXT];

	rnd_state = seed + (unsigned)_i;
	random_prefix(kind, &p);
	add_text(&l, other, text_of(kind, &p, text));
	acl = compile(&l, policy);
	memcpy(a.ip, p.ip, sizeof(a.ip));
	low = kind == V4 || kind == MAPPED ? 96 : 0;
	ck_assert_int_eq(netacl_test(acl, &a, NULL), other);
	for (bit = low; bit < 128; bit++) {
		flip(&a, bit);
		ck_assert_msg(netacl_test(acl, &a, NULL) ==
		    (bit < p.len ? policy : other),
		    "%s, bit %u, NETACL_SEED=%u test %d", text, bit, seed,
		    _i);
		flip(&a, bit);
	}
	free(acl);
}
END_TEST

/* Networks of which half lie in an earlier one, or are its tie. */
static void
random_list(struct list *l)
{
	enum kind kind;
	struct prefix p;
	char text[ADDR_TEXT];
	size_t k;

	while (l->n < MANY) {
		kind = (enum kind)(rnd() % KINDS);
		random_prefix(kind, &p);
		if (l->n > 0 && rnd() % 2 == 0) {
			k = rnd() % l->n;
			if (l->rules[k].p.len <= p.len) {
				memcpy(p.ip, l->rules[k].p.ip, 16);
				kind = NEAR_V4;
			}
		}
		add_text(l, rnd() % 2 == 0 ? VERDICT_GRANT : VERDICT_DENY,
		    text_of(kind, &p, text));
	}
}

/* At the edges of each network, just outside, and anywhere. */
START_TEST(agrees_with_the_oracle)
{
	enum verdict policy = _i % 2 == 0 ? VERDICT_GRANT : VERDICT_DENY;
	struct list l = { .n = 0 };
	const struct netacl_rule *r;
	struct addr a = { .port = 0 };
	struct netacl *acl;
	char text[ADDR_TEXT];
	size_t i, bit;

	rnd_state = seed + 1000 + (unsigned)_i;
	random_list(&l);
	acl = compile(&l, policy);
	for (i = 0; i < 100 * MANY; i++) {
		r = &l.rules[i % MANY];
		memcpy(a.ip, r->p.ip, sizeof(a.ip));
		for (bit = r->p.len; i / MANY % 2 == 1 && bit < 128; bit++)
			flip(&a, (unsigned)bit);
		if (i / MANY % 4 > 1)
			flip(&a, rnd() % 128);
		if (i / MANY > 50)
			flip(&a, 96 + rnd() % 32);
		ck_assert_msg(netacl_test(acl, &a, &r) ==
		    oracle(&l, policy, &a), "%s, NETACL_SEED=%u test %d",
		    addr_text(&a, text), seed, _i);
		ck_assert(r == NULL || prefix_covers(&r->p, &a));
	}
	free(acl);
}
END_TEST

START_TEST(hundred_thousand_ranges)
{
	struct netacl_rule *rules = calloc(100000, sizeof(*rules));
	clock_t from = clock();		/* processor time: others may run too */
	struct netacl *acl;
	struct addr a;
	size_t size;
	char text[ADDR_TEXT];
	unsigned i;

	ck_assert_ptr_nonnull(rules);
	for (i = 0; i < 100000; i++) {
		snprintf(text, sizeof(text), "%u.%u.%u.0/24",
		    1 + i / 65536, i / 256 % 256, i % 256);
		ck_assert_int_eq(prefix_parse(text, &rules[i].p, NULL), 0);
		rules[i].verdict = VERDICT_DENY;
	}
	acl = netacl_compile(VERDICT_GRANT, rules, 100000, &size, NULL);
	ck_assert_ptr_nonnull(acl);
	for (i = 0; i < 100000; i++) {
		snprintf(text, sizeof(text), "%u.%u.%u.9",
		    1 + i / 65536, i / 256 % 256, i % 256);
		ck_assert_int_eq(addr_parse(text, &a, NULL), 0);
		ck_assert_int_eq(netacl_test(acl, &a, NULL), VERDICT_DENY);
	}
	ck_assert_int_lt(clock() - from, 10 * CLOCKS_PER_SEC);
	free(acl);
	free(rules);
}
END_TEST

static void
add(TCase *tc)
{
	choose_seed();
	UNIT_ROWS(tc, decides, rows);
	tcase_add_test(tc, unix_socket_gets_the_policy);
	tcase_add_loop_test(tc, the_dialogs_sample, 0, 2);
	tcase_add_test(tc, equals_name_the_first);
	tcase_add_test(tc, opens_whole_lists_only);
	tcase_add_loop_test(tc, one_bit, 0, 400);
	tcase_add_loop_test(tc, agrees_with_the_oracle, 0, 40);
	tcase_add_test(tc, hundred_thousand_ranges);
}

UNIT_MAIN("netacl", add)
