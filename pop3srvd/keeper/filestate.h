/*
 * filestate.h - what tells one state of a file from another unread
 */
#ifndef KEEPER_FILESTATE_H
#define KEEPER_FILESTATE_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct filestate {		/* all 0: there is no such file */
	uint64_t dev, ino;
	int64_t size;
	struct timespec mtime;
};

void filestate_look(const char *path, struct filestate *s_r);
bool filestate_same(const struct filestate *a, const struct filestate *b);

#endif
