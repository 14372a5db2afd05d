/*
 * dot.c - a stored message in its wire form
 *
 * The server's hot path: from LF to LF by memchr(), text copied as it is.
 */
#include <string.h>

#include "lib/proto/dot.h"

/* Converted at once.  An octet becomes at most two: LF, or a leading dot. */
#define SLICE	8192

void
dot_init(struct dot *d, bool no_nuls)
{
	memset(d, 0, sizeof(*d));
	d->bol = d->line_empty = true;
	d->no_nuls = no_nuls;
}

void
dot_top(struct dot *d, uint64_t lines)
{
	d->top = true;
	d->lines = lines;
}

/* After an LF: has the header ended, has TOP got its lines? */
static void
line_ended(struct dot *d, bool empty)
{
	if (d->separated)
		d->lines--;
	else if (empty)
		d->separated = true;
	d->full = d->top && d->separated && d->lines == 0;
}

static void
hide_nuls(char *p, const char *end)
{
	while ((p = memchr(p, '\0', (size_t)(end - p))) != NULL)
		*p++ = (char)0x80;
}

/* Copy octets without an LF; returns the place behind them. */
static char *
put_text(struct dot *d, char *to, const char *p, size_t n)
{
	char *begin = to;

	if (d->bol && p[0] == '.') {
		*to++ = '.';
		d->octets--;
	}
	memcpy(to, p, n);
	to += n;
	if (d->no_nuls)
		hide_nuls(begin, to);
	d->line_empty = d->bol && n == 1 && p[0] == '\r';
	d->bol = false;
	d->cr = p[n - 1] == '\r';
	return to;
}

static char *
put_lf(struct dot *d, char *to)
{
	bool empty = d->line_empty;

	if (!d->cr)
		*to++ = '\r';
	*to++ = '\n';
	d->bol = d->line_empty = true;
	d->cr = false;
	if (d->top || !d->separated)
		line_ended(d, empty);
	return to;
}

static char *
convert(struct dot *d, char *to, const char *p, const char *end)
{
	const char *lf;

	while (p < end && !d->full) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf != p)
			to = put_text(d, to, p,
			    (size_t)((lf == NULL ? end : lf) - p));
		if (lf == NULL)
			break;
		to = put_lf(d, to);
		p = lf + 1;
	}
	return to;
}

int
dot_write(struct dot *d, const void *p, size_t n, struct buf *out)
{
	const char *at = p;
	size_t slice, put;
	char *to;

	/* For a block in one piece: growing would copy and wipe what is there. */
	if (n > SLICE)
		(void)buf_reserve(out, n + n / 8 + SLICE);
	for (; n > 0 && !d->full; at += slice, n -= slice) {
		slice = n < SLICE ? n : SLICE;
		if ((to = buf_reserve(out, 2 * slice)) == NULL)
			return -1;
		put = (size_t)(convert(d, to, at, at + slice) - to);
		buf_added(out, put);
		d->octets += put;
	}
	return 0;
}

bool
dot_may_pass(const struct dot *d)
{
	return d->bol && d->separated && !d->top;
}

void
dot_pass(struct dot *d, uint64_t octets)
{
	d->octets += octets;
}

bool
dot_full(const struct dot *d)
{
	return d->full;
}

int
dot_end(struct dot *d, struct buf *out)
{
	if (!d->bol) {
		if (buf_adds(out, "\r\n") < 0)
			return -1;
		d->octets += 2;
	}
	if (!d->separated) {
		if (buf_adds(out, "\r\n") < 0)
			return -1;
		d->octets += 2;
	}
	return buf_adds(out, ".\r\n");
}
