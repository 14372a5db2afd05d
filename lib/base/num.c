/*
 * num.c - strict decimals, sizes and durations, both directions
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/num.h"

struct unit {
	const char *name;
	uint64_t factor;
};

/* Largest first: the first that divides a value gives its shortest text. */
static const struct unit sizes[] = {
	{ "T", (uint64_t)1 << 40 },
	{ "G", (uint64_t)1 << 30 },
	{ "M", (uint64_t)1 << 20 },
	{ "K", (uint64_t)1 << 10 },
	{ "", 1 },
	{ NULL, 0 }
};

static const struct unit durations[] = {
	{ "d", 86400000 },
	{ "h", 3600000 },
	{ "m", 60000 },
	{ "s", 1000 },
	{ "ms", 1 },
	{ "", 1000 },
	{ NULL, 0 }
};

static int
with_unit(const char *s, const struct unit *u, uint64_t max, uint64_t *v_r)
{
	size_t digits;
	uint64_t v;

	if (s == NULL)
		return -1;
	digits = strspn(s, "0123456789");
	while (u->name != NULL && strcmp(s + digits, u->name) != 0)
		u++;
	if (u->name == NULL)
		return -1;
	if (num_u64(span_mem(s, digits), max / u->factor, &v) < 0)
		return -1;
	*v_r = v * u->factor;
	return 0;
}

int
num_u64(struct span s, uint64_t max, uint64_t *v_r)
{
	uint64_t v = 0, digit;
	size_t i;

	if (s.len == 0)
		return -1;
	for (i = 0; i < s.len; i++) {
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return -1;
		digit = (uint64_t)(s.ptr[i] - '0');
		if (v > max / 10 || digit > max - v * 10)
			return -1;
		v = v * 10 + digit;
	}
	*v_r = v;
	return 0;
}

int
num_size(const char *s, uint64_t *octets_r)
{
	return with_unit(s, sizes, UINT64_MAX, octets_r);
}

int
num_duration(const char *s, int64_t *ms_r)
{
	uint64_t v;

	if (with_unit(s, durations, INT64_MAX, &v) < 0)
		return -1;
	*ms_r = (int64_t)v;
	return 0;
}

const char *
num_size_text(uint64_t octets, char out[24])
{
	const struct unit *u = sizes;

	if (octets == 0)
		return memcpy(out, "0", 2);
	while (octets % u->factor != 0)
		u++;
	snprintf(out, 24, "%" PRIu64 "%s", octets / u->factor, u->name);
	return out;
}

const char *
num_duration_text(int64_t ms, char out[24])
{
	const struct unit *u = durations;

	if (ms == 0)
		return memcpy(out, "0s", 3);
	while (ms % (int64_t)u->factor != 0)
		u++;
	snprintf(out, 24, "%" PRId64 "%s", ms / (int64_t)u->factor, u->name);
	return out;
}
