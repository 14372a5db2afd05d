/*
 * span.h - a view of octets that somebody else owns
 */
#ifndef BASE_SPAN_H
#define BASE_SPAN_H

#include <stdbool.h>
#include <stddef.h>

struct span {
	const char *ptr;
	size_t len;
};

struct span span_of(const char *s);		/* up to the NUL */
struct span span_mem(const void *p, size_t n);

bool span_eq(struct span a, const char *b);
bool span_ieq(struct span a, const char *b);	/* ASCII case folded */
bool span_has(struct span a, char c);		/* c occurs; NUL too */

/* Cut trailing / leading blanks (space and tab). */
struct span span_rtrim(struct span s);
struct span span_ltrim(struct span s);

/*
 * Take the next word up to a space; s moves behind that one space.  An empty
 * span when there is none.
 */
struct span span_word(struct span *s);

/* NUL-terminated copy for the caller to free; NULL when out of memory. */
char *span_dup(struct span s);

#endif
