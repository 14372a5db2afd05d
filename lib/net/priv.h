/*
 * priv.h - the one door to giving up rights
 */
#ifndef NET_PRIV_H
#define NET_PRIV_H

#include <stdbool.h>
#include <sys/types.h>

#include "lib/base/err.h"

/* "name" of a passwd entry, or "1234" for uid = gid = 1234 without one. */
int priv_lookup(const char *user, uid_t *uid_r, gid_t *gid_r, struct err *e);

struct priv_want {
	const char *root;	/* chroot here first, or NULL */
	bool become;		/* change to uid, gid (only when root) */
	uid_t uid;
	gid_t gid;
	bool no_files;		/* RLIMIT_FSIZE 0 */
	bool no_processes;	/* RLIMIT_NPROC 0 (not for root) */
	bool may_gain;		/* programs it starts may gain rights by their
				 * set-id bits: no PR_SET_NO_NEW_PRIVS */
	unsigned max_fds;	/* RLIMIT_NOFILE up to the hard limit; 0: keep */
};

/*
 * In this order: limits (no core files), chroot, groups, gid, uid, checked by
 * trying to come back; empty capability sets; PR_SET_DUMPABLE 0;
 * PR_SET_NO_NEW_PRIVS unless may_gain.  -1: the caller must exit.  As an
 * ordinary user chroot and ids are skipped and the rest holds; root that does
 * not become another user keeps its capabilities.
 */
int priv_drop(const struct priv_want *want, struct err *e);

/*
 * Allow-list of system calls (seccomp filter) for the process that faces the
 * network: no open, no exec, no fork, no connect.  A forbidden call fails with
 * EPERM; with kill, it ends the process (tests).  -1 where the kernel has none.
 * Whatever opens files by itself (OpenSSL's configuration, time zones) must
 * have been used once before.
 */
int priv_sandbox_front(bool kill, struct err *e);

/* Raise the soft RLIMIT_NOFILE to at most want; returns what is in force. */
unsigned priv_raise_fds(unsigned want);

#endif
