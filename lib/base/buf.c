/*
 * buf.c - growable octets with a hard ceiling
 *
 * cap never exceeds max, so memory is bounded by the same number as content.
 * One octet more than cap is allocated for the NUL that vsnprintf writes.
 */
#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/mem.h"

#define FIRST_CAP	256

static void
to_front(struct buf *b)
{
	size_t len = b->tail - b->head;

	memmove(b->mem, b->mem + b->head, len);
	b->head = 0;
	b->tail = len;
}

/*
 * Not realloc(): content may be a password, and a copy left in freed memory
 * would escape buf_wipe().
 */
static int
grow(struct buf *b, size_t need)
{
	size_t cap = FIRST_CAP, len = b->tail - b->head;
	char *mem;

	if (b->mem != NULL)
		cap = b->cap > b->max / 2 ? b->max : b->cap * 2;
	if (cap < need)
		cap = need;
	if (cap > b->max)
		cap = b->max;
	if (cap == SIZE_MAX || (mem = malloc(cap + 1)) == NULL)
		return -1;
	if (b->mem != NULL) {
		memcpy(mem, b->mem + b->head, len);
		mem_wipe(b->mem, b->cap);
		free(b->mem);
	}
	b->mem = mem;
	b->cap = cap;
	b->head = 0;
	b->tail = len;
	return 0;
}

/*
 * Room for n octets at the tail.  Moving is preferred when at least half of
 * the memory lies before the head, so that its cost stays proportional to
 * what was eaten; and when memory may not grow any more.
 */
static int
make_room(struct buf *b, size_t n)
{
	size_t len = b->tail - b->head;

	if (n > b->max - len)
		return -1;
	if (b->mem != NULL && n <= b->cap - b->tail)
		return 0;
	if (b->mem != NULL && n <= b->cap - len &&
	    (b->head >= b->cap / 2 || b->cap == b->max)) {
		to_front(b);
		return 0;
	}
	return grow(b, len + n);
}

void
buf_init(struct buf *b, size_t max)
{
	memset(b, 0, sizeof(*b));
	b->max = max;
}

void
buf_free(struct buf *b)
{
	free(b->mem);
	buf_init(b, b->max);
}

void
buf_wipe(struct buf *b)
{
	mem_wipe(b->mem, b->cap);
	buf_free(b);
}

size_t
buf_len(const struct buf *b)
{
	return b->tail - b->head;
}

size_t
buf_room(const struct buf *b)
{
	return b->max - buf_len(b);
}

size_t
buf_held(const struct buf *b)
{
	return b->mem == NULL ? 0 : b->cap + 1;
}

const char *
buf_data(const struct buf *b)
{
	return b->mem == NULL ? "" : b->mem + b->head;
}

struct span
buf_span(const struct buf *b)
{
	return span_mem(buf_data(b), buf_len(b));
}

int
buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0)
		return 0;
	if (make_room(b, n) < 0)
		return -1;
	memcpy(b->mem + b->tail, p, n);
	b->tail += n;
	return 0;
}

int
buf_addc(struct buf *b, char c)
{
	return buf_add(b, &c, 1);
}

int
buf_adds(struct buf *b, const char *s)
{
	return buf_add(b, s, strlen(s));
}

int
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = buf_vprintf(b, fmt, ap);
	va_end(ap);
	return r;
}

int
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	size_t room = b->mem == NULL ? 0 : b->cap - b->tail + 1;
	int n;

	va_copy(again, ap);
	n = vsnprintf(room == 0 ? NULL : b->mem + b->tail, room, fmt, ap);
	if (n >= 0 && (size_t)n >= room) {
		if (make_room(b, (size_t)n) < 0)
			n = -1;
		else
			n = vsnprintf(b->mem + b->tail, (size_t)n + 1, fmt,
			    again);
	}
	va_end(again);
	if (n < 0)
		return -1;
	b->tail += (size_t)n;
	return 0;
}

char *
buf_reserve(struct buf *b, size_t n)
{
	return make_room(b, n) < 0 ? NULL : b->mem + b->tail;
}

void
buf_added(struct buf *b, size_t n)
{
	assert(n <= b->cap - b->tail && n <= buf_room(b));
	b->tail += n;
}

void
buf_eat(struct buf *b, size_t n)
{
	assert(n <= buf_len(b));
	b->head += n;
	if (b->head == b->tail)
		b->head = b->tail = 0;
}

void
buf_rest(struct buf *b)
{
	if (buf_len(b) == 0)
		buf_free(b);
}
