/*
 * header.c - the fields of a message's header
 */
#include <string.h>

#include "lib/base/visible.h"
#include "lib/mail/header.h"

/* With its LF; what lacks one at the end is a line too. */
static size_t
line_octets(struct span s)
{
	const char *lf = s.len == 0 ? NULL : memchr(s.ptr, '\n', s.len);

	return lf == NULL ? s.len : (size_t)(lf - s.ptr) + 1;
}

static struct span
behind(struct span s, size_t n)
{
	return span_mem(s.ptr + n, s.len - n);
}

static bool
folded(struct span s)
{
	return s.len > 0 && (s.ptr[0] == ' ' || s.ptr[0] == '\t');
}

/* ftext of RFC 5322 section 3.6.8: printable, no colon. */
static size_t
name_octets(struct span s)
{
	size_t n = 0;

	while (n < s.len && s.ptr[n] > ' ' && s.ptr[n] < 0x7f &&
	    s.ptr[n] != ':')
		n++;
	return n;
}

static int
no_field(struct span line, struct err *e)
{
	char shown[96];

	return err_set(e, ERR_PROTO, "\"%s\" is no header field",
	    visible(line, 40, shown, sizeof(shown)));
}

int
header_next(struct span *rest, struct header_field *f, struct err *e)
{
	struct span s = *rest;
	size_t n = line_octets(s), name = name_octets(s), colon = name;

	if (n == 0 || s.ptr[0] == '\n')
		return 0;
	/* RFC 5322 section 4.5 lets old ones put blanks before the colon. */
	while (colon < n && (s.ptr[colon] == ' ' || s.ptr[colon] == '\t'))
		colon++;
	if (name == 0 || colon == n || s.ptr[colon] != ':')
		return no_field(span_mem(s.ptr, n), e);
	while (folded(behind(s, n)))
		n += line_octets(behind(s, n));
	f->name = span_mem(s.ptr, name);
	f->whole = span_mem(s.ptr, n);
	f->value = behind(f->whole, colon + 1);
	*rest = behind(s, n);
	return 1;
}

size_t
header_end(struct span text)
{
	size_t at = 0, n;

	while ((n = line_octets(behind(text, at))) > 0) {
		at += n;
		if (n == 1 && text.ptr[at - 1] == '\n')
			return at;
	}
	return 0;
}

bool
header_find(struct span text, const char *name, struct header_field *f)
{
	while (header_next(&text, f, NULL) == 1)
		if (span_ieq(f->name, name))
			return true;
	return false;
}
