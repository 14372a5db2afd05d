/*
 * test_known.c - sources whose last login succeeded
 */
#include <stdio.h>

#include "lib/policy/known.h"

#include "t/unit/unit.h"

static struct addr
ip(const char *text)
{
	struct addr a;

	ck_assert_int_eq(addr_parse(text, &a, NULL), 0);
	return a;
}

static const struct {
	const char *holds, *in, *asked;
	bool has;
} rows[] = {
	{ "an address", "192.0.2.1", "192.0.2.1", true },
	{ "not its neighbour", "192.0.2.1", "192.0.2.2", false },
	{ "an IPv6 /64", "2001:db8::1", "2001:db8::ffff", true },
	{ "not the next one", "2001:db8::1", "2001:db8:0:1::1", false },
};

START_TEST(sources)
{
	struct known *k = made(known_new(1024));
	struct addr in = ip(rows[_i].in), asked = ip(rows[_i].asked);

	ck_assert(!known_has(k, &asked));
	known_add(k, &in);
	known_add(k, &in);
	ck_assert_msg(known_has(k, &asked) == rows[_i].has, "%s",
	    rows[_i].holds);
	known_drop(k, &asked);
	ck_assert(!known_has(k, &asked));
	ck_assert_msg(known_has(k, &in) != rows[_i].has, "%s",
	    rows[_i].holds);
	known_free(&k);
	ck_assert_ptr_null(k);
}
END_TEST

START_TEST(the_oldest_makes_room)
{
	struct known *k = made(known_new(4));
	char text[32];
	struct addr a[6];
	int i;

	for (i = 0; i < 6; i++) {
		snprintf(text, sizeof(text), "192.0.2.%d", i + 1);
		a[i] = ip(text);
		known_add(k, &a[i]);
		known_add(k, &a[0]);	/* who comes often stays */
	}
	ck_assert(known_has(k, &a[0]));
	ck_assert(!known_has(k, &a[1]));
	ck_assert(!known_has(k, &a[2]));
	for (i = 3; i < 6; i++)
		ck_assert(known_has(k, &a[i]));
	known_drop(k, &a[4]);
	ck_assert(!known_has(k, &a[4]));
	ck_assert(known_has(k, &a[3]) && known_has(k, &a[5]));
	known_free(&k);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_loop_test(tc, sources, 0, sizeof(rows) / sizeof(rows[0]));
	tcase_add_test(tc, the_oldest_makes_room);
}

UNIT_MAIN("known", add)
