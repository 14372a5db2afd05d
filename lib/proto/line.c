/*
 * line.c - the peer's octets, cut into lines
 */
#include <string.h>

#include "lib/base/mem.h"

#include "lib/proto/line.h"

void
line_init(struct line_in *l, size_t max)
{
	buf_init(&l->buf, max);
	l->seen = l->whole = 0;
}

void
line_free(struct line_in *l)
{
	buf_wipe(&l->buf);
	l->seen = l->whole = 0;
}

long
line_feed(struct line_in *l, const void *bytes, size_t n, size_t room)
{
	size_t held = buf_len(&l->buf);

	if (held >= room)
		return 0;
	if (n > room - held)
		n = room - held;
	if (buf_add(&l->buf, bytes, n) < 0)
		return -1;
	return (long)n;
}

/* Length of the text when n octets lie before LF or before what may come. */
static size_t
without_cr(const char *p, size_t n)
{
	return n > 0 && p[n - 1] == '\r' ? n - 1 : n;
}

enum line_fit
line_next(struct line_in *l, struct line_limit limit, struct span *text_r)
{
	const char *p = buf_data(&l->buf), *lf = NULL;
	size_t n = buf_len(&l->buf), text;

	if (n > l->seen)
		lf = memchr(p + l->seen, '\n', n - l->seen);
	if (lf == NULL) {
		l->seen = n;
		return without_cr(p, n) > limit.text ? LINE_OVER : LINE_PART;
	}
	l->seen = (size_t)(lf - p);
	text = without_cr(p, l->seen);
	if (text > limit.text)
		return LINE_OVER;
	l->whole = l->seen + 1;
	*text_r = span_mem(p, text);
	return l->whole > limit.total ? LINE_LONG : LINE_GOOD;
}

void
line_done(struct line_in *l)
{
	mem_wipe((void *)buf_data(&l->buf), l->whole);
	buf_eat(&l->buf, l->whole);
	l->seen = l->whole = 0;
	/* What moving inside the buffer left behind goes here. */
	if (buf_len(&l->buf) == 0)
		buf_wipe(&l->buf);
}

void
line_skip(struct line_in *l, size_t n)
{
	buf_eat(&l->buf, n);
	l->seen = 0;
	if (buf_len(&l->buf) == 0)
		buf_wipe(&l->buf);
}

struct span
line_held(const struct line_in *l)
{
	return buf_span(&l->buf);
}

size_t
line_length(const struct line_in *l)
{
	const char *p = buf_data(&l->buf);
	const char *lf = memchr(p, '\n', buf_len(&l->buf));

	return without_cr(p, lf == NULL ? buf_len(&l->buf) :
	    (size_t)(lf - p));
}

static bool
begins(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.len >= n && memcmp(s.ptr, with, n) == 0;
}

/* A browser or a TLS hello sent here by mistake or by guile (S-33). */
bool
line_foreign(struct span first)
{
	static const char *const signs[] = {
		"GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ",
		"TRACE ", "CONNECT ", "PATCH ", "PRI * HTTP", "\026\003"
	};
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (begins(first, signs[i]))
			return true;
	return false;
}
