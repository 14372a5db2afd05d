/*
 * span.c - a view of octets that somebody else owns
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/span.h"

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Not tolower(): a locale must not decide what a verb is. */
static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

struct span
span_of(const char *s)
{
	return span_mem(s, s == NULL ? 0 : strlen(s));
}

struct span
span_mem(const void *p, size_t n)
{
	struct span s = { p == NULL ? "" : p, n };

	return s;
}

bool
span_eq(struct span a, const char *b)
{
	return strlen(b) == a.len && memcmp(a.ptr, b, a.len) == 0;
}

bool
span_ieq(struct span a, const char *b)
{
	size_t i;

	if (strlen(b) != a.len)
		return false;
	for (i = 0; i < a.len; i++)
		if (lower(a.ptr[i]) != lower(b[i]))
			return false;
	return true;
}

bool
span_has(struct span a, char c)
{
	return memchr(a.ptr, c, a.len) != NULL;
}

struct span
span_rtrim(struct span s)
{
	while (s.len > 0 && blank(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct span
span_ltrim(struct span s)
{
	while (s.len > 0 && blank(s.ptr[0])) {
		s.ptr++;
		s.len--;
	}
	return s;
}

struct span
span_word(struct span *s)
{
	const char *sp = memchr(s->ptr, ' ', s->len);
	struct span word = *s;

	if (sp != NULL)
		word.len = (size_t)(sp - s->ptr);
	s->ptr += word.len + (sp != NULL);
	s->len -= word.len + (sp != NULL);
	return word;
}

char *
span_dup(struct span s)
{
	char *copy;

	if (s.len == (size_t)-1)
		return NULL;
	copy = malloc(s.len + 1);
	if (copy == NULL)
		return NULL;
	memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}
