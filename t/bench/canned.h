/*
 * canned.h - the answers of the limit server, made before it serves
 */
#ifndef BENCH_CANNED_H
#define BENCH_CANNED_H

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

#define CANNED_PIPE	16	/* answers a client may have outstanding */

struct canned;

/* Ends the program when memory or the file cannot be had. */
void canned_make(const char *sizes, size_t big, const char *big_file,
    const char *counts);

/* What the account of that name answers; "" for nobody yet. */
const struct canned *canned_of(const char *name);

struct iovec canned_greeting(void);
struct iovec canned_answer(const struct canned *s, const char *line);

/* For RETR of the big message: what sendfile() sends; -1: from memory. */
int canned_file(const struct canned *s);
off_t canned_file_end(const struct canned *s);

#endif
