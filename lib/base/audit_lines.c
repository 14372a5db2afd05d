/*
 * audit_lines.c - an audit file in blocks, cut into lines
 */
#include <string.h>

#include "lib/base/audit.h"
#include "lib/base/audit_lines.h"

#define KEPT_MAX	(2 * AUDIT_LINE_MAX)

void
audit_lines_begin(struct audit_lines *l, uint64_t at)
{
	buf_init(&l->part, KEPT_MAX);
	l->at = at;
	l->pending = 0;
}

void
audit_lines_end(struct audit_lines *l)
{
	buf_free(&l->part);
}

/* As much as there is room for: what is cut is too long for a record. */
static int
keep(struct audit_lines *l, struct span piece)
{
	size_t room = buf_room(&l->part);

	l->pending += piece.len;
	return buf_add(&l->part, piece.ptr, piece.len < room ? piece.len :
	    room);
}

static int
hand_out(struct audit_lines *l, struct span tail,
    int (*fn)(struct span line, void *arg), void *arg)
{
	int r;

	l->at += l->pending + tail.len + 1;
	if (l->pending == 0)
		return fn(tail, arg);
	if (keep(l, tail) < 0)
		return -1;
	r = fn(buf_span(&l->part), arg);
	buf_eat(&l->part, buf_len(&l->part));
	l->pending = 0;
	return r;
}

int
audit_lines_feed(struct audit_lines *l, struct span block,
    int (*fn)(struct span line, void *arg), void *arg)
{
	struct span line;
	const char *lf;

	while (block.len > 0 &&
	    (lf = memchr(block.ptr, '\n', block.len)) != NULL) {
		line = span_mem(block.ptr, (size_t)(lf - block.ptr));
		block.ptr += line.len + 1;
		block.len -= line.len + 1;
		if (hand_out(l, line, fn, arg) < 0)
			return -1;
	}
	return block.len == 0 ? 0 : keep(l, block);
}

struct span
audit_lines_rest(const struct audit_lines *l)
{
	return buf_span(&l->part);
}
