/*
 * test_addr.c - network addresses and prefixes
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "lib/base/addr.h"

#include "t/unit/unit.h"

static const struct {
	const char *holds, *in, *text;	/* text NULL: refused */
	bool v4, loopback;
} addresses[] = {
	{ "IPv4", "192.0.2.7", "192.0.2.7", true, false },
	{ "IPv6", "2001:db8::1", "2001:db8::1", false, false },
	{ "IPv6 is shortened", "2001:0DB8:0:0:0:0:0:1", "2001:db8::1", false,
	    false },
	{ "mapped is IPv4", "::ffff:192.0.2.7", "192.0.2.7", true, false },
	{ "mapped in hexadecimal too", "::ffff:c000:207", "192.0.2.7", true,
	    false },
	{ "127/8 is loopback", "127.3.2.1", "127.3.2.1", true, true },
	{ "128/8 is not", "128.0.0.1", "128.0.0.1", true, false },
	{ "::1 is loopback", "::1", "::1", false, true },
	{ "mapped loopback is loopback", "::ffff:127.0.0.1", "127.0.0.1",
	    true, true },
	{ "any is not loopback", "0.0.0.0", "0.0.0.0", true, false },
	{ "nor in IPv6", "::", "::", false, false },
	{ "a name is no address", "localhost", NULL, false, false },
	{ "no port", "192.0.2.7:110", NULL, false, false },
	{ "no brackets", "[::1]", NULL, false, false },
	{ "no scope", "fe80::1%eth0", NULL, false, false },
	{ "no octal octets", "010.0.0.1", NULL, false, false },
	{ "no short forms", "127.1", NULL, false, false },
	{ "no prefix", "192.0.2.0/24", NULL, false, false },
	{ "256 is no octet", "256.0.0.1", NULL, false, false },
	{ "no blanks", " 192.0.2.7", NULL, false, false },
	{ "nothing", "", NULL, false, false },
	{ "a Unix socket has no numeric form", "local", NULL, false, false },
};

START_TEST(address)
{
	struct addr a;
	struct err e;
	char out[ADDR_TEXT];
	const char *holds = addresses[_i].holds;

	err_clear(&e);
	if (addresses[_i].text == NULL) {
		ck_assert_msg(addr_parse(addresses[_i].in, &a, &e) == -1,
		    "%s", holds);
		ck_assert_int_eq(e.class, ERR_CONFIG);
		ck_assert_ptr_nonnull(strstr(e.text, addresses[_i].in));
		return;
	}
	ck_assert_msg(addr_parse(addresses[_i].in, &a, &e) == 0, "%s", holds);
	ck_assert_str_eq(addr_text(&a, out), addresses[_i].text);
	ck_assert_msg(addr_is_v4(&a) == addresses[_i].v4, "%s", holds);
	ck_assert_msg(addr_is_loopback(&a) == addresses[_i].loopback, "%s",
	    holds);
}
END_TEST

static const struct {
	const char *holds, *in, *text;	/* text NULL: refused */
	unsigned len;
	const char *fault;		/* part of the fault's text */
} prefixes[] = {
	{ "a bare address", "192.0.2.7", "192.0.2.7", 128, NULL },
	{ "a bare IPv6 address", "2001:db8::1", "2001:db8::1", 128, NULL },
	{ "a length", "192.0.2.0/24", "192.0.2.0/24", 120, NULL },
	{ "a full length is a bare address", "192.0.2.7/32", "192.0.2.7",
	    128, NULL },
	{ "everything", "0.0.0.0/0", "0.0.0.0/0", 96, NULL },
	{ "everything in IPv6", "::/0", "::/0", 0, NULL },
	{ "a length inside an octet", "10.32.0.0/11", "10.32.0.0/11", 107,
	    NULL },
	{ "IPv6", "2001:db8::/32", "2001:db8::/32", 32, NULL },
	{ "IPv6 inside an octet", "2001:db8:8000::/33", "2001:db8:8000::/33",
	    33, NULL },
	{ "a mask", "156.21.50.0/255.255.255.0", "156.21.50.0/24", 120,
	    NULL },
	{ "the mask of all", "0.0.0.0/0.0.0.0", "0.0.0.0/0", 96, NULL },
	{ "the mask of one", "192.0.2.7/255.255.255.255", "192.0.2.7", 128,
	    NULL },
	{ "an odd mask", "192.0.2.128/255.255.255.128", "192.0.2.128/25",
	    121, NULL },
	{ "mapped is IPv4", "::ffff:192.0.2.0/120", "192.0.2.0/24", 120,
	    NULL },
	{ "host bits are refused", "192.0.2.1/24", NULL, 0,
	    "192.0.2.1/24: bits set beyond /24; did you mean 192.0.2.0/24?" },
	{ "by mask too", "156.21.50.9/255.255.255.0", NULL, 0,
	    "bits set beyond /24; did you mean 156.21.50.0/24?" },
	{ "in IPv6", "2001:db8::1/32", NULL, 0,
	    "bits set beyond /32; did you mean 2001:db8::/32?" },
	{ "in the middle of an octet", "10.33.0.0/11", NULL, 0,
	    "did you mean 10.32.0.0/11?" },
	{ "a hole in the mask", "10.0.0.0/255.0.255.0", NULL, 0,
	    "not contiguous; did you mean 10.0.0.0/24?" },
	{ "a mistyped mask", "192.0.2.0/255.255.225.0", NULL, 0,
	    "not contiguous; did you mean 192.0.2.0/24?" },
	{ "a router's inverted mask", "192.0.2.0/0.0.0.255", NULL, 0,
	    "not contiguous; did you mean 192.0.2.0/24?" },
	{ "a mapped address with an IPv4 length", "::ffff:192.0.2.0/24",
	    NULL, 0, "did you mean 192.0.2.0/24?" },
	{ "33 bits of 32", "192.0.2.0/33", NULL, 0, "from 0 to 32" },
	{ "129 bits of 128", "2001:db8::/129", NULL, 0, "from 0 to 128" },
	{ "a mask for IPv6", "2001:db8::/255.255.0.0", NULL, 0,
	    "from 0 to 128" },
	{ "a negative length", "192.0.2.0/-1", NULL, 0, "from 0 to 32" },
	{ "no length", "192.0.2.0/", NULL, 0, "from 0 to 32" },
	{ "two slashes", "192.0.2.0/24/24", NULL, 0, "from 0 to 32" },
	{ "a broken mask", "192.0.2.0/255.255.256.0", NULL, 0, "no mask" },
	{ "a scope", "fe80::1%eth0", NULL, 0, "no scope" },
	{ "a scope with a length", "fe80::%eth0/64", NULL, 0, "no scope" },
	{ "no address", "/24", NULL, 0, "not a range" },
	{ "a wildcard", "192.0.2.*", NULL, 0, "not a range" },
	{ "three octets", "192.0.2/24", NULL, 0, "not a range" },
	{ "a name", "mail.example.org", NULL, 0, "not a range" },
	{ "nothing", "", NULL, 0, "not a range" },
	{ "no blanks", "192.0.2.0 /24", NULL, 0, "not a range" },
	{ "longer than any address", "0000:0000:0000:0000:0000:0000:0000:0000"
	    ":0000:0000:0000:0000:0000:0000/24", NULL, 0, "not a range" },
};

START_TEST(prefix)
{
	struct prefix p, again;
	struct err e;
	char out[ADDR_TEXT];
	const char *holds = prefixes[_i].holds;
	int r;

	err_clear(&e);
	r = prefix_parse(prefixes[_i].in, &p, &e);
	if (prefixes[_i].text == NULL) {
		ck_assert_msg(r == -1, "%s", holds);
		ck_assert_int_eq(e.class, ERR_CONFIG);
		ck_assert_msg(strstr(e.text, prefixes[_i].fault) != NULL,
		    "%s: %s", holds, e.text);
		return;
	}
	ck_assert_msg(r == 0, "%s: %s", holds, e.text);
	ck_assert_msg(p.len == prefixes[_i].len, "%s: %d", holds, p.len);
	ck_assert_str_eq(prefix_text(&p, out), prefixes[_i].text);
	ck_assert_int_eq(prefix_parse(out, &again, NULL), 0);
	ck_assert(again.len == p.len && memcmp(again.ip, p.ip, 16) == 0);
}
END_TEST

static const struct {
	const char *holds, *range, *ip;
	bool covers;
} covers[] = {
	{ "inside", "192.0.2.0/24", "192.0.2.255", true },
	{ "one above", "192.0.2.0/24", "192.0.3.0", false },
	{ "one below", "192.0.2.0/24", "192.0.1.255", false },
	{ "the same", "192.0.2.7", "192.0.2.7", true },
	{ "a neighbour", "192.0.2.7", "192.0.2.6", false },
	{ "inside an odd length", "10.32.0.0/11", "10.63.255.255", true },
	{ "outside an odd length", "10.32.0.0/11", "10.64.0.0", false },
	{ "a mapped peer", "192.0.2.0/24", "::ffff:192.0.2.9", true },
	{ "all of IPv4", "0.0.0.0/0", "203.0.113.1", true },
	{ "which is not IPv6", "0.0.0.0/0", "2001:db8::1", false },
	{ "all of IPv6", "::/0", "2001:db8::1", true },
	{ "inside IPv6", "2001:db8::/33", "2001:db8:7fff::1", true },
	{ "outside IPv6", "2001:db8::/33", "2001:db8:8000::", false },
};

START_TEST(cover)
{
	struct prefix p;
	struct addr a;

	ck_assert_int_eq(prefix_parse(covers[_i].range, &p, NULL), 0);
	ck_assert_int_eq(addr_parse(covers[_i].ip, &a, NULL), 0);
	ck_assert_msg(prefix_covers(&p, &a) == covers[_i].covers, "%s",
	    covers[_i].holds);
	a.local = true;
	ck_assert(!prefix_covers(&p, &a));
}
END_TEST

START_TEST(from_sockaddr)
{
	struct sockaddr_storage ss;
	struct sockaddr_in *in4 = (struct sockaddr_in *)&ss;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&ss;
	struct addr a, b;
	char out[ADDR_TEXT];

	memset(&ss, 0, sizeof(ss));
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(995);
	in6->sin6_scope_id = 2;
	inet_pton(AF_INET6, "fe80::1", &in6->sin6_addr);
	addr_from_sockaddr((struct sockaddr *)&ss, sizeof(*in6), &a);
	ck_assert_str_eq(addr_text(&a, out), "fe80::1");
	ck_assert_uint_eq(a.port, 995);
	inet_pton(AF_INET6, "::ffff:192.0.2.7", &in6->sin6_addr);
	addr_from_sockaddr((struct sockaddr *)&ss, sizeof(*in6), &a);
	ck_assert(addr_is_v4(&a));
	memset(&ss, 0, sizeof(ss));
	in4->sin_family = AF_INET;
	inet_pton(AF_INET, "192.0.2.7", &in4->sin_addr);
	addr_from_sockaddr((struct sockaddr *)&ss, sizeof(*in4), &b);
	ck_assert(addr_same_ip(&a, &b));
}
END_TEST

/* A peer without a name must not pass for one on this machine. */
START_TEST(a_nameless_peer_is_not_trusted)
{
	struct sockaddr_un un;
	struct sockaddr_in in4;
	struct addr a, b;
	char out[ADDR_TEXT];

	memset(&un, 0, sizeof(un));
	un.sun_family = AF_UNIX;
	addr_from_sockaddr((struct sockaddr *)&un, sizeof(sa_family_t), &a);
	ck_assert(a.local && addr_is_loopback(&a) && !addr_is_v4(&a));
	ck_assert_str_eq(addr_text(&a, out), "local");
	un.sun_family = AF_UNSPEC;
	addr_from_sockaddr((struct sockaddr *)&un, sizeof(un), &b);
	ck_assert(!b.local && !addr_is_loopback(&b) && !addr_same_ip(&a, &b));
	addr_from_sockaddr((struct sockaddr *)&un, 0, &b);
	ck_assert(!b.local && !addr_is_loopback(&b));
	memset(&in4, 0, sizeof(in4));
	in4.sin_family = AF_INET;
	inet_pton(AF_INET, "127.0.0.1", &in4.sin_addr);
	addr_from_sockaddr((struct sockaddr *)&in4, 4, &b);
	ck_assert(!addr_is_loopback(&b));
}
END_TEST

static const struct {
	const char *holds, *ip, *net;
} peers[] = {
	{ "IPv4 is counted alone", "192.0.2.7", "192.0.2.7" },
	{ "IPv6 by its /64", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
	{ "mapped is IPv4", "::ffff:192.0.2.7", "192.0.2.7" },
};

START_TEST(peer)
{
	struct prefix p;
	struct addr a;
	char out[ADDR_TEXT];

	ck_assert_int_eq(addr_parse(peers[_i].ip, &a, NULL), 0);
	prefix_of_peer(&a, &p);
	ck_assert_msg(strcmp(prefix_text(&p, out), peers[_i].net) == 0, "%s",
	    peers[_i].holds);
	ck_assert(prefix_covers(&p, &a));
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, address, addresses);
	UNIT_ROWS(tc, prefix, prefixes);
	UNIT_ROWS(tc, cover, covers);
	tcase_add_test(tc, from_sockaddr);
	tcase_add_test(tc, a_nameless_peer_is_not_trusted);
	UNIT_ROWS(tc, peer, peers);
}

UNIT_MAIN("addr", add)
