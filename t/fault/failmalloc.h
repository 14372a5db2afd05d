/*
 * failmalloc.h - a page that the test and the shims of all processes share
 *
 * A slot a program, found by its name; alloc.py knows this layout.
 */
#ifndef FAILMALLOC_H
#define FAILMALLOC_H

#include <stdint.h>

#define FAILMALLOC_SLOTS	16

struct failmalloc_slot {
	char program[16];	/* "front"; set by the test */
	uint32_t count;		/* allocations since the test made it 0 */
	uint32_t fail_at;	/* this one fails; 0: none */
	uint32_t hits;
	uint32_t unused;
};

#endif
