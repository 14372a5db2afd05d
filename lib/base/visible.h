/*
 * visible.h - peer text made safe for a log line or a reply
 *
 * Everything outside [A-Za-z0-9._@+=/:,-] becomes \xNN, so that no peer can
 * forge a field, a line or a terminal sequence (reliability.md S-60).
 */
#ifndef BASE_VISIBLE_H
#define BASE_VISIBLE_H

#include <stddef.h>

#include "lib/base/span.h"

/* At most max octets of s (then "..."); out of size n, always terminated. */
const char *visible(struct span s, size_t max, char *out, size_t n);

#endif
