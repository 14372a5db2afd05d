/*
 * fuzz_proxyhdr.c - PROXY protocol headers from anybody
 *
 * Checked: a header is never longer than what is there or than its maximum,
 * every beginning of a good one asks for more, and what follows a header does
 * not change it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/net/proxyhdr.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
check(bool holds)
{
	if (!holds)
		abort();
}

/* An exact copy, so that reading behind its end is noticed. */
static int
parse(const uint8_t *data, size_t n, struct proxyhdr *h)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	int r;

	check(copy != NULL);
	memcpy(copy, data, n);
	r = proxyhdr_parse(copy, n, h);
	free(copy);
	return r;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct proxyhdr h, again;
	size_t i;
	int r = parse(data, n, &h);

	check(r >= -1 && r <= (int)PROXYHDR_MAX && r <= (int)n);
	check(r != 0 || n < PROXYHDR_MAX);
	if (r <= 0)
		return 0;
	for (i = 0; i < (size_t)r; i++)
		check(parse(data, i, &again) == 0);
	check(parse(data, (size_t)r, &again) == r);
	check(memcmp(&h, &again, sizeof(h)) == 0);
	return 0;
}
