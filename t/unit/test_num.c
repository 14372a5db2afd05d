/*
 * test_num.c - strict decimals, sizes and durations
 */
#include <inttypes.h>
#include <string.h>

#include "lib/base/num.h"

#include "t/unit/unit.h"

#define SPAN(s)		{ s, sizeof(s) - 1 }

/* The numbers of case S-02: what peers send where a number belongs. */
static const struct {
	const char *holds;
	struct span in;
	uint64_t max;
	bool good;
	uint64_t v;
} numbers[] = {
	{ "zero", SPAN("0"), UINT64_MAX, true, 0 },
	{ "a sign is no digit", SPAN("-1"), UINT64_MAX, false, 0 },
	{ "not even plus", SPAN("+1"), UINT64_MAX, false, 0 },
	{ "leading zeros are digits", SPAN("01"), UINT64_MAX, true, 1 },
	{ "no octal", SPAN("010"), UINT64_MAX, true, 10 },
	{ "no exponent", SPAN("1e0"), UINT64_MAX, false, 0 },
	{ "no hexadecimal", SPAN("0x1"), UINT64_MAX, false, 0 },
	{ "2^31 - 1", SPAN("2147483647"), UINT64_MAX, true, 2147483647 },
	{ "2^31", SPAN("2147483648"), UINT64_MAX, true, 2147483648 },
	{ "2^32 - 1", SPAN("4294967295"), UINT64_MAX, true, 4294967295 },
	{ "2^32 does not become 0", SPAN("4294967296"), UINT64_MAX, true,
	    4294967296 },
	{ "2^32 + 1 does not become 1", SPAN("4294967297"), UINT32_MAX,
	    false, 0 },
	{ "2^64 - 1", SPAN("18446744073709551615"), UINT64_MAX, true,
	    UINT64_MAX },
	{ "2^64 overflows", SPAN("18446744073709551616"), UINT64_MAX,
	    false, 0 },
	{ "2^64 + 1 does not become 1", SPAN("18446744073709551617"),
	    UINT64_MAX, false, 0 },
	{ "ten times as much", SPAN("184467440737095516150"), UINT64_MAX,
	    false, 0 },
	{ "a leading space", SPAN(" 1"), UINT64_MAX, false, 0 },
	{ "a trailing space", SPAN("1 "), UINT64_MAX, false, 0 },
	{ "a leading tab", SPAN("\t1"), UINT64_MAX, false, 0 },
	{ "a trailing tab", SPAN("1\t"), UINT64_MAX, false, 0 },
	{ "a NUL behind", SPAN("1\0"), UINT64_MAX, false, 0 },
	{ "a NUL before", SPAN("\0""1"), UINT64_MAX, false, 0 },
	{ "nothing", SPAN(""), UINT64_MAX, false, 0 },
	{ "8-bit octets", SPAN("\xb1"), UINT64_MAX, false, 0 },
	{ "the octets around the digits", SPAN("/"), UINT64_MAX, false, 0 },
	{ "on both sides", SPAN(":"), UINT64_MAX, false, 0 },
	{ "the maximum is allowed", SPAN("100"), 100, true, 100 },
	{ "one above is not", SPAN("101"), 100, false, 0 },
	{ "a maximum below ten", SPAN("7"), 5, false, 0 },
	{ "zero as the maximum", SPAN("0"), 0, true, 0 },
};

START_TEST(number)
{
	uint64_t v = 42;
	int r = num_u64(numbers[_i].in, numbers[_i].max, &v);

	ck_assert_msg(r == (numbers[_i].good ? 0 : -1), "%s",
	    numbers[_i].holds);
	ck_assert_msg(v == (numbers[_i].good ? numbers[_i].v : 42), "%s",
	    numbers[_i].holds);
}
END_TEST

START_TEST(four_hundred_digits)
{
	char digits[400];
	uint64_t v;

	memset(digits, '9', sizeof(digits));
	ck_assert_int_eq(num_u64(span_mem(digits, 400), UINT64_MAX, &v), -1);
	memset(digits, '0', sizeof(digits));
	ck_assert_int_eq(num_u64(span_mem(digits, 400), UINT64_MAX, &v), 0);
	ck_assert_uint_eq(v, 0);
}
END_TEST

static const struct {
	const char *holds, *in;
	bool good;
	uint64_t v;
	const char *text;
} sizes[] = {
	{ "bare octets", "1000", true, 1000, "1000" },
	{ "zero", "0", true, 0, "0" },
	{ "K", "1K", true, 1024, "1K" },
	{ "M", "10M", true, 10485760, "10M" },
	{ "the shortest form", "1048576", true, 1048576, "1M" },
	{ "but exact", "1048577", true, 1048577, "1048577" },
	{ "1536 K is no whole M", "1536K", true, 1572864, "1536K" },
	{ "G", "1G", true, 1073741824, "1G" },
	{ "T", "3T", true, 3298534883328, "3T" },
	{ "1024 T", "1024T", true, (uint64_t)1 << 50, "1024T" },
	{ "the largest", "18446744073709551615", true, UINT64_MAX,
	    "18446744073709551615" },
	{ "just fits", "16777215T", true, (uint64_t)16777215 << 40,
	    "16777215T" },
	{ "overflow by unit", "16777216T", false, 0, NULL },
	{ "no small letters", "10m", false, 0, NULL },
	{ "no B", "10MB", false, 0, NULL },
	{ "no fraction", "1.5M", false, 0, NULL },
	{ "no blank", "10 M", false, 0, NULL },
	{ "no unit alone", "M", false, 0, NULL },
	{ "nothing", "", false, 0, NULL },
	{ "no sign", "-1", false, 0, NULL },
};

START_TEST(size)
{
	uint64_t v;
	char out[24];
	int r = num_size(sizes[_i].in, &v);

	ck_assert_msg(r == (sizes[_i].good ? 0 : -1), "%s", sizes[_i].holds);
	if (r < 0)
		return;
	ck_assert_msg(v == sizes[_i].v, "%s", sizes[_i].holds);
	ck_assert_str_eq(num_size_text(v, out), sizes[_i].text);
}
END_TEST

static const struct {
	const char *holds, *in;
	bool good;
	int64_t v;
	const char *text;
} durations[] = {
	{ "milliseconds", "250ms", true, 250, "250ms" },
	{ "seconds", "90s", true, 90000, "90s" },
	{ "bare seconds", "90", true, 90000, "90s" },
	{ "minutes", "15m", true, 900000, "15m" },
	{ "hours", "1h", true, 3600000, "1h" },
	{ "days", "30d", true, 2592000000, "30d" },
	{ "the shortest form", "60s", true, 60000, "1m" },
	{ "24 hours are a day", "24h", true, 86400000, "1d" },
	{ "zero", "0", true, 0, "0s" },
	{ "the largest", "9223372036854775807ms", true, INT64_MAX,
	    "9223372036854775807ms" },
	{ "one more overflows", "9223372036854775808ms", false, 0, NULL },
	{ "overflow by unit", "106751991168d", false, 0, NULL },
	{ "just below", "106751991167d", true, 9223372036828800000,
	    "106751991167d" },
	{ "no weeks", "1w", false, 0, NULL },
	{ "no two units", "1h30m", false, 0, NULL },
	{ "no capitals", "1H", false, 0, NULL },
	{ "no sign", "-1s", false, 0, NULL },
	{ "no unit alone", "s", false, 0, NULL },
	{ "nothing", "", false, 0, NULL },
};

START_TEST(duration)
{
	int64_t v;
	char out[24];
	int r = num_duration(durations[_i].in, &v);

	ck_assert_msg(r == (durations[_i].good ? 0 : -1), "%s",
	    durations[_i].holds);
	if (r < 0)
		return;
	ck_assert_msg(v == durations[_i].v, "%s: %" PRId64,
	    durations[_i].holds, v);
	ck_assert_str_eq(num_duration_text(v, out), durations[_i].text);
}
END_TEST

START_TEST(texts_read_back)
{
	unsigned seed = 7;
	char out[24];
	uint64_t v, back;
	int64_t ms;
	int i;

	for (i = 0; i < 20000; i++) {
		v = ((uint64_t)rand_r(&seed) << 31 | (uint64_t)rand_r(&seed))
		    >> rand_r(&seed) % 62 << rand_r(&seed) % 40;
		ck_assert_int_eq(num_size(num_size_text(v, out), &back), 0);
		ck_assert_uint_eq(back, v);
		v &= INT64_MAX;
		ck_assert_int_eq(num_duration(
		    num_duration_text((int64_t)v, out), &ms), 0);
		ck_assert_int_eq(ms, (int64_t)v);
	}
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, number, numbers);
	tcase_add_test(tc, four_hundred_digits);
	UNIT_ROWS(tc, size, sizes);
	UNIT_ROWS(tc, duration, durations);
	tcase_add_test(tc, texts_read_back);
}

UNIT_MAIN("num", add)
