/*
 * show.c - octets made visible, and patterns
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "t/dialog/script.h"
#include "t/dialog/show.h"

const char *
show(struct span s)
{
	static char text[2048];
	size_t n = 0, i;

	for (i = 0; i < s.len && n < sizeof(text) - 8; i++) {
		if (s.ptr[i] >= ' ' && s.ptr[i] <= '~')
			text[n++] = s.ptr[i];
		else
			n += (size_t)snprintf(text + n, 5, "\\x%02x",
			    (unsigned char)s.ptr[i]);
	}
	text[n] = '\0';
	return text;
}

/* The part of a pattern up to the next bare '*', unescaped. */
static const char *
literal(const char *pattern, struct buf *b)
{
	size_t n = 0;
	char *copy;

	while (pattern[n] != '\0' && pattern[n] != '*')
		n += pattern[n] == '\\' && pattern[n + 1] != '\0' ? 2 : 1;
	copy = script_need(mem_strndup(pattern, n));
	script_unescape(copy, b);
	free(copy);
	return pattern + n;
}

static bool
match_here(const char *pattern, struct span s)
{
	struct buf b;
	const char *rest;
	size_t n;
	bool same;

	buf_init(&b, 65536);
	rest = literal(pattern, &b);
	n = buf_len(&b);
	same = n <= s.len && memcmp(buf_data(&b), s.ptr, n) == 0;
	buf_free(&b);
	if (!same)
		return false;
	s = span_mem(s.ptr + n, s.len - n);
	if (*rest == '\0')
		return s.len == 0;
	for (n = 0; n <= s.len; n++)
		if (match_here(rest + 1, span_mem(s.ptr + n, s.len - n)))
			return true;
	return false;
}

bool
show_match(const char *pattern, struct span s)
{
	return match_here(pattern, s);
}
