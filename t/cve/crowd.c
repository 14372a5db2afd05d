/*
 * crowd.c - tables that peers write to, filled with keys that would collide
 *
 * Each address falls into one chain of addr_hash() without its key, as an
 * attacker would choose them who knows the code but not the number that the
 * process drew.  Prints a line a table the seconds for ordinary keys and for these.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/base/addr.h"
#include "lib/policy/autodeny.h"
#include "lib/policy/failures.h"
#include "lib/policy/limits.h"

#define CHAIN	0x1fff	/* as many chains as 8192 keys have */

static void
need(int good, const char *what)
{
	if (!good) {
		fprintf(stderr, "crowd: %s\n", what);
		exit(1);
	}
}

/* An IPv6 /64 of its own for each n. */
static struct addr
nth(uint64_t n)
{
	struct addr a = { .ip = { [0] = 0x20, [1] = 0x01 } };

	memcpy(&a.ip[2], &n, 6);
	return a;
}

static struct addr *
ordinary(size_t n)
{
	struct addr *at = calloc(n, sizeof(*at));
	size_t i;

	need(at != NULL, "no memory");
	for (i = 0; i < n; i++)
		at[i] = nth(i);
	return at;
}

static struct addr *
chosen(size_t n)
{
	struct addr *at = calloc(n, sizeof(*at));
	uint64_t try;
	size_t i = 0;

	need(at != NULL, "no memory");
	for (try = 0; i < n; try++) {
		at[i] = nth(try);
		i += (addr_hash(at[i].ip, 0) & CHAIN) == 0;
	}
	return at;
}

static void
fill_limits(const struct addr *at, size_t n)
{
	struct limits *l = limits_new();
	size_t i;

	need(l != NULL, "limits");
	for (i = 0; i < n; i++)
		need(limits_enter(l, &at[i], 0, 0) == LIMITS_OK, "enter");
	for (i = 0; i < n; i++)
		limits_leave(l, &at[i]);
	limits_free(&l);
}

static void
fill_autodeny(const struct addr *at, size_t n)
{
	struct autodeny *ad = autodeny_new(n);
	size_t i;

	need(ad != NULL, "autodeny");
	for (i = 0; i < n; i++)
		need(autodeny_add(ad, &at[i], AUTODENY_FAILURES, 1000,
		    0) == 0, "add");
	for (i = 0; i < n; i++)
		need(autodeny_holds(ad, &at[i], 1), "holds");
	autodeny_free(&ad);
}

static void
fill_failures(const struct addr *at, size_t n)
{
	static const struct failures_rules rules = { 20, 10, 1000, 1000 };
	struct failures *f = failures_new(n);
	int64_t until;
	size_t i;

	need(f != NULL, "failures");
	for (i = 0; i < n; i++)
		failures_add(f, &rules, &(struct failures_try){ &at[i], i, i,
		    false }, 1, &until);
	need(failures_count(f) == n, "sources");
	failures_free(&f);
}

/* The quickest of three. */
static double
seconds(void (*fill)(const struct addr *, size_t), const struct addr *at,
    size_t n)
{
	clock_t began, took, least = 0;
	int i;

	for (i = 0; i < 3; i++) {
		began = clock();
		fill(at, n);
		took = clock() - began;
		if (i == 0 || took < least)
			least = took;
	}
	return (double)least / CLOCKS_PER_SEC;
}

int
main(void)
{
	static const struct {
		const char *name;
		void (*fill)(const struct addr *, size_t);
	} tables[] = { { "limits", fill_limits },
		{ "autodeny", fill_autodeny }, { "failures", fill_failures } };
	size_t i, n = CHAIN + 1;
	struct addr *some = ordinary(n), *evil = chosen(n);

	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		printf("%s %.4f %.4f\n", tables[i].name,
		    seconds(tables[i].fill, some, n),
		    seconds(tables[i].fill, evil, n));
	free(some);
	free(evil);
	return 0;
}
