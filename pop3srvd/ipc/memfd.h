/*
 * memfd.h - octets too many for a frame: a sealed memory file
 */
#ifndef IPC_MEMFD_H
#define IPC_MEMFD_H

#include <stddef.h>

#include "lib/base/err.h"
#include "lib/base/span.h"

/* A memory file with these octets, sealed against every change; or -1. */
int memfd_write(const char *name, struct span content, struct err *e);

/* Map it for reading after checking that it is sealed (so that it can neither
 * shrink nor change below us) and at most max octets; closes fd. */
const void *memfd_map(int fd, size_t max, size_t *len_r, struct err *e);
void memfd_unmap(const void *mem, size_t len);

/* Read and copy instead (for secrets: caller wipes and frees); closes fd. */
int memfd_read(int fd, size_t max, char **mem_r, size_t *len_r,
    struct err *e);

#endif
