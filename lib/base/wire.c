/*
 * wire.c - how many octets RETR sends for a stored message
 *
 * Counts whole maildrops, so it goes from LF to LF and never looks at the
 * octets between.
 */
#include <string.h>

#include "lib/base/wire.h"

/* n > 0 octets without an LF. */
static void
count_text(struct wire *w, const char *p, size_t n)
{
	w->octets += n;
	w->line_empty = w->bol && n == 1 && p[0] == '\r';
	w->bol = false;
	w->cr = p[n - 1] == '\r';
}

static void
count_lf(struct wire *w)
{
	w->octets += w->cr ? 1 : 2;
	w->separated = w->separated || w->line_empty;
	w->bol = w->line_empty = true;
	w->cr = false;
}

void
wire_init(struct wire *w)
{
	memset(w, 0, sizeof(*w));
	w->bol = w->line_empty = true;
}

void
wire_count(struct wire *w, const void *p, size_t n)
{
	const char *at = p, *end, *lf;

	if (n == 0)
		return;
	end = at + n;
	while (at < end) {
		lf = memchr(at, '\n', (size_t)(end - at));
		if (lf != at)
			count_text(w, at,
			    (size_t)((lf == NULL ? end : lf) - at));
		if (lf == NULL)
			return;
		count_lf(w);
		at = lf + 1;
	}
}

uint64_t
wire_total(const struct wire *w)
{
	return w->octets + (w->bol ? 0 : 2) + (w->separated ? 0 : 2);
}

size_t
wire_verbatim(const char *p, size_t n)
{
	const char *nul = memchr(p, '\0', n), *end = p + n, *at = p, *lf;

	if (nul != NULL)
		end = nul;
	while (at < end && *at != '.') {
		lf = memchr(at, '\n', (size_t)(end - at));
		if (lf == NULL || lf == at || lf[-1] != '\r')
			break;
		at = lf + 1;
	}
	return (size_t)(at - p);
}
