/*
 * visible.c - peer text made safe for a log line or a reply
 */
#include <stdbool.h>
#include <string.h>

#include "lib/base/visible.h"

/* Spelled out: isalnum() asks the locale. */
static bool
plain(char c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '+' && c <= ':'))
		return true;		/* '+' ',' '-' '.' '/' digits ':' */
	return c == '=' || c == '@' || c == '_';
}

/* One octet as 1 or 4 characters; how many. */
static size_t
spell(char c, char piece[4])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char u = (unsigned char)c;

	if (plain(c)) {
		piece[0] = c;
		return 1;
	}
	piece[0] = '\\';
	piece[1] = 'x';
	piece[2] = digits[u >> 4];
	piece[3] = digits[u & 15];
	return 4;
}

const char *
visible(struct span s, size_t max, char *out, size_t n)
{
	size_t i, len, at = 0, dots_at = 0;
	char piece[4];

	if (n == 0)
		return "";
	for (i = 0; i < s.len && i < max; i++) {
		len = spell(s.ptr[i], piece);
		if (at + len >= n)
			break;
		memcpy(out + at, piece, len);
		at += len;
		/* the last place behind whole pieces where "..." still fits */
		if (at + 3 < n)
			dots_at = at;
	}
	if (i < s.len && n > 3) {
		memcpy(out + dots_at, "...", 3);
		at = dots_at + 3;
	}
	out[at] = '\0';
	return out;
}
