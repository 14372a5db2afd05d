/*
 * fuzz.h - what the targets share
 *
 * A target is one function; what must hold is said with must(), so that a
 * broken promise is told by name.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/span.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
    unsigned seed);

#define must(what) \
	((what) ? (void)0 : (fprintf(stderr, "%s:%d: broken promise: %s\n", \
	    __FILE__, __LINE__, #what), abort()))

/* The input, taken from its beginning; nothing left reads as zero. */
struct input {
	const uint8_t *at, *end;
};

static inline uint8_t
input_octet(struct input *y)
{
	return y->at < y->end ? *y->at++ : 0;
}

static inline struct span
input_octets(struct input *y, size_t n)
{
	const uint8_t *at = y->at;

	if (n > (size_t)(y->end - at))
		n = (size_t)(y->end - at);
	y->at += n;
	return span_mem(at, n);
}

/* Up to and with the next LF, or the end. */
static inline struct span
input_line(struct input *y)
{
	const uint8_t *lf = memchr(y->at, '\n', (size_t)(y->end - y->at));

	return input_octets(y, (size_t)((lf == NULL ? y->end : lf + 1) -
	    y->at));
}

#endif
