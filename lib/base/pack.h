/*
 * pack.h - binary records: fixed numbers and length-prefixed octets
 *
 * Writing and reading stop at the first fault and stay failed (sticky), so a
 * caller checks once.  A reader must end exactly at the end (unpack_end).
 * Nothing in a field can be mistaken for another field (CVE-2008-1218).
 */
#ifndef BASE_PACK_H
#define BASE_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/span.h"

/* Append to b; a failed append marks the record bad. */
struct pack {
	struct buf *b;
	bool bad;
};

void pack_begin(struct pack *p, struct buf *b);
void pack_u8(struct pack *p, uint8_t v);
void pack_u32(struct pack *p, uint32_t v);
void pack_u64(struct pack *p, uint64_t v);
void pack_i64(struct pack *p, int64_t v);
void pack_span(struct pack *p, struct span s);
void pack_str(struct pack *p, const char *s);	/* NULL is kept as NULL */
int pack_end(const struct pack *p);		/* 0, or -1 when bad */

struct unpack {
	const char *at;
	const char *end;
	bool bad;
};

void unpack_begin(struct unpack *u, const void *p, size_t n);
uint8_t unpack_u8(struct unpack *u);
uint32_t unpack_u32(struct unpack *u);
uint64_t unpack_u64(struct unpack *u);
int64_t unpack_i64(struct unpack *u);
struct span unpack_span(struct unpack *u);	/* points into the record */
char *unpack_str(struct unpack *u);	/* caller frees; NUL inside is bad */
int unpack_end(const struct unpack *u);		/* 0 only when all was read */

#endif
