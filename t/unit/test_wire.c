/*
 * test_wire.c - how many octets RETR sends
 */
#include <inttypes.h>
#include <string.h>

#include "lib/base/wire.h"

#include "t/unit/unit.h"

#define STORED_MAX	64

/*
 * The wire form built octet by octet from the words of wire.h, with nothing
 * of wire.c in it; its length is what must be counted.
 */
static size_t
build(const char *in, size_t n, char *out)
{
	size_t i, at = 0, bol = 0;
	bool separated = false;

	for (i = 0; i < n; i++) {
		if (in[i] == '\n' && (i == 0 || in[i - 1] != '\r'))
			out[at++] = '\r';
		out[at++] = in[i];
	}
	if (n > 0 && in[n - 1] != '\n') {
		out[at++] = '\r';
		out[at++] = '\n';
	}
	for (i = 0; i < at; i++) {
		if (out[i] != '\n')
			continue;
		separated = separated || i - bol == 1;
		bol = i + 1;
	}
	if (!separated) {
		out[at++] = '\r';
		out[at++] = '\n';
	}
	return at;
}

static const struct {
	const char *holds, *in;
	size_t n;
	uint64_t octets;
} messages[] = {
	{ "an empty message is an empty line", "", 0, 2 },
	{ "an LF alone", "\n", 1, 2 },
	{ "a CRLF alone", "\r\n", 2, 2 },
	{ "a CR alone is a line, then the separator", "\r", 1, 5 },
	{ "a complete message", "A: b\n\nc\n", 8, 11 },
	{ "the same with CRLF", "A: b\r\n\r\nc\r\n", 11, 11 },
	{ "mixed line ends", "A: b\r\n\nc\n", 9, 11 },
	{ "no final line end", "A: b\n\nc", 7, 11 },
	{ "header only", "A: b\n", 5, 8 },
	{ "header only, no line end", "A: b", 4, 8 },
	{ "separator last", "A: b\n\n", 6, 8 },
	{ "body first", "\nc\n", 3, 5 },
	{ "a bare CR stays", "A: b\n\na\rb\n", 10, 13 },
	{ "a bare CR at the end gets a line end", "A: b\n\na\r", 8, 12 },
	{ "CR CR LF is no empty line", "a\n\r\r\n", 5, 8 },
	{ "a blank is no empty line", "a\n \n", 4, 8 },
	{ "dots are not doubled here", "\n.\n..\n", 6, 9 },
	{ "NULs are octets", "\n\0\0\n", 4, 6 },
};

START_TEST(message)
{
	struct wire w;
	char out[100];

	wire_init(&w);
	wire_count(&w, messages[_i].in, messages[_i].n);
	ck_assert_msg(wire_total(&w) == messages[_i].octets, "%s: %" PRIu64,
	    messages[_i].holds, wire_total(&w));
	ck_assert_msg(build(messages[_i].in, messages[_i].n, out) ==
	    messages[_i].octets, "%s (reference)", messages[_i].holds);
}
END_TEST

/* The message in slices of random length, zero among them. */
static uint64_t
count_sliced(const char *in, size_t n, unsigned *seed)
{
	size_t at = 0, slice;
	struct wire w;

	wire_init(&w);
	while (at < n) {
		slice = (size_t)rand_r(seed) % 5;
		if (slice > n - at)
			slice = n - at;
		wire_count(&w, in + at, slice);
		at += slice;
	}
	wire_count(&w, NULL, 0);
	return wire_total(&w);
}

START_TEST(any_message_in_any_slices)
{
	static const char octets[] = "\n\n\n\r\r\r\na.";
	unsigned seed = (unsigned)_i * 7919 + 1;
	char in[STORED_MAX], out[2 * STORED_MAX + 4];
	size_t n, i, round, expected;

	for (round = 0; round < 50000; round++) {
		n = (size_t)rand_r(&seed) % sizeof(in);
		for (i = 0; i < n; i++)
			in[i] = octets[(size_t)rand_r(&seed) %
			    (sizeof(octets) - 1)];
		expected = build(in, n, out);
		ck_assert_uint_eq(count_sliced(in, n, &seed), expected);
	}
}
END_TEST

/* Every message of up to 8 octets out of CR, LF and one other, each cut in
 * two at every place. */
START_TEST(every_short_message)
{
	char in[8], out[2 * sizeof(in) + 4];
	size_t n = (size_t)_i, i, cut;
	unsigned long number, all = 1, rest;
	struct wire w;

	for (i = 0; i < n; i++)
		all *= 3;
	for (number = 0; number < all; number++) {
		for (i = 0, rest = number; i < n; i++, rest /= 3)
			in[i] = "\r\na"[rest % 3];
		for (cut = 0; cut <= n; cut++) {
			wire_init(&w);
			wire_count(&w, in, cut);
			wire_count(&w, in + cut, n - cut);
			ck_assert_uint_eq(wire_total(&w), build(in, n, out));
		}
	}
}
END_TEST

static const struct {
	const char *holds, *in;
	size_t n, verbatim;
} lines[] = {
	{ "nothing", "", 0, 0 },
	{ "a line", "ab\r\n", 4, 4 },
	{ "an empty line", "\r\n", 2, 2 },
	{ "lines", "ab\r\n\r\nc\r\n", 9, 9 },
	{ "not the beginning of one", "ab\r\nc", 5, 4 },
	{ "not half an end", "ab\r\nc\r", 6, 4 },
	{ "nor a beginning alone", "c", 1, 0 },
	{ "no LF alone", "ab\r\nc\nd\r\n", 9, 4 },
	{ "nor one in the first place", "\nd\r\n", 4, 0 },
	{ "nor an empty line of it", "a\r\n\nd\r\n", 7, 3 },
	{ "a CR alone", "a\rb\r\n\r\r\n", 8, 8 },
	{ "no dot in front", ".\r\n", 3, 0 },
	{ "nor in front of the second", "a\r\n.a\r\n", 7, 3 },
	{ "nor of the last", "a\r\n.", 4, 3 },
	{ "a dot inside", "a.\r\n \r\n", 7, 7 },
	{ "a dot behind a CR alone", "\r.\r\n", 4, 4 },
	{ "no NUL", "a\r\nb\0\r\nc\r\n", 10, 3 },
};

START_TEST(verbatim)
{
	ck_assert_msg(wire_verbatim(lines[_i].in, lines[_i].n) ==
	    lines[_i].verbatim, "%s", lines[_i].holds);
}
END_TEST

/* The same line by line, as long as they are good. */
static size_t
good_lines(const char *p, size_t n)
{
	size_t at = 0, i;

	for (i = 0; i < n; i++) {
		if (p[i] == '\0' || (i == at && p[i] == '.'))
			break;
		if (p[i] != '\n')
			continue;
		if (i == at || p[i - 1] != '\r')
			break;
		at = i + 1;
	}
	return at;
}

START_TEST(every_short_verbatim)
{
	char in[8];
	size_t n = (size_t)_i, i;
	unsigned long number, all = 1, rest;

	for (i = 0; i < n; i++)
		all *= 5;
	for (number = 0; number < all; number++) {
		for (i = 0, rest = number; i < n; i++, rest /= 5)
			in[i] = "\r\na.\0"[rest % 5];
		ck_assert_uint_eq(wire_verbatim(in, n), good_lines(in, n));
	}
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, message, messages);
	tcase_add_loop_test(tc, any_message_in_any_slices, 0, 4);
	tcase_add_loop_test(tc, every_short_message, 0, 9);
	UNIT_ROWS(tc, verbatim, lines);
	tcase_add_loop_test(tc, every_short_verbatim, 0, 8);
}

UNIT_MAIN("wire", add)
