/*
 * nofsync.c - a shim (LD_PRELOAD) for which everything is on the disk at once
 *
 * With it our programs promise what they have not done.  The power cuts must
 * find that out, or they find out nothing.
 */
#include <unistd.h>

int
fsync(int fd)
{
	(void)fd;
	return 0;
}

int
fdatasync(int fd)
{
	(void)fd;
	return 0;
}
