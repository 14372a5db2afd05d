/*
 * test_limits.c - ceilings in all and a source
 */
#include <stdio.h>
#include <string.h>

#include "lib/policy/limits.h"

#include "t/unit/unit.h"

static struct addr
ip(const char *text)
{
	struct addr a;

	ck_assert_int_eq(addr_parse(text, &a, NULL), 0);
	return a;
}

START_TEST(ceiling_of_all)
{
	struct limits *l = made(limits_new());
	struct addr a = ip("192.0.2.1"), b = ip("192.0.2.2");

	ck_assert_int_eq(limits_enter(l, &a, 2, 0), LIMITS_OK);
	ck_assert_int_eq(limits_enter(l, &b, 2, 0), LIMITS_OK);
	ck_assert_int_eq(limits_enter(l, &b, 2, 0), LIMITS_TOTAL);
	ck_assert_uint_eq(limits_total(l), 2);
	limits_leave(l, &a);
	ck_assert_int_eq(limits_enter(l, &b, 2, 0), LIMITS_OK);
	limits_free(&l);
	ck_assert_ptr_null(l);
}
END_TEST

static const struct {
	const char *holds, *one, *other;
	bool same;
} sources[] = {
	{ "an IPv4 address", "192.0.2.1", "192.0.2.1", true },
	{ "mapped is the same", "192.0.2.1", "::ffff:192.0.2.1", true },
	{ "the next IPv4 address is another", "192.0.2.1", "192.0.2.2",
	    false },
	{ "a /64 is one source", "2001:db8::1", "2001:db8::ffff:1", true },
	{ "the next /64 is another", "2001:db8::1", "2001:db8:0:1::1",
	    false },
};

START_TEST(source)
{
	struct limits *l = made(limits_new());
	struct addr one = ip(sources[_i].one), other = ip(sources[_i].other);

	ck_assert_int_eq(limits_enter(l, &one, 0, 1), LIMITS_OK);
	ck_assert_uint_eq(limits_of(l, &one), 1);
	ck_assert_msg(limits_enter(l, &other, 0, 1) ==
	    (sources[_i].same ? LIMITS_SOURCE : LIMITS_OK), "%s",
	    sources[_i].holds);
	limits_free(&l);
}
END_TEST

START_TEST(refused_is_not_counted)
{
	struct limits *l = made(limits_new());
	struct addr a = ip("192.0.2.1");

	ck_assert_int_eq(limits_enter(l, &a, 0, 1), LIMITS_OK);
	ck_assert_int_eq(limits_enter(l, &a, 0, 1), LIMITS_SOURCE);
	limits_leave(l, &a);
	ck_assert_uint_eq(limits_total(l), 0);
	ck_assert_uint_eq(limits_of(l, &a), 0);
	limits_free(&l);
}
END_TEST

START_TEST(unix_socket_has_no_source)
{
	struct limits *l = made(limits_new());
	struct addr a = { .local = true };

	ck_assert_int_eq(limits_enter(l, &a, 0, 1), LIMITS_OK);
	ck_assert_int_eq(limits_enter(l, &a, 0, 1), LIMITS_OK);
	ck_assert_uint_eq(limits_total(l), 2);
	ck_assert_uint_eq(limits_of(l, &a), 0);
	limits_leave(l, &a);
	limits_leave(l, &a);
	limits_free(&l);
}
END_TEST

#define PEERS	3000

/* Random coming and going against plain counters. */
START_TEST(counts_stay_right)
{
	static unsigned count[PEERS];
	static struct addr peer[PEERS];
	struct limits *l = made(limits_new());
	unsigned state = (unsigned)_i + 1, i, k, total = 0;
	char text[ADDR_TEXT];

	memset(count, 0, sizeof(count));
	for (i = 0; i < PEERS; i++) {
		snprintf(text, sizeof(text), i % 2 == 0 ? "10.0.%u.%u" :
		    "2001:db8:%x:%x::1", i / 256, i % 256);
		peer[i] = ip(text);
	}
	for (k = 0; k < 40000; k++) {
		state = state * 1103515245u + 12345u;
		i = (state >> 8) % PEERS;
		if ((state >> 24) % 2 == 0 || count[i] == 0) {
			ck_assert_int_eq(limits_enter(l, &peer[i], 0, 0),
			    LIMITS_OK);
			count[i]++;
			total++;
		} else {
			limits_leave(l, &peer[i]);
			count[i]--;
			total--;
		}
	}
	ck_assert_uint_eq(limits_total(l), total);
	for (i = 0; i < PEERS; i++) {
		ck_assert_uint_eq(limits_of(l, &peer[i]), count[i]);
		while (count[i]-- > 0)
			limits_leave(l, &peer[i]);
		ck_assert_uint_eq(limits_of(l, &peer[i]), 0);
	}
	ck_assert_uint_eq(limits_total(l), 0);
	limits_free(&l);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, ceiling_of_all);
	UNIT_ROWS(tc, source, sources);
	tcase_add_test(tc, refused_is_not_counted);
	tcase_add_test(tc, unix_socket_has_no_source);
	tcase_add_loop_test(tc, counts_stay_right, 0, 4);
}

UNIT_MAIN("limits", add)
