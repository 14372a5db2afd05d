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

/*
 * A memory file of zeros to write to, which outlives whoever maps it; or -1.
 * Its length is fixed.  memfd_map_kept() checks that, closes fd and maps it
 * for reading and writing: what is in there may come from anybody who ever
 * held it.
 */
int memfd_kept(const char *name, size_t octets, struct err *e);
void *memfd_map_kept(int fd, size_t max, size_t *len_r, struct err *e);

/* Read and copy instead (for secrets: caller wipes and frees); closes fd. */
int memfd_read(int fd, size_t max, char **mem_r, size_t *len_r,
    struct err *e);

#endif
