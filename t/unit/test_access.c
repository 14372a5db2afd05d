/*
 * test_access.c - access lists from keeper's octets to front's verdicts
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pop3srvd/ipc/aclset.h"
#include "pop3srvd/ipc/memfd.h"

#include "pop3srvd/front/access.h"

#include "t/unit/unit.h"

/* pop3 and pop3s share a list that denies 192.0.2.0/24; other denies all. */
static void
pack(struct buf *b)
{
	struct netacl_rule r = { .verdict = VERDICT_DENY, .source = 1,
		.line = 7 };
	const char *sources[] = { "settings.json", "/etc/blocklist" };
	struct aclset_of of[] = { { "pop3", 0 }, { "pop3s", 0 },
		{ "other", 1 } };
	struct span lists[2];
	struct aclset set = { of, 3, lists, 2, sources, 2 };
	int i;

	ck_assert_int_eq(prefix_parse("192.0.2.0/24", &r.p, NULL), 0);
	lists[0].ptr = made(netacl_compile(VERDICT_GRANT, &r, 1,
	    &lists[0].len, NULL));
	lists[1].ptr = made(netacl_compile(VERDICT_DENY, NULL, 0,
	    &lists[1].len, NULL));
	buf_init(b, ACLSET_MAX);
	ck_assert_int_eq(aclset_pack(&set, b), 0);
	for (i = 0; i < 2; i++)
		free((void *)(uintptr_t)lists[i].ptr);
}

static struct access *
open_octets(struct span s)
{
	int fd = memfd_write("lists", s, NULL);

	ck_assert_int_ge(fd, 0);
	return access_open(fd, NULL);
}

static enum verdict
ask(const struct access *a, const char *listener, const char *peer,
    const struct netacl_rule **r)
{
	const struct netacl *acl = access_list(a, listener);
	struct addr addr;

	ck_assert_ptr_nonnull(acl);
	ck_assert_int_eq(addr_parse(peer, &addr, NULL), 0);
	return netacl_test(acl, &addr, r);
}

START_TEST(comes_through)
{
	const struct netacl_rule *r;
	struct access *a;
	struct buf b;

	pack(&b);
	a = open_octets(buf_span(&b));
	ck_assert_ptr_nonnull(a);
	ck_assert_int_eq(ask(a, "pop3", "192.0.2.9", &r), VERDICT_DENY);
	ck_assert_uint_eq(r->line, 7);
	ck_assert_str_eq(access_source(a, r), "/etc/blocklist");
	ck_assert_ptr_eq(access_list(a, "pop3"), access_list(a, "pop3s"));
	ck_assert_int_eq(ask(a, "pop3s", "192.0.3.9", &r), VERDICT_GRANT);
	ck_assert_ptr_null(r);
	ck_assert_int_eq(ask(a, "other", "192.0.3.9", &r), VERDICT_DENY);
	ck_assert_ptr_null(access_list(a, "nosuch"));
	ck_assert_ptr_null(access_list(NULL, "pop3"));
	access_free(&a);
	ck_assert_ptr_null(a);
	buf_free(&b);
}
END_TEST

START_TEST(a_strange_source_has_no_name)
{
	const struct netacl_rule r = { .source = 2 };
	struct access *a;
	struct buf b;

	pack(&b);
	a = open_octets(buf_span(&b));
	ck_assert_str_eq(access_source(a, &r), "");
	access_free(&a);
	buf_free(&b);
}
END_TEST

START_TEST(a_part_is_refused)
{
	struct span s;
	struct access *a;
	struct buf b;

	pack(&b);
	s = buf_span(&b);
	for (s.len = 0; s.len < buf_len(&b); s.len++) {
		a = open_octets(s);
		ck_assert_msg(a == NULL, "%zu octets", s.len);
	}
	buf_free(&b);
}
END_TEST

/* Any octet changed: refused, or a list that can be asked without harm. */
START_TEST(a_wrong_octet_does_no_harm)
{
	static const char *const peers[] = { "0.0.0.0", "192.0.2.9",
		"255.255.255.255", "::", "2001:db8::1", "ffff::ffff" };
	struct access *a;
	struct addr addr;
	struct buf b;
	char *copy;
	size_t i, k, opened = 0;

	pack(&b);
	copy = malloc(buf_len(&b));
	ck_assert_ptr_nonnull(copy);
	for (i = 0; i < buf_len(&b) * 3; i++) {
		memcpy(copy, buf_data(&b), buf_len(&b));
		copy[i / 3] ^= (char)(i % 3 == 0 ? 1 : i % 3 == 1 ? 0x80 : 0xff);
		a = open_octets(span_mem(copy, buf_len(&b)));
		if (a == NULL)
			continue;
		opened++;
		for (k = 0; k < COUNT(peers); k++) {
			ck_assert_int_eq(addr_parse(peers[k], &addr, NULL),
			    0);
			if (access_list(a, "pop3") != NULL)
				(void)netacl_test(access_list(a, "pop3"),
				    &addr, NULL);
		}
		access_free(&a);
	}
	ck_assert_uint_gt(opened, 0);
	ck_assert_uint_lt(opened, buf_len(&b) * 3);
	free(copy);
	buf_free(&b);
}
END_TEST

START_TEST(an_unsealed_file_is_refused)
{
	char name[] = "/tmp/test_access.XXXXXX";
	int fd = mkstemp(name);

	ck_assert_int_ge(fd, 0);
	(void)unlink(name);
	ck_assert_ptr_null(access_open(fd, NULL));
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, comes_through);
	tcase_add_test(tc, a_strange_source_has_no_name);
	tcase_add_test(tc, a_part_is_refused);
	tcase_add_test(tc, a_wrong_octet_does_no_harm);
	tcase_add_test(tc, an_unsealed_file_is_refused);
}

UNIT_MAIN("access", add)
