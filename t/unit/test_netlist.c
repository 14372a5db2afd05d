/*
 * test_netlist.c - ranges as text: a range a line
 */
#include <stdio.h>
#include <string.h>

#include "lib/policy/netlist.h"

#include "t/unit/unit.h"

static const struct {
	const char *line;
	int result;
	const char *range;	/* of 1; of -1: what the fault says */
} lines[] = {
	{ "", 0, NULL },
	{ " \t ", 0, NULL },
	{ "\r", 0, NULL },
	{ "# a comment", 0, NULL },
	{ "  ; another", 0, NULL },
	{ "192.0.2.7", 1, "192.0.2.7" },
	{ "\t192.0.2.0/24 \r", 1, "192.0.2.0/24" },
	{ "192.0.2.0/24#none", 1, "192.0.2.0/24" },
	{ "192.0.2.0/24 ; SBL1", 1, "192.0.2.0/24" },
	{ "156.21.50.0/255.255.255.0", 1, "156.21.50.0/24" },
	{ "2001:db8::/32", 1, "2001:db8::/32" },
	{ "::ffff:192.0.2.0/120", 1, "192.0.2.0/24" },
	{ "192.0.2.7/24", -1, "did you mean 192.0.2.0/24?" },
	{ "192.0.2.0 255.255.255.0", -1, "not a range" },
	{ "example.org", -1, "example.org: not a range" },
	{ "192.0.2.0/24,", -1, "192.0.2.0/24," },
	{ "1111111111111111111111111111111111111111111111111111111111111111"
	    "1111", -1, "111...: not a range" },
};

START_TEST(one_line)
{
	struct prefix p;
	struct err e;
	char out[ADDR_TEXT];

	err_clear(&e);
	ck_assert_int_eq(netlist_line(span_of(lines[_i].line), &p, &e),
	    lines[_i].result);
	if (lines[_i].result > 0)
		ck_assert_str_eq(prefix_text(&p, out), lines[_i].range);
	if (lines[_i].result < 0) {
		ck_assert_int_eq(e.class, ERR_CONFIG);
		ck_assert_msg(strstr(e.text, lines[_i].range) != NULL, "%s",
		    e.text);
	}
}
END_TEST

START_TEST(a_nul_is_no_range)
{
	struct prefix p;

	ck_assert_int_eq(netlist_line(span_mem("192.0.2.7\0", 10), &p, NULL),
	    -1);
	ck_assert_int_eq(netlist_line(span_mem("\0", 1), &p, NULL), -1);
}
END_TEST

struct told {
	uint32_t line[8];
	char why[8][200];
	size_t n;
};

static void
tell(uint32_t line, const char *why, void *arg)
{
	struct told *t = arg;

	ck_assert_uint_lt(t->n, 8);
	t->line[t->n] = line;
	snprintf(t->why[t->n], sizeof(t->why[0]), "%s", why);
	t->n++;
}

START_TEST(numbers_lines)
{
	static const char text[] = "# head\n\n192.0.2.1\r\n192.0.2.9/24\n"
	    "2001:db8::1";
	struct netlist l = { NULL, 0, 0 };
	struct told t = { .n = 0 };

	ck_assert_int_eq(netlist_read(&l, span_of(text), tell, &t, NULL), 0);
	ck_assert_uint_eq(l.n, 2);
	ck_assert_uint_eq(l.at[0].line, 3);
	ck_assert_uint_eq(l.at[1].line, 5);
	ck_assert_uint_eq(t.n, 1);
	ck_assert_uint_eq(t.line[0], 4);
	ck_assert_ptr_nonnull(strstr(t.why[0], "192.0.2.0/24"));
	netlist_clear(&l);
	ck_assert_ptr_null(l.at);
}
END_TEST

/* Who names a file may not be allowed to read it. */
START_TEST(tells_no_secret)
{
	static const char text[] = "root:$y$j9T$abc:19000:0:::\n"
	    "00112233445566778899aabbccddeeff\n-----BEGIN PRIVATE KEY-----\n"
	    "192.0.2.999\n";
	struct netlist l = { NULL, 0, 0 };
	struct told t = { .n = 0 };
	size_t i;

	ck_assert_int_eq(netlist_read(&l, span_of(text), tell, &t, NULL), 0);
	ck_assert_uint_eq(t.n, 4);
	for (i = 0; i < 3; i++)
		ck_assert_int_eq(strncmp(t.why[i], "not a range", 11), 0);
	ck_assert_ptr_nonnull(strstr(t.why[3], "192.0.2.999"));
	netlist_clear(&l);
}
END_TEST

START_TEST(empty_is_fine)
{
	struct netlist l = { NULL, 0, 0 };

	ck_assert_int_eq(netlist_read(&l, span_of(""), tell, NULL, NULL), 0);
	ck_assert_int_eq(netlist_read(&l, span_of("\n\n"), tell, NULL, NULL),
	    0);
	ck_assert_uint_eq(l.n, 0);
	netlist_clear(&l);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, one_line, lines);
	tcase_add_test(tc, a_nul_is_no_range);
	tcase_add_test(tc, numbers_lines);
	tcase_add_test(tc, tells_no_secret);
	tcase_add_test(tc, empty_is_fine);
}

UNIT_MAIN("netlist", add)
