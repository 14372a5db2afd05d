/*
 * mem.h - allocation that reports failure by returning NULL, and wiping
 *
 * No function here ends the process: a caller that gets NULL answers
 * [SYS/TEMP] and goes on.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

/* Zeroed memory, or NULL.  n * size is checked for overflow. */
void *mem_new(size_t n, size_t size);

/* Copies, or NULL.  mem_strdup(NULL) is NULL. */
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t n);

/*
 * Grow an array of `size`-octet elements to hold at least `need` of them;
 * *cap is in elements and is updated.  Returns the new place or NULL, in
 * which case the old one is untouched.
 */
void *mem_grow(void *old, size_t *cap, size_t need, size_t size);

/*
 * Give the system what was freed: the C library keeps pages between blocks
 * still in use until it is told.  Takes milliseconds of a big heap.
 */
void mem_give_back(void);

/* Overwrite n octets in a way the compiler keeps. */
void mem_wipe(void *p, size_t n);

/* Wipe a NUL-terminated secret, free it, clear the pointer; NULL is fine. */
void mem_free_secret(char **s_p);

#endif
