/*
 * child.h - the one door to fork and exec
 */
#ifndef NET_CHILD_H
#define NET_CHILD_H

#include <sys/types.h>

#include "lib/base/err.h"

/*
 * Start path with arguments argv (argv[0] is the name, NULL ends), a minimal
 * fixed environment, default signals, and fds[i] as descriptor 3 + i (64 at
 * most); all other descriptors but 0-2 are closed.  The child is killed when
 * its parent dies (PR_SET_PDEATHSIG).  Returns the pid, or -1 (also when exec
 * itself fails: ERR_CONFIG naming path).
 */
pid_t child_start(const char *path, char *const argv[], const int *fds,
    size_t n_fds, struct err *e);

/*
 * The same with descriptors of its own as 0, 1 and 2, and as the first of a
 * process group, so that kill(-pid, …) reaches what it started.
 */
pid_t child_start_std(const char *path, char *const argv[], const int std[3],
    const int *fds, size_t n_fds, struct err *e);

/* Reap one ended child: its pid and status, or 0 when none has ended. */
pid_t child_reap(int *status_r);

/* "exit status 3", "signal 9 (Killed)". */
const char *child_status_text(int status, char out[48]);

/*
 * Become a daemon: fork, new session, 0 and 1 on /dev/null.  The first process
 * stays until child_ready(), then exits with exit_code; it exits with that of
 * the daemon, or EX_SOFTWARE, when the daemon ends before.  child_ready() with
 * 0 also turns 2 to /dev/null.
 */
int child_daemonize(int *ready_fd_r, struct err *e);
void child_ready(int ready_fd, int exit_code);

#endif
