/*
 * test_visible.c - peer text made safe for a log line
 */
#include <string.h>

#include "lib/base/visible.h"

#include "t/unit/unit.h"

#define ALL	((size_t)-1)

/* The names of case S-60 and their kin. */
static const struct {
	const char *holds, *in;
	size_t in_len, max, n;
	const char *out;
} texts[] = {
	{ "a plain name", "anna@example.org", 16, ALL, 100,
	    "anna@example.org" },
	{ "all that is allowed", "azAZ09._@+=/:,-", 15, ALL, 100,
	    "azAZ09._@+=/:,-" },
	{ "no second field", "x>, rip=192.0.2.99", 18, ALL, 100,
	    "x\\x3e,\\x20rip=192.0.2.99" },
	{ "no second line", "x\r\ny", 4, ALL, 100, "x\\x0d\\x0ay" },
	{ "no terminal sequence", "\033[2J", 4, ALL, 100,
	    "\\x1b\\x5b2J" },
	{ "no backslash of its own", "\\x41", 4, ALL, 100, "\\x5cx41" },
	{ "no format", "%n%s", 4, ALL, 100, "\\x25n\\x25s" },
	{ "a NUL is seen", "a\0b", 3, ALL, 100, "a\\x00b" },
	{ "8-bit octets", "\xff\x80", 2, ALL, 100, "\\xff\\x80" },
	{ "quotes", "\"'`", 3, ALL, 100, "\\x22\\x27\\x60" },
	{ "nothing", "", 0, ALL, 100, "" },
	{ "as long as allowed", "abcd", 4, 4, 100, "abcd" },
	{ "longer than allowed", "abcde", 5, 4, 100, "abcd..." },
	{ "nothing allowed", "abc", 3, 0, 100, "..." },
	{ "exactly the room", "abcd", 4, ALL, 5, "abcd" },
	{ "one too many makes room for dots", "abcde", 5, ALL, 5, "a..." },
	{ "an escape is not cut", "ab\n", 3, ALL, 6, "ab..." },
	{ "an escape that fits", "a\n", 2, ALL, 6, "a\\x0a" },
	{ "no room for dots", "abcde", 5, ALL, 3, "ab" },
	{ "room for dots alone", "abcde", 5, ALL, 4, "..." },
	{ "room for the end alone", "abc", 3, ALL, 1, "" },
};

START_TEST(text)
{
	char *out = malloc(texts[_i].n);	/* exact, for the sanitizer */

	visible(span_mem(texts[_i].in, texts[_i].in_len), texts[_i].max, out,
	    texts[_i].n);
	ck_assert_msg(strcmp(out, texts[_i].out) == 0, "%s: %s",
	    texts[_i].holds, out);
	free(out);
}
END_TEST

START_TEST(any_octets_in_any_room)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@+=/:,-\\";
	unsigned seed = 5;
	char in[64], *out;
	size_t n, i, k, room;

	for (i = 0; i < 5000; i++) {
		n = (size_t)rand_r(&seed) % sizeof(in);
		for (k = 0; k < n; k++)
			in[k] = (char)rand_r(&seed);
		room = (size_t)rand_r(&seed) % 80 + 1;
		out = malloc(room);
		visible(span_mem(in, n), (size_t)rand_r(&seed) % 80, out,
		    room);
		ck_assert_uint_lt(strlen(out), room);
		ck_assert_uint_eq(strspn(out, allowed), strlen(out));
		free(out);
	}
	ck_assert_str_eq(visible(span_of("x"), 1, NULL, 0), "");
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, text, texts);
	tcase_add_test(tc, any_octets_in_any_room);
}

UNIT_MAIN("visible", add)
