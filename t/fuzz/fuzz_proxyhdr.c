/*
 * fuzz_proxyhdr.c - PROXY protocol headers from anybody
 *
 * Checked: a header is never longer than what is there or than its maximum,
 * every beginning of a good one asks for more, and what follows a header does
 * not change it.
 */
#include "lib/net/proxyhdr.h"

#include "t/fuzz/fuzz.h"

/* An exact copy, so that reading behind its end is noticed. */
static int
parse(const uint8_t *data, size_t n, struct proxyhdr *h)
{
	uint8_t *copy = malloc(n > 0 ? n : 1);
	int r;

	must(copy != NULL);
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

	must(r >= -1 && r <= (int)PROXYHDR_MAX && r <= (int)n);
	must(r != 0 || n < PROXYHDR_MAX);
	if (r <= 0)
		return 0;
	for (i = 0; i < (size_t)r; i++)
		must(parse(data, i, &again) == 0);
	must(parse(data, (size_t)r, &again) == r);
	must(memcmp(&h, &again, sizeof(h)) == 0);
	return 0;
}
