/*
 * pack.c - binary records: fixed numbers and length-prefixed octets
 *
 * Numbers are little-endian, octet by octet: no alignment, no padding.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/pack.h"

#define NO_STRING	UINT32_MAX	/* the length that stands for NULL */

static void
put(struct pack *p, const void *mem, size_t n)
{
	if (!p->bad && buf_add(p->b, mem, n) < 0)
		p->bad = true;
}

static void
put_number(struct pack *p, uint64_t v, size_t octets)
{
	unsigned char le[8];
	size_t i;

	for (i = 0; i < octets; i++)
		le[i] = (unsigned char)(v >> (8 * i));
	put(p, le, octets);
}

/* n octets of the record, or NULL (and bad from then on). */
static const char *
take(struct unpack *u, size_t n)
{
	const char *at = u->at;

	if (u->bad || n > (size_t)(u->end - u->at)) {
		u->bad = true;
		return NULL;
	}
	u->at += n;
	return at;
}

static uint64_t
take_number(struct unpack *u, size_t octets)
{
	const char *p = take(u, octets);
	uint64_t v = 0;

	if (p == NULL)
		return 0;
	while (octets-- > 0)
		v = v << 8 | (unsigned char)p[octets];
	return v;
}

void
pack_begin(struct pack *p, struct buf *b)
{
	p->b = b;
	p->bad = false;
}

void
pack_u8(struct pack *p, uint8_t v)
{
	put_number(p, v, 1);
}

void
pack_u32(struct pack *p, uint32_t v)
{
	put_number(p, v, 4);
}

void
pack_u64(struct pack *p, uint64_t v)
{
	put_number(p, v, 8);
}

void
pack_i64(struct pack *p, int64_t v)
{
	put_number(p, (uint64_t)v, 8);
}

void
pack_span(struct pack *p, struct span s)
{
	if (s.len >= NO_STRING) {
		p->bad = true;
		return;
	}
	pack_u32(p, (uint32_t)s.len);
	put(p, s.ptr, s.len);
}

void
pack_str(struct pack *p, const char *s)
{
	if (s == NULL)
		pack_u32(p, NO_STRING);
	else
		pack_span(p, span_of(s));
}

int
pack_end(const struct pack *p)
{
	return p->bad ? -1 : 0;
}

void
unpack_begin(struct unpack *u, const void *p, size_t n)
{
	u->at = n == 0 ? "" : p;
	u->end = u->at + n;
	u->bad = false;
}

uint8_t
unpack_u8(struct unpack *u)
{
	return (uint8_t)take_number(u, 1);
}

uint32_t
unpack_u32(struct unpack *u)
{
	return (uint32_t)take_number(u, 4);
}

uint64_t
unpack_u64(struct unpack *u)
{
	return take_number(u, 8);
}

int64_t
unpack_i64(struct unpack *u)
{
	return (int64_t)take_number(u, 8);
}

struct span
unpack_span(struct unpack *u)
{
	size_t n = unpack_u32(u);
	const char *p = take(u, n);

	return span_mem(p, p == NULL ? 0 : n);
}

char *
unpack_str(struct unpack *u)
{
	uint32_t n = unpack_u32(u);
	const char *p;
	char *copy;

	if (u->bad || n == NO_STRING)
		return NULL;
	p = take(u, n);
	if (p == NULL)
		return NULL;
	copy = span_has(span_mem(p, n), '\0') ? NULL :
	    span_dup(span_mem(p, n));
	if (copy == NULL)
		u->bad = true;
	return copy;
}

int
unpack_end(const struct unpack *u)
{
	return u->bad || u->at != u->end ? -1 : 0;
}
