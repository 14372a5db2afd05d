/*
 * text.h - strings in records that are read in place
 *
 * Written with their NUL, so that the reader gets a view instead of a copy.
 */
#ifndef IPC_TEXT_H
#define IPC_TEXT_H

#include <stdbool.h>

#include "lib/base/addr.h"
#include "lib/base/pack.h"

/* NULL is kept as NULL. */
void text_pack(struct pack *p, const char *s);
const char *text_unpack(struct unpack *u);

/* NULL is written as "" and refused when read. */
void text_pack_some(struct pack *p, const char *s);
const char *text_unpack_some(struct unpack *u);

/* One octet, 0 or 1; a number from 0 to most.  Anything else is bad. */
bool unpack_flag(struct unpack *u);
int unpack_choice(struct unpack *u, int most);

void pack_addr(struct pack *p, const struct addr *a);
void unpack_addr(struct unpack *u, struct addr *a);

#endif
