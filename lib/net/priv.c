/*
 * priv.c - the one door to giving up rights
 *
 * What is given up must be gone: each step is checked by trying to come back
 * or by asking the kernel, and a caller that gets -1 must exit.
 */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/num.h"

#include "lib/net/priv.h"

#define ENTRY_OCTETS	16384	/* of a passwd entry */
#define CAP_MAX		63

/* The search for leaks at the end starts a thread that traces this one. */
#ifdef SANITIZED
#define TRACEABLE	1
#else
#define TRACEABLE	0
#endif

int
priv_lookup(const char *user, uid_t *uid_r, gid_t *gid_r, struct err *e)
{
	char mem[ENTRY_OCTETS];
	struct passwd pw, *found = NULL;
	uint64_t number;
	int r = getpwnam_r(user, &pw, mem, sizeof(mem), &found);

	if (found != NULL) {
		*uid_r = pw.pw_uid;
		*gid_r = pw.pw_gid;
		return 0;
	}
	/* (uid_t)-1 means "leave as it is" to the kernel. */
	if (num_u64(span_of(user), UINT32_MAX - 1, &number) == 0) {
		*uid_r = (uid_t)number;
		*gid_r = (gid_t)number;
		return 0;
	}
	if (r != 0 && r != ENOENT) {
		errno = r;
		return err_sys(e, ERR_TEMP, "look up user \"%.100s\"", user);
	}
	return err_set(e, ERR_CONFIG, "no user \"%.100s\"; make one: useradd "
	    "--system --no-create-home %.100s", user, user);
}

static int
limit(__rlimit_resource_t what, const char *name, rlim_t value, struct err *e)
{
	struct rlimit r = { value, value };

	if (setrlimit(what, &r) < 0)
		return err_sys(e, ERR_PERM, "limit %s to %llu", name,
		    (unsigned long long)value);
	return 0;
}

unsigned
priv_raise_fds(unsigned want)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return 0;
	if (r.rlim_cur < want) {
		rlim_t old = r.rlim_cur;

		r.rlim_cur = want < r.rlim_max ? want : r.rlim_max;
		if (setrlimit(RLIMIT_NOFILE, &r) < 0)
			r.rlim_cur = old;
	}
	return r.rlim_cur > UINT32_MAX ? UINT32_MAX : (unsigned)r.rlim_cur;
}

/* Both limits, soft and hard, so that nobody comes back. */
static int
limit_fds(unsigned max, struct err *e)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) < 0)
		return err_sys(e, ERR_PERM, "limit of descriptors");
	return limit(RLIMIT_NOFILE, "descriptors",
	    max < r.rlim_max ? max : r.rlim_max, e);
}

static int
set_limits(const struct priv_want *want, struct err *e)
{
	/* A core file would hold passwords and mail. */
	if (limit(RLIMIT_CORE, "core files", 0, e) < 0 ||
	    (want->no_files && limit(RLIMIT_FSIZE, "files", 0, e) < 0))
		return -1;
	/* A write that should not be is an error, not the end. */
	if (want->no_files)
		(void)signal(SIGXFSZ, SIG_IGN);
	return want->max_fds > 0 ? limit_fds(want->max_fds, e) : 0;
}

/* The kernel does not count root's processes, so this is for the new user and
 * must not fail the change to it: it comes after. */
static int
limit_processes(const struct priv_want *want, struct err *e)
{
	if (!want->no_processes || geteuid() == 0 || TRACEABLE)
		return 0;
	return limit(RLIMIT_NPROC, "processes", 0, e);
}

static int
change_root(const char *root, struct err *e)
{
	if (root == NULL || geteuid() != 0)
		return 0;
	if (chroot(root) < 0 || chdir("/") < 0)
		return err_sys(e, ERR_PERM, "enter the empty root %s", root);
	return 0;
}

/* What exec could gain: needs CAP_SETPCAP, so it goes before the ids. */
static int
drop_bounding_set(struct err *e)
{
	int cap;

	for (cap = 0; cap <= CAP_MAX; cap++)
		if (prctl(PR_CAPBSET_READ, cap) == 1 &&
		    prctl(PR_CAPBSET_DROP, cap) < 0)
			return err_sys(e, ERR_PERM, "drop capability %d", cap);
	return 0;
}

static int
change_ids(uid_t uid, gid_t gid, struct err *e)
{
	uid_t u[3];
	gid_t g[3];

	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(uid, uid, uid) < 0)
		return err_sys(e, ERR_PERM, "become uid %u, gid %u",
		    (unsigned)uid, (unsigned)gid);
	if (getresuid(&u[0], &u[1], &u[2]) < 0 ||
	    getresgid(&g[0], &g[1], &g[2]) < 0 ||
	    u[0] != uid || u[1] != uid || u[2] != uid ||
	    g[0] != gid || g[1] != gid || g[2] != gid ||
	    getgroups(0, NULL) != 0)
		return err_set(e, ERR_BUG, "uid %u, gid %u is not what we "
		    "became", (unsigned)uid, (unsigned)gid);
	return 0;
}

static int
drop_capabilities(struct err *e)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2] = { 0 };

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &head, none) < 0)
		return err_sys(e, ERR_PERM, "drop all capabilities");
	return 0;
}

/* Try to come back. */
static int
check_gone(const struct priv_want *want, struct err *e)
{
	if (want->uid != 0 && (setuid(0) == 0 || seteuid(0) == 0))
		return err_set(e, ERR_BUG, "root can be had back");
	if (want->gid != 0 && (setgid(0) == 0 || setegid(0) == 0))
		return err_set(e, ERR_BUG, "group 0 can be had back");
	return 0;
}

/* Root stays root with its rights when it is not told to become another. */
static int
change_user(const struct priv_want *want, struct err *e)
{
	if (geteuid() != 0)
		return drop_capabilities(e);
	if (!want->become)
		return 0;
	if (drop_bounding_set(e) < 0 ||
	    change_ids(want->uid, want->gid, e) < 0 ||
	    drop_capabilities(e) < 0)
		return -1;
	return check_gone(want, e);
}

int
priv_drop(const struct priv_want *want, struct err *e)
{
	int death_signal = 0;

	/* A change of ids forgets it. */
	(void)prctl(PR_GET_PDEATHSIG, &death_signal);
	if (set_limits(want, e) < 0 || change_root(want->root, e) < 0 ||
	    change_user(want, e) < 0 || limit_processes(want, e) < 0)
		return -1;
	if (prctl(PR_SET_DUMPABLE, TRACEABLE) < 0 ||
	    (!want->may_gain &&
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) ||
	    prctl(PR_SET_PDEATHSIG, death_signal) < 0)
		return err_sys(e, ERR_PERM, "no new privileges");
	return 0;
}
