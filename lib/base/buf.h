/*
 * buf.h - growable octets with a hard ceiling
 *
 * All bytes that come from or go to somebody else pass through this type, so
 * an overflow has one address.  Fields belong to buf.c; everybody else uses
 * the functions.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/base/span.h"

struct buf {
	char *mem;
	size_t head;		/* first octet that is still there */
	size_t tail;		/* behind the last one */
	size_t cap;
	size_t max;		/* ceiling for tail - head */
};

/* No memory is taken before the first octet. */
void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);			/* and ready for use again */
void buf_wipe(struct buf *b);			/* overwrite, then free */

size_t buf_len(const struct buf *b);
size_t buf_room(const struct buf *b);		/* max - len */
size_t buf_held(const struct buf *b);		/* memory taken */
const char *buf_data(const struct buf *b);	/* never NULL */
struct span buf_span(const struct buf *b);

/*
 * Append.  Return 0, or -1 when the ceiling or memory does not allow it; then
 * nothing is appended.
 */
int buf_add(struct buf *b, const void *p, size_t n);
int buf_addc(struct buf *b, char c);
int buf_adds(struct buf *b, const char *s);
int buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int buf_vprintf(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/*
 * Room to write n octets at the tail directly (NULL: ceiling or memory);
 * buf_added() then says how many were written.
 */
char *buf_reserve(struct buf *b, size_t n);
void buf_added(struct buf *b, size_t n);

/* Drop n octets at the head.  An emptied buffer keeps its memory. */
void buf_eat(struct buf *b, size_t n);

/* Give memory back when empty (idle connections hold none). */
void buf_rest(struct buf *b);

#endif
