/*
 * show.h - octets made visible, and patterns
 */
#ifndef DIALOG_SHOW_H
#define DIALOG_SHOW_H

#include <stdbool.h>

#include "lib/base/span.h"

/* Overwritten by the next call. */
const char *show(struct span s);

/* '*' in the pattern stands for any octets; escapes as in scripts. */
bool show_match(const char *pattern, struct span s);

#endif
