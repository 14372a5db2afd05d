/*
 * test_autodeny.c - shut out until restart or a deadline, bounded
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/policy/autodeny.h"

#include "t/unit/unit.h"

static struct addr
ip(const char *text)
{
	struct addr a;

	ck_assert_int_eq(addr_parse(text, &a, NULL), 0);
	return a;
}

static struct addr
nth(unsigned i)
{
	char text[ADDR_TEXT];

	snprintf(text, sizeof(text), "10.%u.%u.%u", i / 65536,
	    i / 256 % 256, i % 256);
	return ip(text);
}

START_TEST(until_restart)
{
	struct autodeny *ad = made(autodeny_new(10));
	struct addr a = ip("192.0.2.1"), b = ip("192.0.2.2");

	ck_assert(!autodeny_test(ad, &a, 0));
	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_OVERLONG, AUTODENY_FOREVER,
	    5), 0);
	ck_assert(autodeny_test(ad, &a, INT64_MAX - 1));
	ck_assert(!autodeny_test(ad, &b, 5));
	autodeny_free(&ad);
	ck_assert_ptr_null(ad);
}
END_TEST

START_TEST(until_a_deadline)
{
	struct autodeny *ad = made(autodeny_new(10));
	struct addr a = ip("2001:db8::1");

	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_FAILURES, 1000, 5), 0);
	ck_assert(autodeny_test(ad, &a, 999));
	ck_assert(!autodeny_test(ad, &a, 1000));
	ck_assert_uint_eq(autodeny_count(ad), 0);
	autodeny_free(&ad);
}
END_TEST

START_TEST(again_moves_the_deadline)
{
	struct autodeny *ad = made(autodeny_new(10));
	struct addr a = ip("192.0.2.1");
	struct autodeny_entry e;

	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_FAILURES, 1000, 0), 0);
	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_OVERLONG, 2000, 10), 0);
	ck_assert_uint_eq(autodeny_count(ad), 1);
	ck_assert(autodeny_test(ad, &a, 1500));
	ck_assert(autodeny_at(ad, 0, &e));
	ck_assert_str_eq(autodeny_reason_name(e.reason), "overlong");
	ck_assert_int_eq(e.since, 0);
	ck_assert_uint_eq(e.hits, 1);
	ck_assert(!autodeny_at(ad, 1, &e));
	/* what is milder takes nothing back, the operator does */
	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_FAILURES, 1600, 10), 0);
	ck_assert(autodeny_test(ad, &a, 1600));
	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_OPERATOR, 1700, 10), 0);
	ck_assert(!autodeny_test(ad, &a, 1700));
	autodeny_free(&ad);
}
END_TEST

START_TEST(removed)
{
	struct autodeny *ad = made(autodeny_new(10));
	struct addr a = ip("192.0.2.1");

	ck_assert(!autodeny_remove(ad, &a));
	autodeny_add(ad, &a, AUTODENY_OVERLONG, AUTODENY_FOREVER, 0);
	ck_assert(autodeny_remove(ad, &a));
	ck_assert(!autodeny_test(ad, &a, 1));
	autodeny_free(&ad);
}
END_TEST

START_TEST(unix_socket_is_never_shut_out)
{
	struct autodeny *ad = made(autodeny_new(10));
	struct addr a = { .local = true };

	ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_OVERLONG, AUTODENY_FOREVER,
	    0), 0);
	ck_assert(!autodeny_test(ad, &a, 1));
	ck_assert_uint_eq(autodeny_count(ad), 0);
	autodeny_free(&ad);
}
END_TEST

START_TEST(full_the_earliest_deadline_goes)
{
	struct autodeny *ad = made(autodeny_new(3));
	struct addr a = nth(1), b = nth(2), c = nth(3), d = nth(4);

	autodeny_add(ad, &a, AUTODENY_FAILURES, AUTODENY_FOREVER, 0);
	autodeny_add(ad, &b, AUTODENY_FAILURES, 3000, 1);
	autodeny_add(ad, &c, AUTODENY_FAILURES, 2000, 2);
	autodeny_add(ad, &d, AUTODENY_FAILURES, AUTODENY_FOREVER, 3);
	ck_assert_uint_eq(autodeny_count(ad), 3);
	ck_assert(!autodeny_test(ad, &c, 4));
	ck_assert(autodeny_test(ad, &a, 4));
	ck_assert(autodeny_test(ad, &b, 4));
	ck_assert(autodeny_test(ad, &d, 4));
	autodeny_add(ad, &c, AUTODENY_FAILURES, AUTODENY_FOREVER, 5);
	ck_assert(!autodeny_test(ad, &b, 6));
	/* all until restart: the oldest goes */
	autodeny_add(ad, &b, AUTODENY_FAILURES, AUTODENY_FOREVER, 7);
	ck_assert(!autodeny_test(ad, &a, 8));
	autodeny_free(&ad);
}
END_TEST

/* Whoever has many addresses can fill the table. */
START_TEST(full_the_operators_stay)
{
	struct autodeny *ad = made(autodeny_new(3));
	struct addr a = nth(1), b = nth(2), c;
	struct autodeny_entry e;
	unsigned i;

	autodeny_add(ad, &a, AUTODENY_OPERATOR, AUTODENY_FOREVER, 0);
	for (i = 10; i < 30; i++) {
		c = nth(i);
		ck_assert_int_eq(autodeny_add(ad, &c, AUTODENY_OVERLONG,
		    AUTODENY_FOREVER, i), 0);
		ck_assert(autodeny_test(ad, &c, i));
		ck_assert(autodeny_test(ad, &a, i));
	}
	/* nor does it become another's */
	autodeny_add(ad, &a, AUTODENY_OVERLONG, AUTODENY_FOREVER, 31);
	ck_assert(autodeny_at(ad, 0, &e));
	for (i = 0; e.hits != 20; i++)
		ck_assert(autodeny_at(ad, i, &e));
	ck_assert_int_eq(e.reason, AUTODENY_OPERATOR);
	/* nothing but the operator's: the newest word of the operator counts */
	for (i = 40; i < 43; i++) {
		c = nth(i);
		autodeny_add(ad, &c, AUTODENY_OPERATOR, AUTODENY_FOREVER, i);
	}
	ck_assert(!autodeny_holds(ad, &a, 50));
	ck_assert_int_eq(autodeny_add(ad, &b, AUTODENY_OVERLONG,
	    AUTODENY_FOREVER, 50), 0);
	ck_assert(!autodeny_holds(ad, &b, 50));
	for (i = 40; i < 43; i++) {
		c = nth(i);
		ck_assert(autodeny_holds(ad, &c, 50));
	}
	autodeny_free(&ad);
}
END_TEST

#define MAX	1000

/* Many more than fit, with removals in between: exactly what must be there. */
START_TEST(bounded)
{
	struct autodeny *ad = made(autodeny_new(MAX));
	struct addr a;
	unsigned i;

	for (i = 0; i < 5 * MAX; i++) {
		a = nth(i);
		ck_assert_int_eq(autodeny_add(ad, &a, AUTODENY_FAILURES,
		    (int64_t)(100000 + i), (int64_t)i), 0);
		ck_assert_uint_le(autodeny_count(ad), MAX);
	}
	for (i = 0; i < 5 * MAX; i++) {
		a = nth(i);
		ck_assert(autodeny_test(ad, &a, 50000) == (i >= 4 * MAX));
	}
	for (i = 4 * MAX; i < 5 * MAX; i += 2) {
		a = nth(i);
		ck_assert(autodeny_remove(ad, &a));
	}
	ck_assert_uint_eq(autodeny_count(ad), MAX / 2);
	for (i = 4 * MAX; i < 5 * MAX; i++) {
		a = nth(i);
		ck_assert(autodeny_test(ad, &a, (int64_t)(99999 + i)) ==
		    (i % 2 == 1));
	}
	autodeny_free(&ad);
}
END_TEST

START_TEST(an_ipv6_address_stands_for_its_64)
{
	struct autodeny *ad = made(autodeny_new(10));
	struct addr a = ip("2001:db8::1"), b = ip("2001:db8::ffff:2"),
	    c = ip("2001:db8:0:1::1");
	struct autodeny_entry e;
	char text[ADDR_TEXT];

	autodeny_add(ad, &a, AUTODENY_OVERLONG, AUTODENY_FOREVER, 0);
	ck_assert(autodeny_test(ad, &b, 1));
	ck_assert(!autodeny_test(ad, &c, 1));
	ck_assert(autodeny_at(ad, 0, &e));
	ck_assert_str_eq(prefix_text(&e.source, text), "2001:db8::/64");
	ck_assert(autodeny_remove(ad, &b));
	autodeny_free(&ad);
}
END_TEST

START_TEST(who_is_never_is_neither_entered_nor_refused)
{
	struct autodeny *ad = made(autodeny_new(10));
	struct addr a = ip("192.0.2.1"), b = ip("192.0.2.2"),
	    c = ip("198.51.100.1");
	struct prefix never[1];

	autodeny_add(ad, &a, AUTODENY_OVERLONG, AUTODENY_FOREVER, 0);
	ck_assert_int_eq(prefix_parse("192.0.2.0/24", &never[0], NULL), 0);
	ck_assert_int_eq(autodeny_never(ad, never, 1), 0);
	ck_assert(autodeny_is_never(ad, &a));
	ck_assert(!autodeny_is_never(ad, &c));
	ck_assert(!autodeny_holds(ad, &a, 1));
	ck_assert(!autodeny_test(ad, &a, 1));
	ck_assert_int_eq(autodeny_add(ad, &b, AUTODENY_OVERLONG,
	    AUTODENY_FOREVER, 0), 0);
	ck_assert_uint_eq(autodeny_count(ad), 1);
	autodeny_add(ad, &c, AUTODENY_OVERLONG, AUTODENY_FOREVER, 0);
	ck_assert(autodeny_holds(ad, &c, 1));
	/* it was in the table before, and is no exception any more */
	ck_assert_int_eq(autodeny_never(ad, NULL, 0), 0);
	ck_assert(autodeny_test(ad, &a, 1));
	autodeny_free(&ad);
}
END_TEST

START_TEST(pages_show_each_once)
{
	struct autodeny *ad = made(autodeny_new(MAX));
	struct autodeny_entry e[100];
	bool seen[MAX] = { false };
	size_t at = 0, n, i, nth_of, all = 0;
	struct addr a;
	unsigned k;

	for (k = 0; k < MAX; k++) {
		a = nth(k);
		autodeny_add(ad, &a, AUTODENY_FAILURES, 1000, 0);
	}
	do {
		n = autodeny_page(ad, &at, 1, e, 100);
		for (i = 0; i < n; i++) {
			nth_of = (size_t)e[i].source.ip[14] * 256 +
			    e[i].source.ip[15];
			ck_assert(!seen[nth_of]);
			seen[nth_of] = true;
		}
		all += n;
	} while (at != 0);
	ck_assert_uint_eq(all, MAX);
	autodeny_clear(ad);
	ck_assert_uint_eq(autodeny_count(ad), 0);
	ck_assert_uint_eq(autodeny_page(ad, &at, 1, e, 100), 0);
	ck_assert_uint_eq(at, 0);
	a = nth(1);
	ck_assert(!autodeny_test(ad, &a, 1));
	autodeny_add(ad, &a, AUTODENY_FAILURES, 1000, 0);
	ck_assert(autodeny_test(ad, &a, 1));
	autodeny_free(&ad);
}
END_TEST

/* As fronts come and go over the same memory. */
START_TEST(kept_over_a_restart)
{
	size_t octets = autodeny_kept_octets(MAX), i;
	void *mem = calloc(1, octets);
	struct autodeny *ad = made(autodeny_new(MAX));
	struct autodeny_entry e;
	struct addr a;
	unsigned k;

	ck_assert_ptr_nonnull(mem);
	ck_assert_uint_eq(autodeny_keep(ad, mem, octets, 0), 0);
	for (k = 0; k < 2 * MAX; k++) {
		a = nth(k);
		autodeny_add(ad, &a, k % 3 == 0 ? AUTODENY_OVERLONG :
		    AUTODENY_HARVEST, k % 3 == 0 ? AUTODENY_FOREVER :
		    (int64_t)(10000 + k), (int64_t)k);
		if (k % 7 == 0) {
			a = nth(k / 2);
			(void)autodeny_remove(ad, &a);
		}
	}
	a = nth(2 * MAX - 1);
	ck_assert(autodeny_test(ad, &a, 5000));
	for (i = 0; i < 3; i++) {
		size_t n = autodeny_count(ad);
		struct autodeny *next = made(autodeny_new(MAX));

		ck_assert_uint_eq(autodeny_keep(next, mem, octets, 6000), n);
		for (k = 0; k < 2 * MAX; k++) {
			a = nth(k);
			ck_assert(autodeny_holds(next, &a, 6000) ==
			    autodeny_holds(ad, &a, 6000));
		}
		autodeny_free(&ad);
		ad = next;
		a = nth((unsigned)(2 * MAX - 2 - i));
		(void)autodeny_remove(ad, &a);
	}
	/* reason, since, until and hits came with it */
	for (i = 0; autodeny_at(ad, i, &e); i++)
		if (e.source.ip[15] == ((2 * MAX - 1) & 255) &&
		    e.source.ip[14] == (2 * MAX - 1) / 256)
			break;
	ck_assert_int_eq(e.reason, AUTODENY_HARVEST);
	ck_assert_int_eq(e.since, 2 * MAX - 1);
	ck_assert_int_eq(e.until, 10000 + 2 * MAX - 1);
	ck_assert_uint_eq(e.hits, 1);
	autodeny_free(&ad);
	free(mem);
}
END_TEST

/* A captured front may have written anything: what cannot be an entry is none,
 * and nothing is read beyond. */
START_TEST(what_was_kept_is_not_trusted)
{
	size_t octets = autodeny_kept_octets(MAX) + 13, i, round;
	unsigned char *mem = malloc(octets);
	struct autodeny *ad = made(autodeny_new(10)), *next;
	struct autodeny_entry e;
	uint64_t many;
	struct addr a;

	ck_assert_ptr_nonnull(mem);
	srand(1);
	for (round = 0; round < 200; round++) {
		for (i = 0; i < octets; i++)
			mem[i] = round < 20 ? 0xff : (unsigned char)rand();
		many = round % 2 == 0 ? UINT64_MAX : MAX + 5;
		memcpy(mem, &many, sizeof(many));
		next = made(autodeny_new(MAX / 2));
		ck_assert_uint_le(autodeny_keep(next, mem, octets, 5000),
		    MAX / 2);
		for (i = 0; autodeny_at(next, i, &e); i++) {
			ck_assert_int_lt(e.reason, AUTODENY_REASONS);
			ck_assert_int_le(e.since, 5000);
			ck_assert_int_gt(e.until, 5000);
		}
		autodeny_free(&next);
	}
	/* one entry, then each octet of its slot changed */
	memset(mem, 0, octets);
	(void)autodeny_keep(ad, mem, octets, 0);
	a = ip("192.0.2.1");
	autodeny_add(ad, &a, AUTODENY_OVERLONG, 9000, 10);
	autodeny_free(&ad);
	next = made(autodeny_new(10));
	/* it has ended meanwhile */
	ck_assert_uint_eq(autodeny_keep(next, mem, octets, 9000), 0);
	autodeny_free(&next);
	/* longer than anything can be, but not until restart */
	ad = made(autodeny_new(10));
	memset(mem, 0, octets);
	(void)autodeny_keep(ad, mem, octets, 0);
	autodeny_add(ad, &a, AUTODENY_OVERLONG, AUTODENY_FOREVER - 1, 10);
	autodeny_free(&ad);
	next = made(autodeny_new(10));
	ck_assert_uint_eq(autodeny_keep(next, mem, octets, 20), 0);
	autodeny_free(&next);
	/* there is no room for a slot, or not even for a count */
	next = made(autodeny_new(10));
	ck_assert_uint_eq(autodeny_keep(next, mem, 8, 20), 0);
	ck_assert_uint_eq(autodeny_keep(next, mem, 7, 20), 0);
	autodeny_add(next, &a, AUTODENY_OVERLONG, 9000, 10);
	autodeny_free(&next);
	free(mem);
}
END_TEST

/* The same address twice: one entry. */
START_TEST(twice_kept_is_once)
{
	size_t octets = autodeny_kept_octets(10), half;
	unsigned char *mem = calloc(1, octets);
	struct autodeny *ad = made(autodeny_new(10));
	struct addr a = ip("192.0.2.1");
	uint64_t two = 2;

	ck_assert_ptr_nonnull(mem);
	(void)autodeny_keep(ad, mem, octets, 0);
	autodeny_add(ad, &a, AUTODENY_OVERLONG, 9000, 10);
	autodeny_free(&ad);
	half = (octets - sizeof(two)) / 10;
	memcpy(mem + sizeof(two) + half, mem + sizeof(two), half);
	memcpy(mem, &two, sizeof(two));
	ad = made(autodeny_new(10));
	ck_assert_uint_eq(autodeny_keep(ad, mem, octets, 20), 1);
	ck_assert(autodeny_test(ad, &a, 20));
	ck_assert(autodeny_remove(ad, &a));
	ck_assert(!autodeny_test(ad, &a, 20));
	autodeny_free(&ad);
	free(mem);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, until_restart);
	tcase_add_test(tc, until_a_deadline);
	tcase_add_test(tc, again_moves_the_deadline);
	tcase_add_test(tc, removed);
	tcase_add_test(tc, unix_socket_is_never_shut_out);
	tcase_add_test(tc, full_the_earliest_deadline_goes);
	tcase_add_test(tc, full_the_operators_stay);
	tcase_add_test(tc, bounded);
	tcase_add_test(tc, an_ipv6_address_stands_for_its_64);
	tcase_add_test(tc, who_is_never_is_neither_entered_nor_refused);
	tcase_add_test(tc, pages_show_each_once);
	tcase_add_test(tc, kept_over_a_restart);
	tcase_add_test(tc, what_was_kept_is_not_trusted);
	tcase_add_test(tc, twice_kept_is_once);
}

UNIT_MAIN("autodeny", add)
