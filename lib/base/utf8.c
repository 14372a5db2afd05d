/*
 * utf8.c - UTF-8 that came from somebody else (RFC 3629)
 */
#include "lib/base/utf8.h"

/* First octets and what may follow them: RFC 3629 section 4. */
static const struct form {
	unsigned char first_lo, first_hi;
	unsigned char second_lo, second_hi;
	unsigned char len;
} forms[] = {
	{ 0xc2, 0xdf, 0x80, 0xbf, 2 },
	{ 0xe0, 0xe0, 0xa0, 0xbf, 3 },
	{ 0xe1, 0xec, 0x80, 0xbf, 3 },
	{ 0xed, 0xed, 0x80, 0x9f, 3 },
	{ 0xee, 0xef, 0x80, 0xbf, 3 },
	{ 0xf0, 0xf0, 0x90, 0xbf, 4 },
	{ 0xf1, 0xf3, 0x80, 0xbf, 4 },
	{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
};

static const struct form *
form_of(unsigned char first)
{
	size_t i;

	for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (first >= forms[i].first_lo && first <= forms[i].first_hi)
			return &forms[i];
	return NULL;
}

static bool
between(char c, unsigned char lo, unsigned char hi)
{
	return (unsigned char)c >= lo && (unsigned char)c <= hi;
}

size_t
utf8_char(struct span s)
{
	const struct form *f;
	size_t i;

	if (s.len == 0)
		return 0;
	if ((unsigned char)s.ptr[0] < 0x80)
		return 1;
	f = form_of((unsigned char)s.ptr[0]);
	if (f == NULL || s.len < f->len ||
	    !between(s.ptr[1], f->second_lo, f->second_hi))
		return 0;
	for (i = 2; i < f->len; i++)
		if (!between(s.ptr[i], 0x80, 0xbf))
			return 0;
	return f->len;
}

bool
utf8_ok(struct span s)
{
	size_t n;

	while (s.len > 0) {
		n = utf8_char(s);
		if (n == 0)
			return false;
		s.ptr += n;
		s.len -= n;
	}
	return true;
}

struct span
utf8_cut(struct span s, size_t max)
{
	size_t n = max;

	if (s.len <= max)
		return s;
	/* back to the first octet of the character that does not fit */
	while (n > 0 && n + 3 > max && between(s.ptr[n], 0x80, 0xbf))
		n--;
	return span_mem(s.ptr, between(s.ptr[n], 0x80, 0xbf) ? max : n);
}
