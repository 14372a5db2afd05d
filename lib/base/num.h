/*
 * num.h - strict decimals, sizes and durations, both directions
 *
 * Strict: digits only, no sign, no blanks, no overflow (reliability.md S-02).
 */
#ifndef BASE_NUM_H
#define BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/span.h"

/* Return 0 and fill *v_r, or -1. */
int num_u64(struct span s, uint64_t max, uint64_t *v_r);

/* "1048576", "10M", "1G" (K M G T are powers of 1024) -> octets. */
int num_size(const char *s, uint64_t *octets_r);

/* "250ms", "90s", "15m", "1h", "30d", or bare seconds -> milliseconds. */
int num_duration(const char *s, int64_t *ms_r);

/* The shortest exact form of the above; out holds at least 24 octets. */
const char *num_size_text(uint64_t octets, char out[24]);
const char *num_duration_text(int64_t ms, char out[24]);

#endif
