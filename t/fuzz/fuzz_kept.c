/*
 * fuzz_kept.c - who is shut out, as a captured front may have left it
 *
 * The first two octets say how many entries the next table may hold and how
 * many octets of memory there are; the rest is the memory.  What is taken over
 * is what could be an entry now, each source once; and what the next one takes
 * over from that is the same.
 */
#include "lib/policy/autodeny.h"

#include "t/fuzz/fuzz.h"

#define NOW	((int64_t)7 * 24 * 3600 * 1000)

static void
check_entry(struct autodeny *ad, const struct autodeny_entry *e)
{
	struct addr a = { .port = 0 };
	struct prefix source;

	must((unsigned)e->reason < AUTODENY_REASONS);
	must(autodeny_reason_name(e->reason) != NULL);
	must(e->since >= 0 && e->since <= NOW && e->until > NOW);
	must(e->until == AUTODENY_FOREVER ||
	    e->until - NOW <= AUTODENY_LONGEST);
	memcpy(a.ip, e->source.ip, sizeof(a.ip));
	prefix_of_peer(&a, &source);
	must(memcmp(&source.ip, &e->source.ip, sizeof(source.ip)) == 0 &&
	    source.len == e->source.len);
	must(autodeny_holds(ad, &a, NOW));
}

static bool
has(const struct autodeny *ad, const struct autodeny_entry *want)
{
	struct autodeny_entry e;
	size_t i, found = 0;

	for (i = 0; autodeny_at(ad, i, &e); i++)
		if (memcmp(e.source.ip, want->source.ip,
		    sizeof(e.source.ip)) == 0) {
			must(e.reason == want->reason &&
			    e.since == want->since && e.until == want->until &&
			    e.hits == want->hits);
			found++;
		}
	must(found <= 1);
	return found == 1;
}

static void
check_next(const struct autodeny *ad, size_t max, void *mem, size_t octets)
{
	struct autodeny *next = autodeny_new(max);
	struct autodeny_entry e;
	size_t i;

	must(next != NULL);
	must(autodeny_keep(next, mem, octets, NOW) == autodeny_count(ad));
	for (i = 0; autodeny_at(ad, i, &e); i++)
		must(has(next, &e));
	autodeny_free(&next);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input y = { data, data + size };
	size_t max = (size_t)input_octet(&y) % 32 + 1;
	size_t cut = (size_t)input_octet(&y) % 48, i, n, octets;
	struct autodeny *ad = autodeny_new(max);
	struct autodeny_entry e;
	char *mem;

	octets = autodeny_kept_octets(max) + 24 - cut;
	mem = calloc(1, octets);
	must(ad != NULL && mem != NULL);
	n = (size_t)(y.end - y.at);
	if (n > 0)
		memcpy(mem, y.at, n < octets ? n : octets);
	n = autodeny_keep(ad, mem, octets, NOW);
	must(n == autodeny_count(ad) && n <= max);
	for (i = 0; autodeny_at(ad, i, &e); i++)
		check_entry(ad, &e);
	must(i == n);
	check_next(ad, max, mem, octets);
	autodeny_free(&ad);
	free(mem);
	return 0;
}
