/*
 * path.h - the one door to changes of a file system
 *
 * Every unlink, rename, link and mkdir of the project is in path.c.  Names are
 * single components below a directory descriptor where a peer could have
 * chosen them; symbolic links are never followed there.  With dirfd AT_FDCWD
 * a name is an administrator's path: slashes are allowed, and only its last
 * component may not be a link.
 *
 * Classes: ERR_NOTFOUND when the thing is not there, ERR_PERM when trying
 * again cannot help (kind, rights, EEXIST), else ERR_TEMP; errnum is kept.
 */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "lib/base/err.h"
#include "lib/base/span.h"

/* -1 with *e from errno: its class as above, "what name: reason". */
int path_fail(const char *what, const char *name, struct err *e);

/* One component: not empty, "." or "..", no '/', no NUL, at most 255. */
bool path_component(struct span name);

/* "dir/name"; out of size n.  0, or -1 when it does not fit. */
int path_join(char *out, size_t n, const char *dir, const char *name);

/* Directory or regular file below dirfd, O_NOFOLLOW | O_CLOEXEC |
 * O_NONBLOCK; -1 with *e when it is of another kind.  Here name may have
 * several components; none of them may be "..", empty or a link. */
int path_open_dir(int dirfd, const char *name, struct err *e);
int path_open_file(int dirfd, const char *name, struct err *e);

int path_unlink(int dirfd, const char *name, struct err *e);
int path_rename(int fromfd, const char *from, int tofd, const char *to,
    bool replace, struct err *e);	/* RENAME_NOREPLACE if !replace */
int path_mkdir(int dirfd, const char *name, mode_t mode, struct err *e);
int path_make_dirs(const char *path, mode_t mode,
    struct err *e);				/* mkdir -p */
int path_sync_dir(int dirfd, struct err *e);

/* All octets of s, through short writes and signals; 0, or -1 with errno. */
int path_write_all(int fd, struct span s);

/*
 * Replace dirfd/name as a whole: write name.new, fsync, rename, and (durable)
 * fsync the folder.  On any failure the old file stays and name.new is gone;
 * only when that last fsync fails is the new file in place already.  The mode
 * is exact (no umask).  Not for AT_FDCWD.
 */
int path_replace(int dirfd, const char *name, struct span content,
    mode_t mode, bool durable, struct err *e);

/*
 * The same without a sync, for what can be made anew and carries a checksum:
 * after a power cut the file may be there and not whole.
 */
int path_replace_cache(int dirfd, const char *name, struct span content,
    mode_t mode, struct err *e);

/*
 * Whole regular file into memory for the caller to free, NUL-terminated
 * behind its len octets; -1 (ERR_LIMIT) above max octets.  The path is an
 * administrator's, links in it are followed: certificates live behind them.
 */
int path_read(const char *path, size_t max, char **mem_r, size_t *len_r,
    struct err *e);

/*
 * The same for a secret: refused (ERR_CONFIG, with the chmod that repairs it)
 * when group or others may read or write it.
 */
int path_read_secret(const char *path, size_t max, char **mem_r,
    size_t *len_r, struct err *e);

#endif
