/*
 * utf8.h - UTF-8 that came from somebody else (RFC 3629)
 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/span.h"

/* How many octets the well-formed character at the head of s has: 1 to 4, or 0
 * when there is none (no overlong form, no surrogate, nothing past U+10FFFF). */
size_t utf8_char(struct span s);

/* Every octet belongs to a character. */
bool utf8_ok(struct span s);

/* The longest beginning of at most max octets that cuts no character. */
struct span utf8_cut(struct span s, size_t max);

#endif
