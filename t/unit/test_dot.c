/*
 * test_dot.c - the wire form of messages
 */
#include <string.h>

#include "lib/base/wire.h"

#include "lib/proto/dot.h"

#include "t/unit/unit.h"

#define ANY	((size_t)1 << 20)
#define WHOLE	UINT64_MAX

static const struct {
	const char *holds, *in, *out;
	uint64_t lines;			/* TOP, or WHOLE */
	bool no_nuls;
	size_t n;			/* of in, when it holds NUL */
} rows[] = {
	{ "LF becomes CRLF", "a: b\n\nx\n", "a: b\r\n\r\nx\r\n.\r\n", WHOLE },
	{ "CRLF stays", "a: b\r\n\r\nx\r\n", "a: b\r\n\r\nx\r\n.\r\n", WHOLE },
	{ "a bare CR stays", "a\rb\n\nx\r\ry\n", "a\rb\r\n\r\nx\r\ry\r\n.\r\n",
	    WHOLE },
	{ "CR CR LF keeps both CR", "\nx\r\r\n", "\r\nx\r\r\n.\r\n", WHOLE },
	{ "a line of two CR is not empty", "a\n\r\r\n",
	    "a\r\n\r\r\n\r\n.\r\n", WHOLE },
	{ "LF CR is an end and a line", "\nx\n\ry\n", "\r\nx\r\n\ry\r\n.\r\n",
	    WHOLE },
	{ "the first octet is stuffed", ".\n\n", "..\r\n\r\n.\r\n", WHOLE },
	{ "behind LF, behind CRLF", "a\n.b\r\n.c\n\n",
	    "a\r\n..b\r\n..c\r\n\r\n.\r\n", WHOLE },
	{ "behind a bare CR not", "\na\r.b\n", "\r\na\r.b\r\n.\r\n", WHOLE },
	{ "dots inside stay", "\na.b..\n", "\r\na.b..\r\n.\r\n", WHOLE },
	{ "two dots become three", "\n..\n", "\r\n...\r\n.\r\n", WHOLE },
	{ "no final end: one is added", "\nx", "\r\nx\r\n.\r\n", WHOLE },
	{ "a final CR is no end", "\nx\r", "\r\nx\r\r\n.\r\n", WHOLE },
	{ "a lone final dot", "\n.", "\r\n..\r\n.\r\n", WHOLE },
	{ "no empty line: one is added", "a: b\n", "a: b\r\n\r\n.\r\n", WHOLE },
	{ "neither", "a: b", "a: b\r\n\r\n.\r\n", WHOLE },
	{ "the empty message", "", "\r\n.\r\n", WHOLE },
	{ "only an LF", "\n", "\r\n.\r\n", WHOLE },
	{ "only a CR", "\r", "\r\r\n\r\n.\r\n", WHOLE },
	{ "NUL passes", "\na\0b\n", "\r\na\0b\r\n.\r\n", WHOLE, false, 5 },
	{ "NUL hidden", "\n\0a\0\0\n", "\r\n\x80" "a\x80\x80\r\n.\r\n", WHOLE,
	    true, 6 },
	{ "TOP 0: header and empty line", "a\nb\n\nc\n", "a\r\nb\r\n\r\n.\r\n",
	    0 },
	{ "TOP 1", "a\n\nb\nc\n", "a\r\n\r\nb\r\n.\r\n", 1 },
	{ "TOP 2 counts empty lines", "a\n\n\n\nb\n", "a\r\n\r\n\r\n\r\n.\r\n",
	    2 },
	{ "TOP stuffs", ".\n\n.b\nc\n", "..\r\n\r\n..b\r\n.\r\n", 1 },
	{ "TOP with CRLF", "a\r\n\r\nb\r\nc\r\n", "a\r\n\r\nb\r\n.\r\n", 1 },
	{ "TOP of more than there is", "a\n\nb", "a\r\n\r\nb\r\n.\r\n", 9 },
	{ "TOP 0 of a bare header", "a: b\nc", "a: b\r\nc\r\n\r\n.\r\n", 0 },
	{ "TOP 0 without a header", "\nb\n", "\r\n.\r\n", 0 },
	{ "TOP 0 of nothing", "", "\r\n.\r\n", 0 },
};

/* The wire form when the message comes in blocks of `block` octets. */
static uint64_t
convert(const char *in, size_t n, size_t block, int row, struct buf *out)
{
	struct dot d;
	size_t at, part;

	dot_init(&d, rows[row].no_nuls);
	if (rows[row].lines != WHOLE)
		dot_top(&d, rows[row].lines);
	for (at = 0; at < n; at += part) {
		part = n - at < block ? n - at : block;
		ck_assert_int_eq(dot_write(&d, in + at, part, out), 0);
	}
	ck_assert_int_eq(dot_end(&d, out), 0);
	return d.octets;
}

START_TEST(converts)
{
	size_t n = rows[_i].n > 0 ? rows[_i].n : strlen(rows[_i].in);
	size_t want = rows[_i].n > 0 && !rows[_i].no_nuls ? n + 5 :
	    strlen(rows[_i].out), block;
	struct buf out;

	for (block = 1; block <= n + 1; block++) {
		buf_init(&out, ANY);
		convert(rows[_i].in, n, block, _i, &out);
		ck_assert_msg(buf_len(&out) == want &&
		    memcmp(buf_data(&out), rows[_i].out, want) == 0,
		    "%s, blocks of %zu", rows[_i].holds, block);
		buf_free(&out);
	}
}
END_TEST

/* Octets without stuffing and the final dot, by reading what was sent. */
static uint64_t
unstuffed(const char *p, size_t n)
{
	uint64_t octets = 0;
	bool bol = true;
	size_t i;

	ck_assert(n >= 3 && memcmp(p + n - 3, ".\r\n", 3) == 0);
	for (i = 0; i < n - 3; i++) {
		if (bol && p[i] == '.')
			ck_assert_int_eq(p[++i] == '\r', 0);
		octets++;
		bol = p[i] == '\n';
		ck_assert(!bol || p[i - 1] == '\r');
	}
	ck_assert(bol);
	return octets;
}

static void
check_random(unsigned seed)
{
	static const char letters[] = "\n\n\r..ab\0";
	char m[4096];
	struct wire w;
	struct buf out, whole;
	size_t n, i;
	uint64_t octets;

	srand(seed);
	n = (size_t)rand() % (seed % 2 ? 30 : sizeof(m));
	for (i = 0; i < n; i++)
		m[i] = letters[(size_t)rand() % (sizeof(letters) - 1)];
	wire_init(&w);
	wire_count(&w, m, n);
	buf_init(&out, ANY);
	buf_init(&whole, ANY);
	octets = convert(m, n, 1 + (size_t)rand() % 40, 0, &out);
	convert(m, n, ANY, 0, &whole);
	ck_assert_uint_eq(octets, wire_total(&w));
	ck_assert_uint_eq(unstuffed(buf_data(&out), buf_len(&out)), octets);
	ck_assert_uint_eq(buf_len(&out), buf_len(&whole));
	ck_assert_mem_eq(buf_data(&out), buf_data(&whole), buf_len(&out));
	buf_free(&out);
	buf_free(&whole);
}

/* I5: what is sent is what was counted, however the blocks are cut. */
START_TEST(counted_as_sent)
{
	unsigned seed;

	for (seed = 1; seed <= 400; seed++)
		check_random(seed);
}
END_TEST

START_TEST(top_tells_when_it_is_full)
{
	struct dot d;
	struct buf out;

	buf_init(&out, ANY);
	dot_init(&d, false);
	dot_top(&d, 0);
	ck_assert_int_eq(dot_write(&d, "a: b\n", 5, &out), 0);
	ck_assert(!dot_full(&d));
	ck_assert_int_eq(dot_write(&d, "\nbody", 5, &out), 0);
	ck_assert(dot_full(&d));
	ck_assert_int_eq(dot_write(&d, "more\n", 5, &out), 0);
	ck_assert_int_eq(dot_end(&d, &out), 0);
	ck_assert_uint_eq(d.octets, 8);
	ck_assert(span_eq(buf_span(&out), "a: b\r\n\r\n.\r\n"));
	buf_free(&out);
}
END_TEST

START_TEST(no_room_is_said)
{
	struct dot d;
	struct buf out;

	buf_init(&out, 8);
	dot_init(&d, false);
	ck_assert_int_eq(dot_write(&d, "0123456789", 10, &out), -1);
	dot_init(&d, false);
	ck_assert_int_eq(dot_write(&d, "\nab", 3, &out), 0);
	ck_assert_int_eq(dot_end(&d, &out), -1);
	buf_free(&out);
}
END_TEST

/* What wire.h calls verbatim is what passes without a change. */
START_TEST(verbatim_lines_pass)
{
	static const char octets[] = "\r\n\r\n\r\n\r\n\n\r.abc";
	unsigned seed = (unsigned)_i + 1;
	struct dot d;
	struct buf out;
	char in[64];
	size_t i, n;
	int round;

	buf_init(&out, ANY);
	for (round = 0; round < 20000; round++) {
		for (i = 0; i < sizeof(in); i++)
			in[i] = octets[(size_t)rand_r(&seed) %
			    (sizeof(octets) - 1)];
		n = wire_verbatim(in, sizeof(in));
		dot_init(&d, true);
		ck_assert(!dot_may_pass(&d));
		ck_assert_int_eq(dot_write(&d, "\n", 1, &out), 0);
		ck_assert(dot_may_pass(&d));
		buf_eat(&out, buf_len(&out));
		ck_assert_int_eq(dot_write(&d, in, n, &out), 0);
		ck_assert(dot_may_pass(&d));
		ck_assert_uint_eq(buf_len(&out), n);
		ck_assert_mem_eq(buf_data(&out), in, n);
		buf_eat(&out, n);
	}
	buf_free(&out);
}
END_TEST

static const struct {
	const char *behind;
	bool may;
} places[] = {
	{ "", false }, { "a: b\n", false }, { "a: b\n\n", true },
	{ "a: b\n\nc", false }, { "a: b\n\nc\r", false },
	{ "a: b\n\nc\n", true },
};

START_TEST(only_behind_a_line_of_the_body)
{
	struct dot d;
	struct buf out;

	buf_init(&out, ANY);
	dot_init(&d, false);
	ck_assert_int_eq(dot_write(&d, places[_i].behind,
	    strlen(places[_i].behind), &out), 0);
	ck_assert(dot_may_pass(&d) == places[_i].may);
	dot_init(&d, false);
	dot_top(&d, WHOLE - 1);
	ck_assert_int_eq(dot_write(&d, places[_i].behind,
	    strlen(places[_i].behind), &out), 0);
	ck_assert(!dot_may_pass(&d));
	buf_free(&out);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, converts, rows);
	tcase_add_test(tc, counted_as_sent);
	tcase_add_test(tc, top_tells_when_it_is_full);
	tcase_add_test(tc, no_room_is_said);
	tcase_add_loop_test(tc, verbatim_lines_pass, 0, 4);
	UNIT_ROWS(tc, only_behind_a_line_of_the_body, places);
}

UNIT_MAIN("dot", add)
