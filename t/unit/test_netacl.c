/*
 * test_netacl.c - the longest prefix decides, deny on a tie
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	{ "and not the next", VERDICT_GRANT, { 0 }, { "2001:db8::1" },
	    "2001:db8::2", VERDICT_GRANT, NULL },
};

static struct netacl *
acl_of(size_t row)
{
	struct netacl *acl = netacl_new(rows[row].policy);
	size_t i;

	ck_assert_ptr_nonnull(acl);
	for (i = 0; i < 4 && rows[row].grant[i] != NULL; i++)
		ck_assert_int_eq(netacl_add(acl, VERDICT_GRANT,
		    rows[row].grant[i], NULL), 0);
	for (i = 0; i < 4 && rows[row].deny[i] != NULL; i++)
		ck_assert_int_eq(netacl_add(acl, VERDICT_DENY,
		    rows[row].deny[i], NULL), 0);
	netacl_ready(acl);
	return acl;
}

START_TEST(decides)
{
	struct netacl *acl = acl_of((size_t)_i);
	const struct prefix *rule;
	struct addr a;
	char out[ADDR_TEXT];

	ck_assert_int_eq(addr_parse(rows[_i].peer, &a, NULL), 0);
	ck_assert_msg(netacl_test(acl, &a, &rule) == rows[_i].verdict, "%s",
	    rows[_i].holds);
	if (rows[_i].rule == NULL)
		ck_assert_ptr_null(rule);
	else
		ck_assert_str_eq(prefix_text(rule, out), rows[_i].rule);
	netacl_free(&acl);
	ck_assert_ptr_null(acl);
}
END_TEST

START_TEST(refuses_what_is_no_range)
{
	struct netacl *acl = netacl_new(VERDICT_GRANT);
	struct err e;

	err_clear(&e);
	ck_assert_int_eq(netacl_add(acl, VERDICT_DENY, "192.0.2.7/24", &e),
	    -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "192.0.2.0/24"));
	netacl_free(&acl);
}
END_TEST

START_TEST(unix_socket_gets_the_policy)
{
	struct netacl *acl = netacl_new(VERDICT_GRANT);
	struct addr a = { .local = true };

	ck_assert_int_eq(netacl_add(acl, VERDICT_DENY, "::/0", NULL), 0);
	netacl_ready(acl);
	ck_assert_int_eq(netacl_test(acl, &a, NULL), VERDICT_GRANT);
	netacl_free(&acl);
}
END_TEST

static unsigned rnd_state;

static unsigned
rnd(void)
{
	rnd_state = rnd_state * 1103515245u + 12345u;
	return rnd_state >> 8;
}

/* A random network; kind 0: IPv4, 1: IPv6. */
static void
random_prefix(int kind, struct prefix *p)
{
	unsigned i, low = kind == 0 ? 96 : 0;

	memset(p, 0, sizeof(*p));
	p->len = (uint8_t)(low + rnd() % (129 - low));
	for (i = 0; i < 16; i++)
		p->ip[i] = (uint8_t)rnd();
	if (kind == 0)
		memcpy(p->ip, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	else
		p->ip[0] = 0x20;	/* never a mapped one */
	for (i = p->len; i < 128; i++)
		p->ip[i / 8] &= (uint8_t)~(0x80 >> i % 8);
}

static void
flip(struct addr *a, unsigned bit)
{
	a->ip[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
}

/* Slow, obvious: what the header promises. */
static enum verdict
oracle(const struct prefix *p, const enum verdict *v, size_t n,
    const struct addr *a)
{
	enum verdict best = VERDICT_GRANT;
	int len = -1;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!prefix_covers(&p[i], a) || (int)p[i].len < len)
			continue;
		if ((int)p[i].len > len || v[i] == VERDICT_DENY)
			best = v[i];
		len = (int)p[i].len;
	}
	return best;
}

/* One bit flipped behind the prefix stays inside, within it falls out. */
START_TEST(one_bit)
{
	struct netacl *acl;
	struct prefix p;
	struct addr a = { .port = 0 };
	char text[ADDR_TEXT];
	unsigned low, bit;

	rnd_state = (unsigned)_i + 1;
	random_prefix(_i % 2, &p);
	acl = netacl_new(VERDICT_GRANT);
	ck_assert_int_eq(netacl_add(acl, VERDICT_DENY,
	    prefix_text(&p, text), NULL), 0);
	netacl_ready(acl);
	memcpy(a.ip, p.ip, sizeof(a.ip));
	low = _i % 2 == 0 ? 96 : 0;
	for (bit = low; bit < 128; bit++) {
		flip(&a, bit);
		ck_assert_msg(netacl_test(acl, &a, NULL) ==
		    (bit < p.len ? VERDICT_GRANT : VERDICT_DENY),
		    "%s, bit %u, seed %d", text, bit, _i + 1);
		flip(&a, bit);
	}
	netacl_free(&acl);
}
END_TEST

#define MANY	60

START_TEST(agrees_with_the_oracle)
{
	struct netacl *acl = netacl_new(VERDICT_GRANT);
	struct prefix p[MANY];
	enum verdict v[MANY];
	struct addr a = { .port = 0 };
	char text[ADDR_TEXT];
	size_t i, k;

	rnd_state = (unsigned)_i + 1000;
	for (i = 0; i < MANY; i++) {
		random_prefix((int)(rnd() % 2), &p[i]);
		/* half of them lie inside an earlier one, or are its tie */
		if (i > 0 && rnd() % 2 == 0) {
			k = rnd() % i;
			if (p[k].len <= p[i].len)
				memcpy(p[i].ip, p[k].ip, 16);
		}
		v[i] = rnd() % 2 == 0 ? VERDICT_GRANT : VERDICT_DENY;
		ck_assert_int_eq(netacl_add(acl, v[i],
		    prefix_text(&p[i], text), NULL), 0);
	}
	netacl_ready(acl);
	for (i = 0; i < 40 * MANY; i++) {
		memcpy(a.ip, p[i % MANY].ip, sizeof(a.ip));
		flip(&a, 96 + rnd() % 32);
		ck_assert_msg(netacl_test(acl, &a, NULL) ==
		    oracle(p, v, MANY, &a), "seed %d, test %zu", _i + 1000, i);
	}
	netacl_free(&acl);
}
END_TEST

START_TEST(hundred_thousand_ranges)
{
	struct netacl *acl = netacl_new(VERDICT_GRANT);
	struct moment from, to;
	struct addr a;
	char text[ADDR_TEXT];
	unsigned i;

	clock_read(&from);
	for (i = 0; i < 100000; i++) {
		snprintf(text, sizeof(text), "%u.%u.%u.0/24",
		    1 + i / 65536, i / 256 % 256, i % 256);
		ck_assert_int_eq(netacl_add(acl, VERDICT_DENY, text, NULL), 0);
	}
	netacl_ready(acl);
	for (i = 0; i < 100000; i++) {
		snprintf(text, sizeof(text), "%u.%u.%u.9",
		    1 + i / 65536, i / 256 % 256, i % 256);
		ck_assert_int_eq(addr_parse(text, &a, NULL), 0);
		ck_assert_int_eq(netacl_test(acl, &a, NULL), VERDICT_DENY);
	}
	clock_read(&to);
	ck_assert_int_lt(to.mono - from.mono, 2000);
	netacl_free(&acl);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, decides, rows);
	tcase_add_test(tc, refuses_what_is_no_range);
	tcase_add_test(tc, unix_socket_gets_the_policy);
	tcase_add_loop_test(tc, one_bit, 0, 300);
	tcase_add_loop_test(tc, agrees_with_the_oracle, 0, 20);
	tcase_add_test(tc, hundred_thousand_ranges);
}

UNIT_MAIN("netacl", add)
