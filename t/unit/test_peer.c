/*
 * test_peer.c - who is at the other end, and the service manager's protocols
 */
#include <errno.h>
#include <grp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/net/notify.h"
#include "lib/net/peer.h"

#include "t/unit/unit.h"

START_TEST(a_unix_peer_is_known)
{
	struct peer_cred c;
	gid_t groups[64], mine[64];
	int fds[2], n = getgroups(64, mine);

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	ck_assert_int_eq(peer_cred(fds[0], &c), 0);
	ck_assert_uint_eq(c.uid, geteuid());
	ck_assert_uint_eq(c.gid, getegid());
	ck_assert_int_eq(c.pid, getpid());
	ck_assert_int_eq(peer_groups(fds[0], groups, 64), n);
	ck_assert_mem_eq(groups, mine, (size_t)n * sizeof(gid_t));
	if (n > 0)
		ck_assert_int_eq(peer_groups(fds[0], groups, n - 1), -1);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

START_TEST(others_have_none)
{
	struct peer_cred c;
	gid_t groups[4];
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(peer_cred(fds[0], &c), -1);
	ck_assert_int_eq(peer_groups(fds[0], groups, 4), -1);
	ck_assert_int_eq(peer_cred(-1, &c), -1);
	ck_assert_int_eq(peer_groups(-1, groups, 4), -1);
	close(fds[0]);
	close(fds[1]);
}
END_TEST

/* A manager that listens under an abstract name or a path. */
static int
manager(const char *name)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	size_t n = strlen(name);

	memcpy(un.sun_path, name, n);
	if (name[0] == '@')
		un.sun_path[0] = '\0';
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&un,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)), 0);
	setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

START_TEST(the_manager_hears_us)
{
	char name[64], text[256];
	long long usec;
	ssize_t n;
	int fd;

	snprintf(name, sizeof(name), _i == 0 ? "@test_peer.%d" :
	    "/tmp/test_peer.%d", (int)getpid());
	fd = manager(name);
	notify_send("READY=1");
	n = recv(fd, text, sizeof(text), MSG_DONTWAIT);
	ck_assert_int_eq(n, 7);
	ck_assert_int_eq(memcmp(text, "READY=1", 7), 0);
	notify_send("RELOADING=1");
	n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	ck_assert_int_eq(sscanf(text, "RELOADING=1\nMONOTONIC_USEC=%lld",
	    &usec), 1);
	ck_assert_int_gt(usec, 0);
	close(fd);
	if (_i == 1)
		unlink(name);
	notify_send("STOPPING=1");	/* nobody there: no harm */
}
END_TEST

static const char *const no_manager[] = { NULL, "", "x", "/", "@",
    "relative/path" };

START_TEST(without_a_manager_it_is_quiet)
{
	char longest[300];
	int before = dup(0), after;

	close(before);
	memset(longest, 'x', sizeof(longest));
	longest[0] = '/';
	longest[299] = '\0';
	if (no_manager[_i] == NULL)
		setenv("NOTIFY_SOCKET", longest, 1);
	else
		setenv("NOTIFY_SOCKET", no_manager[_i], 1);
	notify_send("READY=1");
	unsetenv("NOTIFY_SOCKET");
	notify_send("READY=1");
	after = dup(0);
	ck_assert_int_eq(after, before);	/* and leaks nothing */
	close(after);
}
END_TEST

static const struct {
	const char *pid, *fds;
	int n;
} inherited[] = {
	{ "own", "2", 2 },
	{ "own", "0", 0 },
	{ "1", "2", 0 },
	{ "own", NULL, 0 },
	{ NULL, "2", 0 },
	{ "own", "-1", 0 },
	{ "own", "9999", 0 },
	{ "own", "2x", 0 },
	{ "x", "2", 0 },
};

START_TEST(inherited_sockets_are_counted)
{
	char pid[16];

	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	unsetenv("LISTEN_PID");
	unsetenv("LISTEN_FDS");
	if (inherited[_i].pid != NULL)
		setenv("LISTEN_PID", strcmp(inherited[_i].pid, "own") == 0 ?
		    pid : inherited[_i].pid, 1);
	if (inherited[_i].fds != NULL)
		setenv("LISTEN_FDS", inherited[_i].fds, 1);
	ck_assert_int_eq(notify_listen_fds(), inherited[_i].n);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, a_unix_peer_is_known);
	tcase_add_test(tc, others_have_none);
	tcase_add_loop_test(tc, the_manager_hears_us, 0, 2);
	UNIT_ROWS(tc, without_a_manager_it_is_quiet, no_manager);
	UNIT_ROWS(tc, inherited_sockets_are_counted, inherited);
}

UNIT_MAIN("peer", add)
