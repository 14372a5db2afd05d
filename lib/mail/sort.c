/*
 * sort.c - the order of a maildrop: oldest first, from file names alone
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/mem.h"

#include "lib/mail/sort.h"

#define TIME_DIGITS	18	/* more do not fit; equal then, the name decides */
#define MICRO_DIGITS	6
#define MICRO_PLACES	2	/* of SORT_BITS: a million */
#define PLACES		(MICRO_PLACES + 6)	/* and 10^18 */
#define SHORT_RUN	16

enum { COUNT, PLACE, NAMES, MERGE, DONE };

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
void
sort_key(struct span base, struct sort_item *item)
{
	item->time = number(&base, TIME_DIGITS);
	item->micro = micro_of(base);
}

static int
by_number(const struct sort_item *a, const struct sort_item *b)
{
	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	if (a->micro != b->micro)
		return a->micro < b->micro ? -1 : 1;
	return 0;
}

int
sort_compare(const struct sort_item *a, struct span x,
    const struct sort_item *b, struct span y)
{
	int r = by_number(a, b);

	if (r != 0)
		return r;
	r = memcmp(x.ptr, y.ptr, x.len < y.len ? x.len : y.len);
	if (r != 0 || x.len == y.len)
		return r;
	return x.len < y.len ? -1 : 1;
}

static int
compare(const struct sort *s, const struct sort_item *a,
    const struct sort_item *b)
{
	int r = by_number(a, b);

	return r != 0 ? r : sort_compare(a, s->name(s->arg, a->row), b,
	    s->name(s->arg, b->row));
}

int
sort_add(struct sort *s, const struct sort_item *item, struct err *e)
{
	struct sort_item *from = mem_grow(s->from, &s->cap, s->count + 1,
	    sizeof(*from));

	if (from == NULL)
		return err_set(e, ERR_TEMP, "out of memory");
	s->from = from;
	s->from[s->count++] = *item;
	s->times |= item->time ^ from->time;
	s->micros |= item->micro ^ from->micro;
	return 0;
}

/* One digit of the number time, micro. */
static unsigned
digit_of(uint64_t time, uint32_t micro, unsigned digit)
{
	uint64_t v = digit < MICRO_PLACES ? micro : time;

	if (digit >= MICRO_PLACES)
		digit -= MICRO_PLACES;
	return (unsigned)(v >> digit * SORT_BITS) & ((1 << SORT_BITS) - 1);
}

static int
next(struct sort *s, int phase)
{
	s->phase = phase;
	s->at = 0;
	return 0;
}

/* How many there are of each value, hence where each begins. */
static int
count_digit(struct sort *s, struct slice *sl)
{
	const struct sort_item *i;
	uint32_t n, sum = 0;
	size_t v;

	while (s->digit < PLACES &&
	    digit_of(s->times, s->micros, s->digit) == 0)
		s->digit++;
	if (s->digit == PLACES)
		return next(s, s->name == NULL ? DONE : NAMES);
	if (s->at == 0)
		memset(s->place, 0, sizeof(s->place));
	while (s->at < s->count) {
		i = &s->from[s->at++];
		s->place[digit_of(i->time, i->micro, s->digit)]++;
		if (slice_over_small(sl))
			return 1;
	}
	for (v = 0; v < 1 << SORT_BITS; v++, sum += n) {
		n = s->place[v];
		s->place[v] = sum;
	}
	return next(s, PLACE);
}

static void
swap(struct sort *s)
{
	struct sort_item *from = s->from;

	s->from = s->to;
	s->to = from;
}

static int
place_digit(struct sort *s, struct slice *sl)
{
	const struct sort_item *i;

	while (s->at < s->count) {
		i = &s->from[s->at++];
		s->to[s->place[digit_of(i->time, i->micro, s->digit)]++] = *i;
		if (slice_over_small(sl))
			return 1;
	}
	swap(s);
	s->digit++;
	return next(s, COUNT);
}

static void
insert(struct sort *s, size_t begin, size_t end)
{
	struct sort_item item;
	size_t i, j;

	for (i = begin + 1; i < end; i++) {
		item = s->from[i];
		for (j = i; j > begin &&
		    compare(s, &s->from[j - 1], &item) > 0; j--)
			s->from[j] = s->from[j - 1];
		s->from[j] = item;
	}
}

/* Few messages have the same numbers; when many do, all are merged. */
static int
order_names(struct sort *s, struct slice *sl)
{
	size_t end;

	for (; s->at < s->count; s->at = end) {
		for (end = s->at + 1; end < s->count && by_number(
		    &s->from[s->at], &s->from[end]) == 0; end++)
			if (end - s->at == SHORT_RUN)
				return next(s, MERGE);
		insert(s, s->at, end);
		if (slice_over_small(sl))
			return 1;
	}
	return next(s, DONE);
}

static size_t
at_most(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void
begin_pair(struct sort *s)
{
	s->left = s->out = s->begin;
	s->right = at_most(s->begin + s->width, s->count);
}

/* The pair in hand; 1 when the slice was over before its end. */
static int
merge_pair(struct sort *s, struct slice *sl)
{
	size_t middle = at_most(s->begin + s->width, s->count);
	size_t end = at_most(middle + s->width, s->count);
	bool left;

	while (s->out < end) {
		left = s->right == end || (s->left < middle &&
		    compare(s, &s->from[s->left], &s->from[s->right]) <= 0);
		s->to[s->out++] = s->from[left ? s->left++ : s->right++];
		if (slice_over_small(sl))
			return 1;
	}
	return 0;
}

static int
merge(struct sort *s, struct slice *sl)
{
	if (s->width == 0) {
		s->width = 1;
		begin_pair(s);
	}
	while (s->width < s->count) {
		while (s->begin < s->count) {
			if (merge_pair(s, sl) > 0)
				return 1;
			s->begin = s->out;
			begin_pair(s);
		}
		swap(s);
		s->width *= 2;
		s->begin = 0;
		begin_pair(s);
	}
	return next(s, DONE);
}

int
sort_step(struct sort *s, struct slice *sl, struct err *e)
{
	static int (*const phases[])(struct sort *, struct slice *) = {
		[COUNT] = count_digit,
		[PLACE] = place_digit,
		[NAMES] = order_names,
		[MERGE] = merge,
	};

	if (s->to == NULL) {
		s->to = malloc(s->count * sizeof(*s->to) + 1);
		if (s->to == NULL)
			return err_set(e, ERR_TEMP, "out of memory");
	}
	while (s->phase != DONE)
		if (phases[s->phase](s, sl) > 0)
			return 1;
	return 0;
}

void
sort_end(struct sort *s)
{
	free(s->from);
	free(s->to);
	memset(s, 0, sizeof(*s));
}
