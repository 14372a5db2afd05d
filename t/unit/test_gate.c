/*
 * test_gate.c - the one door: who may connect
 */
#include <stdlib.h>

#include "pop3srvd/ipc/aclset.h"
#include "pop3srvd/ipc/memfd.h"

#include "pop3srvd/front/gate.h"

#include "t/unit/unit.h"

static struct addr
ip(const char *text)
{
	struct addr a;

	ck_assert_int_eq(addr_parse(text, &a, NULL), 0);
	return a;
}

static struct vserver *
server(struct vserver *vs)
{
	static char name[] = "pop3";

	*vs = (struct vserver){ .limits = { .connections = 3,
	    .per_address = 2 }, .pop3 = { .auto_deny = true }, .name = name };
	return vs;
}

/* Lists as keeper sends them: pop3 refuses 192.0.2.0/24. */
static struct access *
lists(void)
{
	struct netacl_rule rule = { .verdict = VERDICT_DENY };
	const char *source = "settings.json";
	struct aclset_of of = { "pop3", 0 };
	struct span list;
	struct aclset set = { &of, 1, &list, 1, &source, 1 };
	struct netacl *acl;
	struct access *a;
	struct buf b;

	ck_assert_int_eq(prefix_parse("192.0.2.0/24", &rule.p, NULL), 0);
	acl = netacl_compile(VERDICT_GRANT, &rule, 1, &list.len, NULL);
	ck_assert_ptr_nonnull(acl);
	list.ptr = (const char *)acl;
	buf_init(&b, ACLSET_MAX);
	ck_assert_int_eq(aclset_pack(&set, &b), 0);
	a = access_open(memfd_write("lists", buf_span(&b), NULL), NULL);
	ck_assert_ptr_nonnull(a);
	buf_free(&b);
	free(acl);
	return a;
}

static struct gate *
gate(size_t ceiling)
{
	struct gate *g = gate_new(ceiling);

	ck_assert_ptr_nonnull(g);
	gate_access(g, lists());
	return g;
}

START_TEST(lists_before_limits)
{
	struct gate *g = gate(100);
	struct vserver vs;
	struct addr bad = ip("192.0.2.1"), good = ip("198.51.100.1");
	const struct netacl_rule *rule;

	server(&vs);
	ck_assert_int_eq(gate_enter(g, &vs, &bad, GATE_PEER, 0), GATE_DENIED);
	ck_assert_int_eq(gate_judge(g, &vs, &bad, 0, &rule), GATE_DENIED);
	ck_assert_ptr_nonnull(rule);
	ck_assert_str_eq(access_source(gate_lists(g), rule), "settings.json");
	ck_assert_uint_eq(gate_refused(g, GATE_DENIED), 1);
	ck_assert_uint_eq(gate_total(g), 0);
	ck_assert_int_eq(gate_enter(g, &vs, &good, GATE_PEER, 0), GATE_OK);
	ck_assert_uint_eq(gate_of(g, &good), 1);
	gate_free(&g);
}
END_TEST

START_TEST(shut_out_until_restart)
{
	struct gate *g = gate(100);
	struct vserver vs;
	struct addr a = ip("198.51.100.1"), b = ip("198.51.100.2");

	server(&vs);
	ck_assert_int_eq(autodeny_add(gate_autodeny(g), &a, AUTODENY_OVERLONG,
	    AUTODENY_FOREVER, 5), 0);
	ck_assert_int_eq(gate_enter(g, &vs, &a, GATE_PEER, 1000000000),
	    GATE_SHUT_OUT);
	ck_assert_int_eq(gate_enter(g, &vs, &b, GATE_PEER, 1000000000), GATE_OK);
	vs.pop3.auto_deny = false;
	ck_assert_int_eq(gate_enter(g, &vs, &a, GATE_PEER, 1000000000), GATE_OK);
	gate_free(&g);
}
END_TEST

/* Never, then the table, then the list; and asking counts nothing. */
START_TEST(who_is_shut_out_comes_first)
{
	struct gate *g = gate(100);
	struct autodeny *ad = gate_autodeny(g);
	struct vserver vs;
	struct addr bad = ip("192.0.2.1");
	struct prefix never;
	struct autodeny_entry e;

	server(&vs);
	ck_assert_int_eq(autodeny_add(ad, &bad, AUTODENY_FAILURES, 1000, 5),
	    0);
	ck_assert_int_eq(gate_judge(g, &vs, &bad, 6, NULL), GATE_SHUT_OUT);
	ck_assert_int_eq(gate_judge(g, &vs, &bad, 6, NULL), GATE_SHUT_OUT);
	ck_assert_int_eq(gate_enter(g, &vs, &bad, GATE_PEER, 6),
	    GATE_SHUT_OUT);
	ck_assert(autodeny_at(ad, 0, &e));
	ck_assert_uint_eq(e.hits, 1);
	ck_assert_uint_eq(gate_refused(g, GATE_SHUT_OUT), 1);
	ck_assert_int_eq(prefix_parse("192.0.2.1", &never, NULL), 0);
	ck_assert_int_eq(autodeny_never(ad, &never, 1), 0);
	ck_assert_int_eq(gate_enter(g, &vs, &bad, GATE_PEER, 6), GATE_DENIED);
	ck_assert_int_eq(autodeny_never(ad, NULL, 0), 0);
	ck_assert_int_eq(gate_enter(g, &vs, &bad, GATE_PEER, 1000),
	    GATE_DENIED);
	gate_free(&g);
}
END_TEST

START_TEST(limits)
{
	struct gate *g = gate(100);
	struct vserver vs;
	struct addr a = ip("198.51.100.1"), b = ip("2001:db8::1");

	server(&vs);
	ck_assert_int_eq(gate_enter(g, &vs, &a, GATE_PEER, 0), GATE_OK);
	ck_assert_int_eq(gate_enter(g, &vs, &a, GATE_PEER, 0), GATE_OK);
	ck_assert_int_eq(gate_enter(g, &vs, &a, GATE_PEER, 0), GATE_SOURCE);
	ck_assert_int_eq(gate_enter(g, &vs, &b, GATE_PEER, 0), GATE_OK);
	ck_assert_int_eq(gate_enter(g, &vs, &b, GATE_PEER, 0), GATE_FULL);
	gate_leave(g, &a);
	ck_assert_int_eq(gate_enter(g, &vs, &b, GATE_PEER, 0), GATE_OK);
	gate_free(&g);
}
END_TEST

START_TEST(proxy_has_no_limit_of_its_own)
{
	struct gate *g = gate(100);
	struct vserver vs;
	struct addr a = ip("198.51.100.1");
	int i;

	server(&vs);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(gate_enter(g, &vs, &a, GATE_PROXY, 0), GATE_OK);
	ck_assert_int_eq(gate_enter(g, &vs, &a, GATE_PROXY, 0), GATE_FULL);
	gate_free(&g);
}
END_TEST

START_TEST(a_listener_for_proxies_takes_nobody_else)
{
	struct gate *g = gate(100);
	struct vserver vs;
	struct addr a = ip("198.51.100.1");

	server(&vs);
	vs.n_proxies = 1;
	ck_assert_int_eq(gate_enter(g, &vs, &a, GATE_PEER, 0),
	    GATE_NO_PROXY);
	ck_assert_int_eq(gate_enter(g, &vs, &a, GATE_NAMED_BY_PROXY, 0),
	    GATE_OK);
	gate_free(&g);
}
END_TEST

START_TEST(descriptors_lower_the_ceiling)
{
	struct gate *g = gate(1);
	struct vserver vs;
	struct addr a = ip("198.51.100.1");

	server(&vs);
	ck_assert_uint_eq(gate_ceiling(g, &vs), 1);
	ck_assert_int_eq(gate_enter(g, &vs, &a, GATE_PEER, 0), GATE_OK);
	ck_assert_int_eq(gate_enter(g, &vs, &a, GATE_PEER, 0), GATE_FULL);
	gate_free(&g);
}
END_TEST

START_TEST(refusals_are_logged_sparingly)
{
	struct gate *g = gate(1);
	uint64_t missed;
	int i, lines = 0;

	for (i = 0; i < 1000; i++)
		lines += gate_log_due(g, GATE_DENIED, 500, &missed);
	ck_assert_int_eq(lines, 20);
	ck_assert(gate_log_due(g, GATE_FULL, 500, &missed));
	ck_assert_uint_eq(missed, 0);
	ck_assert(gate_log_due(g, GATE_DENIED, 500 + 10000, &missed));
	ck_assert_uint_eq(missed, 980);
	ck_assert(gate_log_due(g, GATE_DENIED, 500 + 10000, &missed));
	ck_assert_uint_eq(missed, 0);
	gate_free(&g);
}
END_TEST

START_TEST(without_a_list_nobody_comes_in)
{
	struct gate *g = gate(100);
	struct addr good = ip("198.51.100.1");
	struct vserver vs;
	char other[] = "other";

	server(&vs);
	vs.name = other;
	ck_assert_int_eq(gate_enter(g, &vs, &good, GATE_PEER, 0), GATE_DENIED);
	gate_free(&g);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, without_a_list_nobody_comes_in);
	tcase_add_test(tc, lists_before_limits);
	tcase_add_test(tc, shut_out_until_restart);
	tcase_add_test(tc, who_is_shut_out_comes_first);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, proxy_has_no_limit_of_its_own);
	tcase_add_test(tc, a_listener_for_proxies_takes_nobody_else);
	tcase_add_test(tc, descriptors_lower_the_ceiling);
	tcase_add_test(tc, refusals_are_logged_sparingly);
}

UNIT_MAIN("gate", add)
