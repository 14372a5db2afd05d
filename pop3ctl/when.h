/*
 * when.h - times as people type them
 */
#ifndef WHEN_H
#define WHEN_H

#include <stdint.h>

/* "90s", "2h", "7d" ago, or "2026-11-21", "2026-11-21T16:30[:00]" in local
 * time: seconds since 1970.  0 or -1. */
int when_read(const char *text, int64_t *seconds_r);

#endif
