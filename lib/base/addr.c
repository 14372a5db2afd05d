/*
 * addr.c - network addresses and prefixes
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#include "lib/base/addr.h"
#include "lib/base/num.h"

#define V4_BITS		96	/* what stands before a mapped IPv4 address */

static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };

static bool
ip_is_v4(const uint8_t ip[16])
{
	return memcmp(ip, mapped, sizeof(mapped)) == 0;
}

/* Clear everything behind the first len bits; true when something was set. */
static bool
cut_ip(uint8_t ip[16], unsigned len)
{
	bool cut = false;
	unsigned i, keep;
	uint8_t mask;

	for (i = len / 8; i < 16; i++) {
		keep = i == len / 8 ? len % 8 : 0;
		mask = (uint8_t)(0xff00 >> keep);
		cut = cut || (ip[i] & (uint8_t)~mask) != 0;
		ip[i] &= mask;
	}
	return cut;
}

static const char *
ip_text(const uint8_t ip[16], char out[ADDR_TEXT])
{
	bool v4 = ip_is_v4(ip);

	/* cannot fail: ADDR_TEXT is larger than INET6_ADDRSTRLEN */
	(void)inet_ntop(v4 ? AF_INET : AF_INET6, ip + (v4 ? 12 : 0), out,
	    ADDR_TEXT);
	return out;
}

static int
ip_parse(const char *text, uint8_t ip[16])
{
	if (inet_pton(AF_INET, text, ip + 12) == 1) {
		memcpy(ip, mapped, sizeof(mapped));
		return 0;
	}
	return inet_pton(AF_INET6, text, ip) == 1 ? 0 : -1;
}

bool
addr_is_v4(const struct addr *a)
{
	return !a->local && ip_is_v4(a->ip);
}

bool
addr_is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	if (a->local)
		return true;
	if (ip_is_v4(a->ip))
		return a->ip[12] == 127;
	return memcmp(a->ip, one, sizeof(one)) == 0;
}

bool
addr_same_ip(const struct addr *a, const struct addr *b)
{
	if (a->local || b->local)
		return a->local && b->local;
	return memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

const char *
addr_text(const struct addr *a, char out[ADDR_TEXT])
{
	if (!a->local)
		return ip_text(a->ip, out);
	memcpy(out, "local", sizeof("local"));
	return out;
}

int
addr_parse(const char *text, struct addr *a_r, struct err *e)
{
	memset(a_r, 0, sizeof(*a_r));
	if (ip_parse(text, a_r->ip) == 0)
		return 0;
	return err_set(e, ERR_CONFIG, "%.80s: not a numeric address, such as "
	    "192.0.2.7 or 2001:db8::1", text);
}

void
addr_from_sockaddr(const struct sockaddr *sa, socklen_t len, struct addr *a_r)
{
	struct sockaddr_in in4;
	struct sockaddr_in6 in6;
	sa_family_t family = AF_UNSPEC;

	/* An unknown family stays "::", which nothing trusts. */
	memset(a_r, 0, sizeof(*a_r));
	if (len >= offsetof(struct sockaddr, sa_family) + sizeof(family))
		memcpy(&family, &sa->sa_family, sizeof(family));
	if (family == AF_UNIX) {
		a_r->local = true;
	} else if (family == AF_INET && len >= sizeof(in4)) {
		memcpy(&in4, sa, sizeof(in4));
		memcpy(a_r->ip, mapped, sizeof(mapped));
		memcpy(a_r->ip + 12, &in4.sin_addr, 4);
		a_r->port = ntohs(in4.sin_port);
	} else if (family == AF_INET6 && len >= sizeof(in6)) {
		memcpy(&in6, sa, sizeof(in6));
		memcpy(a_r->ip, &in6.sin6_addr, 16);
		a_r->port = ntohs(in6.sin6_port);
	}
}

/*
 * A dotted mask -> its length.  Two slips are common: a router's inverted
 * mask (0.0.0.255), and a typo in the last octet that matters; *guess_r says
 * what was probably meant.
 */
static int
mask_parse(const char *mask, unsigned *len_r, unsigned *guess_r)
{
	uint32_t m, inverted;
	unsigned len = 0;

	*guess_r = 33;
	if (inet_pton(AF_INET, mask, &m) != 1)
		return -1;
	m = ntohl(m);
	inverted = ~m;
	while (len < 32 && (m << len & 0x80000000u) != 0)
		len++;
	*len_r = *guess_r = len;
	if (len == 32 || m << len == 0)
		return 0;
	if ((inverted & 0x80000000u) != 0 && (m & (m + 1)) == 0)
		*guess_r = (unsigned)__builtin_clz(m);
	else
		*guess_r = 32 - (unsigned)__builtin_ctz(m);
	return -1;
}

/* "192.0.2.0/24" for a network that text's author probably had in mind. */
static int
refuse(const char *text, const struct prefix *p, const char *why,
    struct err *e)
{
	struct prefix net = *p;
	char out[ADDR_TEXT];

	cut_ip(net.ip, net.len);
	return err_set(e, ERR_CONFIG, "%.120s: %s; did you mean %s?", text,
	    why, prefix_text(&net, out));
}

/* The part behind the slash, into p->len. */
static int
parse_length(const char *text, const char *len_text, bool v4,
    struct prefix *p, struct err *e)
{
	unsigned len, guess;
	uint64_t n;

	if (v4 && strchr(len_text, '.') != NULL) {
		if (mask_parse(len_text, &len, &guess) == 0) {
			p->len = (uint8_t)(V4_BITS + len);
			return 0;
		}
		if (guess > 32)
			return err_set(e, ERR_CONFIG, "%.120s: %.40s is no "
			    "mask, such as 255.255.255.0", text, len_text);
		p->len = (uint8_t)(V4_BITS + guess);
		return refuse(text, p, "the mask is not contiguous", e);
	}
	if (num_u64(span_of(len_text), v4 ? 32 : 128, &n) < 0)
		return err_set(e, ERR_CONFIG, "%.120s: the length of an %s "
		    "prefix is a number from 0 to %d", text,
		    v4 ? "IPv4" : "IPv6", v4 ? 32 : 128);
	p->len = (uint8_t)(n + (v4 ? V4_BITS : 0));
	return 0;
}

static int
refuse_host_bits(const char *text, bool v4, const struct prefix *p,
    struct err *e)
{
	struct prefix meant = *p;
	unsigned shown = p->len - (v4 ? V4_BITS : 0u);
	char why[40];

	/* ::ffff:192.0.2.0/24 counts its bits as if it were plain IPv4 */
	if (!v4 && ip_is_v4(p->ip) && p->len <= 32)
		meant.len = (uint8_t)(p->len + V4_BITS);
	snprintf(why, sizeof(why), "bits set beyond /%u", shown);
	return refuse(text, &meant, why, e);
}

int
prefix_parse(const char *text, struct prefix *p_r, struct err *e)
{
	const char *slash = strchr(text, '/');
	size_t n = slash == NULL ? strlen(text) : (size_t)(slash - text);
	char ip[ADDR_TEXT];
	struct prefix p;
	bool v4;

	if (memchr(text, '%', n) != NULL)
		return err_set(e, ERR_CONFIG, "%.120s: a range has no scope "
		    "(the part from %% on)", text);
	n = n < sizeof(ip) ? n : 0;
	memcpy(ip, text, n);
	ip[n] = '\0';
	if (ip_parse(ip, p.ip) < 0)
		return err_set(e, ERR_CONFIG, "%.120s: not a range, such as "
		    "192.0.2.7, 192.0.2.0/24 or 2001:db8::/32", text);
	v4 = strchr(ip, ':') == NULL;
	p.len = 128;
	if (slash != NULL && parse_length(text, slash + 1, v4, &p, e) < 0)
		return -1;
	*p_r = p;
	if (cut_ip(p_r->ip, p.len))
		return refuse_host_bits(text, v4, &p, e);
	return 0;
}

const char *
prefix_text(const struct prefix *p, char out[ADDR_TEXT])
{
	bool v4 = p->len >= V4_BITS && ip_is_v4(p->ip);
	size_t n;

	ip_text(p->ip, out);
	n = strlen(out);
	if (p->len < 128)
		snprintf(out + n, ADDR_TEXT - n, "/%u",
		    p->len - (v4 ? V4_BITS : 0u));
	return out;
}

bool
prefix_covers(const struct prefix *p, const struct addr *a)
{
	unsigned whole = p->len / 8, rest = p->len % 8;

	if (a->local || memcmp(p->ip, a->ip, whole) != 0)
		return false;
	return rest == 0 || (p->ip[whole] ^ a->ip[whole]) >> (8 - rest) == 0;
}

void
prefix_of_peer(const struct addr *a, struct prefix *p_r)
{
	memcpy(p_r->ip, a->ip, sizeof(p_r->ip));
	p_r->len = a->local || addr_is_v4(a) ? 128 : 64;
	cut_ip(p_r->ip, p_r->len);
}

uint64_t
addr_hash(const uint8_t ip[16], uint64_t key)
{
	uint64_t half[2], h;

	memcpy(half, ip, sizeof(half));
	h = (half[0] ^ key) * 0x9e3779b97f4a7c15u;
	h = (h ^ (h >> 29) ^ half[1]) * 0xbf58476d1ce4e5b9u;
	h = (h ^ (h >> 32) ^ key) * 0x94d049bb133111ebu;
	return h ^ (h >> 31);
}
