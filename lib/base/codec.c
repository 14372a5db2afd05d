/*
 * codec.c - base64 (RFC 4648 section 4, strict), base64url and hex
 */
#include <stdint.h>

#include "lib/base/codec.h"

static const char std_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char url_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int
digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* 2-4 digits -> 1-3 octets; -1 for a foreign digit or unused bits set. */
static int
decode_group(const char *in, size_t digits, char *out)
{
	uint32_t bits = 0;
	size_t i;
	int v;

	for (i = 0; i < 4; i++) {
		v = i < digits ? digit_value(in[i]) : 0;
		if (v < 0)
			return -1;
		bits = bits << 6 | (uint32_t)v;
	}
	/* RFC 4648 section 3.5: one text only for each value */
	if ((digits == 2 && (bits & 0xffff) != 0) ||
	    (digits == 3 && (bits & 0xff) != 0))
		return -1;
	for (i = 0; i + 1 < digits; i++)
		out[i] = (char)(bits >> (16 - 8 * i));
	return 0;
}

/* n is 1-3 octets -> n + 1 digits. */
static void
encode_group(const unsigned char *in, size_t n, const char *digits, char *out)
{
	uint32_t bits = (uint32_t)in[0] << 16;
	size_t i;

	if (n > 1)
		bits |= (uint32_t)in[1] << 8;
	if (n > 2)
		bits |= in[2];
	for (i = 0; i <= n; i++)
		out[i] = digits[bits >> (18 - 6 * i) & 63];
}

int
base64_decode(struct span in, struct buf *out)
{
	size_t i, digits, octets, pad = 0;
	char *to;

	if (in.len % 4 != 0)
		return -1;
	while (pad < 2 && pad < in.len && in.ptr[in.len - 1 - pad] == '=')
		pad++;
	octets = in.len / 4 * 3 - pad;
	to = buf_reserve(out, octets);
	if (to == NULL)
		return -1;
	for (i = 0; i < in.len; i += 4) {
		digits = i + 4 == in.len ? 4 - pad : 4;
		if (decode_group(in.ptr + i, digits, to + i / 4 * 3) < 0)
			return -1;
	}
	buf_added(out, octets);
	return 0;
}

int
base64_encode(struct span in, struct buf *out)
{
	const unsigned char *p = (const unsigned char *)in.ptr;
	size_t i, n, j;
	char *to;

	if (in.len > (size_t)-1 / 4)
		return -1;
	to = buf_reserve(out, (in.len + 2) / 3 * 4);
	if (to == NULL)
		return -1;
	for (i = 0; i < in.len; i += 3, to += 4) {
		n = in.len - i < 3 ? in.len - i : 3;
		encode_group(p + i, n, std_digits, to);
		for (j = n + 1; j < 4; j++)
			to[j] = '=';
	}
	buf_added(out, (in.len + 2) / 3 * 4);
	return 0;
}

void
base64url_text(const void *p, size_t n, char *out)
{
	const unsigned char *in = p;
	size_t i, part;

	for (i = 0; i < n; i += 3) {
		part = n - i < 3 ? n - i : 3;
		encode_group(in + i, part, url_digits, out);
		out += part + 1;
	}
	*out = '\0';
}

void
hex_text(const void *p, size_t n, char *out)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *in = p;
	size_t i;

	for (i = 0; i < n; i++) {
		*out++ = digits[in[i] >> 4];
		*out++ = digits[in[i] & 15];
	}
	*out = '\0';
}
