/*
 * proxyhdr.c - PROXY protocol header, versions 1 and 2
 *
 * Strict: whoever sends one is a listed proxy, so anything odd is a fault of
 * set-up or an attempt at forgery, and ends the connection.
 */
#include <string.h>

#include "lib/base/num.h"
#include "lib/base/span.h"

#include "lib/net/proxyhdr.h"

#define V1_MAX		107	/* with CRLF */
#define V2_FIXED	16
#define TLV_SSL		0x20
#define CLIENT_SSL	0x01

static const char v2_sign[12] = "\r\n\r\n\0\r\nQUIT\n";

static int
port_of(struct span s, uint16_t *port_r)
{
	uint64_t v;

	/* "Heading zeroes are not permitted", says the specification. */
	if (num_u64(s, 65535, &v) != 0 || (s.len > 1 && s.ptr[0] == '0'))
		return -1;
	*port_r = (uint16_t)v;
	return 0;
}

static int
address_of(struct span s, bool v4, struct addr *a_r)
{
	char text[ADDR_TEXT];

	if (s.len == 0 || s.len >= sizeof(text) || span_has(s, '\0'))
		return -1;
	memcpy(text, s.ptr, s.len);
	text[s.len] = '\0';
	if ((strchr(text, ':') == NULL) != v4)
		return -1;
	return addr_parse(text, a_r, NULL);
}

/* "TCP4 SOURCE DESTINATION SPORT DPORT" without CRLF. */
static int
v1_words(struct span s, struct proxyhdr *h_r)
{
	struct span family = span_word(&s);
	struct span peer = span_word(&s), local = span_word(&s);
	struct span peer_port = span_word(&s), local_port = s;
	bool v4 = span_eq(family, "TCP4");

	if (span_eq(family, "UNKNOWN"))
		return 0;
	if (!v4 && !span_eq(family, "TCP6"))
		return -1;
	if (address_of(peer, v4, &h_r->peer) != 0 ||
	    address_of(local, v4, &h_r->local) != 0 ||
	    port_of(peer_port, &h_r->peer.port) != 0 ||
	    port_of(local_port, &h_r->local.port) != 0)
		return -1;
	h_r->known = true;
	return 0;
}

static int
v1(const char *p, size_t n, struct proxyhdr *h_r)
{
	const char *lf = memchr(p, '\n', n < V1_MAX ? n : V1_MAX);

	if (lf == NULL)
		return n >= V1_MAX ? -1 : 0;
	if (lf - p < 7 || lf[-1] != '\r')
		return -1;
	if (v1_words(span_mem(p + 6, (size_t)(lf - p) - 7), h_r) != 0)
		return -1;
	return (int)(lf - p) + 1;
}

/* Type-length-value records: only whether the client spoke TLS is of use. */
static int
v2_tlvs(const unsigned char *p, size_t n, struct proxyhdr *h_r)
{
	size_t len;

	for (; n > 0; p += 3 + len, n -= 3 + len) {
		if (n < 3)
			return -1;
		len = (size_t)p[1] << 8 | p[2];
		if (len > n - 3)
			return -1;
		if (p[0] == TLV_SSL) {
			if (len < 5)
				return -1;
			h_r->tls = (p[3] & CLIENT_SSL) != 0;
		}
	}
	return 0;
}

static void
v2_address(const unsigned char *p, size_t octets, const unsigned char *port,
    struct addr *a_r)
{
	memset(a_r, 0, sizeof(*a_r));
	if (octets == 4)
		a_r->ip[10] = a_r->ip[11] = 0xff;
	memcpy(a_r->ip + 16 - octets, p, octets);
	a_r->port = (uint16_t)(port[0] << 8 | port[1]);
}

static int
v2_inet(const unsigned char *p, size_t n, size_t octets, struct proxyhdr *h_r)
{
	size_t all = 2 * octets + 4;

	if (n < all)
		return -1;
	v2_address(p, octets, p + 2 * octets, &h_r->peer);
	v2_address(p + octets, octets, p + 2 * octets + 2, &h_r->local);
	h_r->known = true;
	return v2_tlvs(p + all, n - all, h_r);
}

static int
v2(const unsigned char *p, size_t n, struct proxyhdr *h_r)
{
	size_t len;
	int ok = -1;

	if (n < V2_FIXED)
		return 0;
	len = (size_t)p[14] << 8 | p[15];
	if ((p[12] != 0x20 && p[12] != 0x21) || len > PROXYHDR_MAX - V2_FIXED)
		return -1;
	if (n < V2_FIXED + len)
		return 0;
	if (p[12] == 0x20)		/* LOCAL: the proxy's own check */
		ok = 0;
	else if (p[13] == 0x11)		/* TCP over IPv4 */
		ok = v2_inet(p + V2_FIXED, len, 4, h_r);
	else if (p[13] == 0x21)		/* TCP over IPv6 */
		ok = v2_inet(p + V2_FIXED, len, 16, h_r);
	else if (p[13] == 0x00 || p[13] == 0x31) /* not told; Unix socket */
		ok = 0;
	return ok < 0 ? -1 : (int)(V2_FIXED + len);
}

int
proxyhdr_parse(const void *p, size_t n, struct proxyhdr *h_r)
{
	static const char v1_sign[6] = "PROXY ";

	memset(h_r, 0, sizeof(*h_r));
	if (memcmp(p, v2_sign, n < sizeof(v2_sign) ? n : sizeof(v2_sign)) == 0)
		return n < sizeof(v2_sign) ? 0 : v2(p, n, h_r);
	if (memcmp(p, v1_sign, n < sizeof(v1_sign) ? n : sizeof(v1_sign)) == 0)
		return n < sizeof(v1_sign) ? 0 : v1(p, n, h_r);
	return -1;
}
