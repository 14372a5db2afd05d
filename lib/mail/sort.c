/*
 * sort.c - the order of a maildrop: oldest first, from file names alone
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/mail/sort.h"

#define TIME_DIGITS	18	/* more do not fit; equal then, the name decides */
#define MICRO_DIGITS	6

/* Up to digits of them; *s moves behind. */
static uint64_t
number(struct span *s, size_t digits)
{
	uint64_t v = 0;

	for (; s->len > 0 && digits > 0; s->ptr++, s->len--, digits--) {
		if (s->ptr[0] < '0' || s->ptr[0] > '9')
			break;
		v = v * 10 + (uint64_t)(s->ptr[0] - '0');
	}
	return v;
}

/* The number behind the first 'M' of the field behind rest's dot: Dovecot,
 * Postfix and Courier write microseconds there, without leading zeros. */
static uint32_t
micro_of(struct span rest)
{
	size_t i;

	if (rest.len == 0 || rest.ptr[0] != '.')
		return 0;
	for (i = 1; i < rest.len && rest.ptr[i] != '.'; i++)
		if (rest.ptr[i] == 'M') {
			rest = span_mem(rest.ptr + i + 1, rest.len - i - 1);
			return (uint32_t)number(&rest, MICRO_DIGITS);
		}
	return 0;
}

/* Names without a number come first. */
static void
read_time(struct span base, struct sort_item *item)
{
	item->time = number(&base, TIME_DIGITS);
	item->micro = micro_of(base);
}

static int
compare(const struct msgs *m, const struct sort_item *a,
    const struct sort_item *b)
{
	struct span x, y;
	int r;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	if (a->micro != b->micro)
		return a->micro < b->micro ? -1 : 1;
	x = msgs_base(m, &m->rows[a->row]);
	y = msgs_base(m, &m->rows[b->row]);
	r = memcmp(x.ptr, y.ptr, x.len < y.len ? x.len : y.len);
	if (r != 0 || x.len == y.len)
		return r;
	return x.len < y.len ? -1 : 1;
}

static size_t
at_most(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
begin_pair(struct sort *s, size_t n)
{
	s->left = s->out = s->begin;
	s->right = at_most(s->begin + s->width, n);
}

static int
begin(struct sort *s, const struct msgs *m, struct err *e)
{
	size_t i;

	s->from = mem_new(m->count, sizeof(*s->from));
	s->to = mem_new(m->count, sizeof(*s->to));
	if (s->from == NULL || s->to == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	for (i = 0; i < m->count; i++) {
		read_time(msgs_base(m, &m->rows[i]), &s->from[i]);
		s->from[i].row = (uint32_t)i;
	}
	s->width = 1;
	begin_pair(s, m->count);
	return 0;
}

/* Merge the pair in hand; 1 when the slice was over before its end. */
static int
merge(struct sort *s, const struct msgs *m, struct slice *sl)
{
	size_t middle = at_most(s->begin + s->width, m->count);
	size_t end = at_most(middle + s->width, m->count);
	bool left;

	while (s->out < end) {
		left = s->right == end || (s->left < middle &&
		    compare(m, &s->from[s->left], &s->from[s->right]) <= 0);
		s->to[s->out++] = s->from[left ? s->left++ : s->right++];
		if (slice_over_small(sl))
			return 1;
	}
	return 0;
}

static int
apply(struct sort *s, struct msgs *m, struct err *e)
{
	struct msgs_row *rows = malloc(m->count * sizeof(*rows) + 1);
	size_t i;

	if (rows == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	for (i = 0; i < m->count; i++)
		rows[i] = m->rows[s->from[i].row];
	free(m->rows);
	m->rows = rows;
	m->cap = m->count;
	return 0;
}

int
sort_step(struct sort *s, struct msgs *m, struct slice *sl, struct err *e)
{
	struct sort_item *swap;

	if (s->from == NULL && begin(s, m, e) < 0)
		return -1;
	while (s->width < m->count) {
		while (s->begin < m->count) {
			if (merge(s, m, sl) > 0)
				return 1;
			s->begin = s->out;
			begin_pair(s, m->count);
		}
		swap = s->from;
		s->from = s->to;
		s->to = swap;
		s->width *= 2;
		s->begin = 0;
		begin_pair(s, m->count);
	}
	return apply(s, m, e);
}

void
sort_end(struct sort *s)
{
	free(s->from);
	free(s->to);
	memset(s, 0, sizeof(*s));
}
