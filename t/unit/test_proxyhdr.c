/*
 * test_proxyhdr.c - PROXY protocol headers, both versions
 */
#include <string.h>

#include "lib/base/span.h"

#include "lib/net/proxyhdr.h"

#include "t/unit/unit.h"

#define SPAN(s)		{ s, sizeof(s) - 1 }
#define WHOLE		(-2)		/* all octets are the header */

#define SIGN		"\r\n\r\n\0\r\nQUIT\n"
#define V4		"\xc0\x00\x02\x07" "\xc6\x33\x64\x01" "\xdb\x6e" "\x03\xe3"
#define V6 \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x07" \
	"\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01" "\xdb\x6e" "\x03\xe3"

static const struct {
	const char *holds;
	struct span in;
	int r;			/* WHOLE, 0, -1 or octets */
	const char *peer;	/* NULL: not known */
	bool tls;
} headers[] = {
	/* version 1 */
	{ "TCP4", SPAN("PROXY TCP4 192.0.2.7 198.51.100.1 56174 995\r\n"),
	    WHOLE, "192.0.2.7", false },
	{ "TCP6", SPAN("PROXY TCP6 2001:db8::7 2001:db8::1 56174 995\r\n"),
	    WHOLE, "2001:db8::7", false },
	{ "the longest", SPAN("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:"
	    "ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n"),
	    WHOLE, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", false },
	{ "what follows is not ours",
	    SPAN("PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\nUSER a\r\n"), 39,
	    "192.0.2.7", false },
	{ "UNKNOWN", SPAN("PROXY UNKNOWN\r\n"), WHOLE, NULL, false },
	{ "UNKNOWN with whatever", SPAN("PROXY UNKNOWN a b c d\r\n"), WHOLE,
	    NULL, false },
	{ "a begun one", SPAN("PROXY TCP4 192.0."), 0, NULL, false },
	{ "one octet", SPAN("P"), 0, NULL, false },
	{ "nothing", SPAN(""), 0, NULL, false },
	{ "no LF yet", SPAN("PROXY UNKNOWN\r"), 0, NULL, false },
	{ "a bare LF", SPAN("PROXY UNKNOWN\n"), -1, NULL, false },
	{ "POP3 instead", SPAN("CAPA\r\n"), -1, NULL, false },
	{ "a small word", SPAN("proxy UNKNOWN\r\n"), -1, NULL, false },
	{ "no family", SPAN("PROXY \r\n"), -1, NULL, false },
	{ "another family", SPAN("PROXY UDP4 192.0.2.7 192.0.2.1 1 2\r\n"),
	    -1, NULL, false },
	{ "IPv6 as TCP4", SPAN("PROXY TCP4 2001:db8::7 ::1 1 2\r\n"), -1,
	    NULL, false },
	{ "IPv4 as TCP6", SPAN("PROXY TCP6 192.0.2.7 192.0.2.1 1 2\r\n"), -1,
	    NULL, false },
	{ "no such address", SPAN("PROXY TCP4 192.0.2.256 192.0.2.1 1 2\r\n"),
	    -1, NULL, false },
	{ "a name", SPAN("PROXY TCP4 localhost 192.0.2.1 1 2\r\n"), -1, NULL,
	    false },
	{ "port 65536", SPAN("PROXY TCP4 192.0.2.7 192.0.2.1 65536 2\r\n"),
	    -1, NULL, false },
	{ "port 0 is a port", SPAN("PROXY TCP4 192.0.2.7 192.0.2.1 0 0\r\n"),
	    WHOLE, "192.0.2.7", false },
	{ "a leading zero", SPAN("PROXY TCP4 192.0.2.7 192.0.2.1 01 2\r\n"),
	    -1, NULL, false },
	{ "a sign", SPAN("PROXY TCP4 192.0.2.7 192.0.2.1 +1 2\r\n"), -1, NULL,
	    false },
	{ "a word too few", SPAN("PROXY TCP4 192.0.2.7 192.0.2.1 1\r\n"), -1,
	    NULL, false },
	{ "a word too many", SPAN("PROXY TCP4 192.0.2.7 192.0.2.1 1 2 3\r\n"),
	    -1, NULL, false },
	{ "two spaces", SPAN("PROXY  TCP4 192.0.2.7 192.0.2.1 1 2\r\n"), -1,
	    NULL, false },
	{ "a tab", SPAN("PROXY TCP4\t192.0.2.7 192.0.2.1 1 2\r\n"), -1, NULL,
	    false },
	{ "a NUL", SPAN("PROXY TCP4 192.0.2.7\0 192.0.2.1 1 2\r\n"), -1, NULL,
	    false },
	/* version 2 */
	{ "v2 IPv4", SPAN(SIGN "\x21\x11\0\x0c" V4), WHOLE, "192.0.2.7",
	    false },
	{ "v2 IPv6", SPAN(SIGN "\x21\x21\0\x24" V6), WHOLE, "2001:db8::7",
	    false },
	{ "v2 and POP3", SPAN(SIGN "\x21\x11\0\x0c" V4 "CAPA\r\n"), 28,
	    "192.0.2.7", false },
	{ "v2 LOCAL", SPAN(SIGN "\x20\x00\0\0"), WHOLE, NULL, false },
	{ "v2 LOCAL with addresses", SPAN(SIGN "\x20\x11\0\x0c" V4), WHOLE,
	    NULL, false },
	{ "v2 unspecified", SPAN(SIGN "\x21\x00\0\x02zz"), WHOLE, NULL,
	    false },
	{ "v2 Unix socket", SPAN(SIGN "\x21\x31\0\x02zz"), WHOLE, NULL,
	    false },
	{ "v2 with TLS", SPAN(SIGN "\x21\x11\0\x14" V4 "\x20\0\x05\x01\0\0\0\0"),
	    WHOLE, "192.0.2.7", true },
	{ "v2 without TLS", SPAN(SIGN "\x21\x11\0\x14" V4
	    "\x20\0\x05\x00\0\0\0\0"), WHOLE, "192.0.2.7", false },
	{ "v2 with another record", SPAN(SIGN "\x21\x11\0\x11" V4
	    "\x04\0\x02xx"), WHOLE, "192.0.2.7", false },
	{ "v2 half a signature", SPAN("\r\n\r\n\0\r\n"), 0, NULL, false },
	{ "v2 half a head", SPAN(SIGN "\x21\x11"), 0, NULL, false },
	{ "v2 half an address", SPAN(SIGN "\x21\x11\0\x0c\xc0\x00"), 0, NULL,
	    false },
	{ "v2 broken signature", SPAN("\r\n\r\n\0\r\nQUIX\n"), -1, NULL,
	    false },
	{ "v2 of version 1", SPAN(SIGN "\x11\x11\0\x0c" V4), -1, NULL, false },
	{ "v2 of version 3", SPAN(SIGN "\x31\x11\0\x0c" V4), -1, NULL, false },
	{ "v2 command 2", SPAN(SIGN "\x22\x11\0\x0c" V4), -1, NULL, false },
	{ "v2 datagrams", SPAN(SIGN "\x21\x12\0\x0c" V4), -1, NULL, false },
	{ "v2 no such family", SPAN(SIGN "\x21\x41\0\x0c" V4), -1, NULL,
	    false },
	{ "v2 too short for IPv4", SPAN(SIGN "\x21\x11\0\x0b" V4), -1, NULL,
	    false },
	{ "v2 too short for IPv6", SPAN(SIGN "\x21\x21\0\x0c" V4), -1, NULL,
	    false },
	{ "v2 too long", SPAN(SIGN "\x21\x11\x02\x09" V4), -1, NULL, false },
	{ "v2 longest there is", SPAN(SIGN "\x21\x11\xff\xff" V4), -1, NULL,
	    false },
	{ "v2 half a record", SPAN(SIGN "\x21\x11\0\x0e" V4 "\x04\0"), -1,
	    NULL, false },
	{ "v2 a record beyond the end", SPAN(SIGN "\x21\x11\0\x0f" V4
	    "\x04\0\x01"), -1, NULL, false },
	{ "v2 a TLS record too short", SPAN(SIGN "\x21\x11\0\x10" V4
	    "\x20\0\x01\x01"), -1, NULL, false },
};

START_TEST(header)
{
	struct span in = headers[_i].in;
	struct proxyhdr h;
	char text[ADDR_TEXT];
	int want = headers[_i].r == WHOLE ? (int)in.len : headers[_i].r;
	int r = proxyhdr_parse(in.ptr, in.len, &h);

	ck_assert_msg(r == want, "%s: %d", headers[_i].holds, r);
	if (r <= 0)
		return;
	ck_assert_msg(h.known == (headers[_i].peer != NULL), "%s",
	    headers[_i].holds);
	ck_assert_msg(h.tls == headers[_i].tls, "%s", headers[_i].holds);
	if (h.known)
		ck_assert_str_eq(addr_text(&h.peer, text), headers[_i].peer);
}
END_TEST

START_TEST(both_ends_and_their_ports)
{
	static const char v1[] =
	    "PROXY TCP4 192.0.2.7 198.51.100.1 56174 995\r\n";
	static const char v2[] = SIGN "\x21\x11\0\x0c" V4;
	struct proxyhdr h;
	char text[ADDR_TEXT];

	if (_i == 0)
		ck_assert_int_gt(proxyhdr_parse(v1, sizeof(v1) - 1, &h), 0);
	else
		ck_assert_int_gt(proxyhdr_parse(v2, sizeof(v2) - 1, &h), 0);
	ck_assert_uint_eq(h.peer.port, 56174);
	ck_assert_uint_eq(h.local.port, 995);
	ck_assert_str_eq(addr_text(&h.local, text), "198.51.100.1");
	ck_assert(addr_is_v4(&h.peer));
}
END_TEST

/* However a header is cut: "more", until it is whole. */
START_TEST(every_beginning_asks_for_more)
{
	struct span in = headers[_i].in;
	struct proxyhdr h;
	size_t n, whole = headers[_i].r == WHOLE ? in.len :
	    headers[_i].r > 0 ? (size_t)headers[_i].r : 0;

	for (n = 0; n < whole; n++)
		ck_assert_msg(proxyhdr_parse(in.ptr, n, &h) == 0,
		    "%s: %zu octets", headers[_i].holds, n);
}
END_TEST

/* Nobody can make us wait for a line for ever. */
START_TEST(a_line_has_a_longest_length)
{
	char line[200] = "PROXY UNKNOWN ";
	struct proxyhdr h;

	memset(line + 14, 'x', sizeof(line) - 14);
	ck_assert_int_eq(proxyhdr_parse(line, 106, &h), 0);
	ck_assert_int_eq(proxyhdr_parse(line, 107, &h), -1);
	memcpy(line + 105, "\r\n", 2);
	ck_assert_int_eq(proxyhdr_parse(line, 200, &h), 107);
	memset(line + 105, 'x', 2);
	memcpy(line + 106, "\r\n", 2);
	ck_assert_int_eq(proxyhdr_parse(line, 200, &h), -1);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, header, headers);
	tcase_add_loop_test(tc, both_ends_and_their_ports, 0, 2);
	UNIT_ROWS(tc, every_beginning_asks_for_more, headers);
	tcase_add_test(tc, a_line_has_a_longest_length);
}

UNIT_MAIN("proxyhdr", add)
