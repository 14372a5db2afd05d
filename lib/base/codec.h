/*
 * codec.h - base64 (RFC 4648 section 4, strict), base64url and hex
 *
 * Strict: no blanks, no missing or superfluous padding, unused bits zero.
 */
#ifndef BASE_CODEC_H
#define BASE_CODEC_H

#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/base/span.h"

/* Append to out.  0, or -1 on bad input or when out has no room. */
int base64_decode(struct span in, struct buf *out);
int base64_encode(struct span in, struct buf *out);

/* Without padding, alphabet [A-Za-z0-9_-]; out holds (n * 4 + 2) / 3 + 1. */
void base64url_text(const void *p, size_t n, char *out);

void hex_text(const void *p, size_t n, char *out);	/* 2 * n + 1 octets */

#endif
