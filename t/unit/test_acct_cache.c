/*
 * test_acct_cache.c - passwords that were right a moment ago
 */
#include <stdio.h>
#include <string.h>

#include "lib/acct/cache.h"

#include "t/unit/unit.h"

#define TTL	1000

static struct cache *
fresh(int64_t ttl)
{
	struct cache *c = cache_new(ttl, NULL);

	ck_assert_ptr_nonnull(c);
	return c;
}

static struct cache_key
key(const struct cache *c, const char *name, const char *hash,
    const char *password)
{
	struct cache_key k;

	ck_assert_int_eq(cache_key(c, name, hash, span_of(password), &k), 0);
	return k;
}

START_TEST(holds_for_its_time)
{
	struct cache *c = fresh(TTL);
	struct cache_key k = key(c, "a@b.c", "$y$1", "p");

	ck_assert(!cache_has(c, &k, 5));
	cache_put(c, &k, 5);
	ck_assert(cache_has(c, &k, 5));
	ck_assert(cache_has(c, &k, 5 + TTL - 1));
	ck_assert(!cache_has(c, &k, 5 + TTL));
	cache_put(c, &k, 5 + TTL);
	ck_assert(cache_has(c, &k, 5 + TTL));
	cache_free(&c);
	ck_assert_ptr_null(c);
}
END_TEST

/* S-21: no part of a key can pass for another part. */
static const struct {
	const char *name, *hash, *password;
} others[] = {
	{ "b@b.c", "$y$1", "p" },
	{ "a@b.c", "$y$2", "p" },
	{ "a@b.c", "$y$1", "P" },
	{ "a@b.c$y$1", "", "p" },
	{ "a@b.c", "$y$1p", "" },
	{ "a@b.", "c$y$1", "p" },
	{ "a@b.c", "", "$y$1p" },
};

START_TEST(anything_changed_misses)
{
	struct cache *c = fresh(TTL);
	struct cache_key k = key(c, "a@b.c", "$y$1", "p"), other;

	cache_put(c, &k, 0);
	other = key(c, others[_i].name, others[_i].hash, others[_i].password);
	ck_assert(!cache_has(c, &other, 0));
	ck_assert(cache_has(c, &k, 0));
	cache_free(&c);
}
END_TEST

START_TEST(each_process_has_its_own_key)
{
	struct cache *c = fresh(TTL), *d = fresh(TTL);
	struct cache_key k = key(c, "a@b.c", "$y$1", "p");
	struct cache_key l = key(d, "a@b.c", "$y$1", "p");

	ck_assert(memcmp(&k, &l, sizeof(k)) != 0);
	cache_free(&c);
	cache_free(&d);
}
END_TEST

START_TEST(no_time_keeps_nothing)
{
	struct cache *c = fresh(0);
	struct cache_key k = key(c, "a@b.c", "$y$1", "p");

	cache_put(c, &k, 7);
	ck_assert(!cache_has(c, &k, 7));
	cache_free(&c);
}
END_TEST

/* More names than room: never a wrong hit, the newest is always there. */
START_TEST(is_bounded)
{
	struct cache *c = fresh(1000000);
	char name[32];
	int i, kept = 0;
	const int n = 40000;

	for (i = 0; i < n; i++) {
		struct cache_key k;

		snprintf(name, sizeof(name), "u%d@b.c", i);
		k = key(c, name, "$y$1", "p");
		ck_assert(!cache_has(c, &k, i));
		cache_put(c, &k, i);
		ck_assert(cache_has(c, &k, i));
	}
	for (i = 0; i < n; i++) {
		struct cache_key k;

		snprintf(name, sizeof(name), "u%d@b.c", i);
		k = key(c, name, "$y$1", "p");
		kept += cache_has(c, &k, n);
	}
	ck_assert_int_gt(kept, 14000);
	ck_assert_int_le(kept, 2048 * 8);
	cache_free(&c);
}
END_TEST

START_TEST(a_password_too_long_goes_without)
{
	struct cache *c = fresh(TTL);
	static char text[4000];
	struct cache_key k;

	memset(text, 'a', sizeof(text));
	ck_assert_int_eq(cache_key(c, "a@b.c", "$y$1",
	    span_mem(text, sizeof(text)), &k), -1);
	cache_free(&c);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, holds_for_its_time);
	UNIT_ROWS(tc, anything_changed_misses, others);
	tcase_add_test(tc, each_process_has_its_own_key);
	tcase_add_test(tc, no_time_keeps_nothing);
	tcase_add_test(tc, is_bounded);
	tcase_add_test(tc, a_password_too_long_goes_without);
}
UNIT_MAIN("acct_cache", add)
