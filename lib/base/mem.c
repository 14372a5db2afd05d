/*
 * mem.c - allocation that reports failure by returning NULL, and wiping
 */
#include <stdint.h>
#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif
#include <string.h>

#include "lib/base/mem.h"

#define FIRST_CAP	8

void *
mem_new(size_t n, size_t size)
{
	/* calloc(0) may be NULL, which here would read as "out of memory" */
	if (n == 0 || size == 0)
		return calloc(1, 1);
	/* here and not left to calloc(), which a sanitizer makes fatal */
	return n > SIZE_MAX / size ? NULL : calloc(n, size);
}

char *
mem_strdup(const char *s)
{
	return s == NULL ? NULL : strdup(s);
}

char *
mem_strndup(const char *s, size_t n)
{
	return s == NULL ? NULL : strndup(s, n);
}

void *
mem_grow(void *old, size_t *cap, size_t need, size_t size)
{
	size_t want = *cap < FIRST_CAP ? FIRST_CAP : *cap;
	void *p;

	if (old != NULL && need <= *cap)
		return old;
	while (want < need)
		want = want > SIZE_MAX / 2 ? need : want * 2;
	if (size != 0 && want > SIZE_MAX / size)
		return NULL;
	p = realloc(old, size == 0 ? 1 : want * size);
	if (p != NULL)
		*cap = want;
	return p;
}

void
mem_give_back(void)
{
#ifdef __GLIBC__
	(void)malloc_trim(0);
#endif
}

void
mem_wipe(void *p, size_t n)
{
	if (n > 0)
		explicit_bzero(p, n);
}

void
mem_free_secret(char **s_p)
{
	if (*s_p == NULL)
		return;
	mem_wipe(*s_p, strlen(*s_p));
	free(*s_p);
	*s_p = NULL;
}
