/*
 * test_listen.c - binding, accepting, and what accept() may say instead
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/net/listen.h"

#include "t/unit/unit.h"

#define PORT	21100

/* The linker sends accept4() here, so that it can fail on demand. */
int __real_accept4(int, struct sockaddr *, socklen_t *, int);
int __wrap_accept4(int, struct sockaddr *, socklen_t *, int);

static struct {
	int errnum;		/* fail so ... */
	int times;		/* ... so often */
	int calls;
} fault;

int
__wrap_accept4(int fd, struct sockaddr *sa, socklen_t *len, int flags)
{
	fault.calls++;
	if (fault.times > 0) {
		fault.times--;
		errno = fault.errnum;
		return -1;
	}
	return __real_accept4(fd, sa, len, flags);
}

/*
 * And bind(): "every address of this host" becomes loopback, so that a test
 * machine is never open to others.  An IPv6 socket can be bound to a mapped
 * IPv4 address only when it serves both families.
 */
int __real_bind(int, const struct sockaddr *, socklen_t);
int __wrap_bind(int, const struct sockaddr *, socklen_t);

static bool no_ipv6;
static int any_v4, any_v6;

int
__wrap_bind(int fd, const struct sockaddr *sa, socklen_t len)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		if (no_ipv6) {
			errno = EADDRNOTAVAIL;
			return -1;
		}
		if (IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr)) {
			any_v6++;
			inet_pton(AF_INET6, "::ffff:127.0.0.1", &v6.sin6_addr);
		}
		return __real_bind(fd, (struct sockaddr *)&v6, len);
	}
	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		if (v4.sin_addr.s_addr == htonl(INADDR_ANY)) {
			any_v4++;
			v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		}
		return __real_bind(fd, (struct sockaddr *)&v4, len);
	}
	return __real_bind(fd, sa, len);
}

static struct loop *l;
static struct listener *ln;
static int taken[200], n_taken;
static struct addr last_peer;
static bool suicide;
static int exhausted_calls;
static bool exhausted_answer;

static void
take(int fd, const struct addr *peer, void *arg)
{
	ck_assert_ptr_eq(arg, &n_taken);
	ck_assert_int_lt(n_taken, COUNT(taken));
	taken[n_taken++] = fd;
	last_peer = *peer;
	if (suicide)
		listener_free(&ln);
	loop_stop(l);
}

static bool
exhausted(void *arg)
{
	ck_assert_ptr_eq(arg, &n_taken);
	exhausted_calls++;
	return exhausted_answer;
}

static void
serve(int fd)
{
	struct err e;

	ck_assert_int_ge(fd, 0);
	l = loop_new(&e);
	ck_assert_ptr_nonnull(l);
	ln = listener_new(l, fd, take, &n_taken);
	ck_assert_ptr_nonnull(ln);
	listener_on_exhausted(ln, exhausted);
}

static void
stop_due(struct loop *loop, struct timer *t)
{
	(void)t;
	loop_stop(loop);
}

/* Until a connection is taken, but for ms at most. */
static void
run_for(int64_t ms)
{
	struct timer t = { .due = stop_due };
	struct err e;

	ck_assert_int_eq(timer_after(l, &t, ms), 0);
	ck_assert_int_eq(loop_run(l, &e), 0);
	timer_stop(l, &t);
}

static int
port_fd(const char *address, uint16_t port)
{
	struct err e;
	int fd = listen_tcp(address, port, &e);

	ck_assert_msg(fd >= 0, "%s", e.text);
	return fd;
}

static int
call(const char *address, uint16_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	bool six = inet_pton(AF_INET, address, &v4.sin_addr) != 1;
	int fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0), r;

	v4.sin_port = v6.sin6_port = htons(port);
	if (six) {
		ck_assert_int_eq(inet_pton(AF_INET6, address, &v6.sin6_addr),
		    1);
		r = connect(fd, (struct sockaddr *)&v6, sizeof(v6));
	} else {
		r = connect(fd, (struct sockaddr *)&v4, sizeof(v4));
	}
	if (r == 0)
		return fd;
	close(fd);
	return -1;
}

static void
finish(void)
{
	while (n_taken > 0)
		close(taken[--n_taken]);
	listener_free(&ln);
	ck_assert_uint_eq(loop_watches(l), 0);
	loop_free(&l);
}

static const struct {
	const char *listen, *call, *peer;
} places[] = {
	{ "127.0.0.1", "127.0.0.1", "127.0.0.1" },
	{ "::1", "::1", "::1" },
};

START_TEST(a_peer_is_taken)
{
	char text[ADDR_TEXT];
	int fd;

	serve(port_fd(places[_i].listen, PORT));
	fd = call(places[_i].call, PORT);
	ck_assert_int_ge(fd, 0);
	run_for(2000);
	ck_assert_int_eq(n_taken, 1);
	ck_assert_str_eq(addr_text(&last_peer, text), places[_i].peer);
	ck_assert_uint_ne(last_peer.port, 0);
	ck_assert_int_eq(fcntl(taken[0], F_GETFD), FD_CLOEXEC);
	ck_assert_int_ne(fcntl(taken[0], F_GETFL) & O_NONBLOCK, 0);
	close(fd);
	finish();
}
END_TEST

static int
option(int fd, int level, int name)
{
	int v = -1;
	socklen_t len = sizeof(v);

	ck_assert_int_eq(getsockopt(fd, level, name, &v, &len), 0);
	return v;
}

/* Of the listening socket, so that no connection has to be given its own. */
START_TEST(what_is_taken_has_its_options)
{
	int fd;

	serve(port_fd("127.0.0.1", PORT));
	ck_assert_int_ge(fd = call("127.0.0.1", PORT), 0);
	run_for(2000);
	ck_assert_int_eq(n_taken, 1);
	ck_assert_int_ne(option(taken[0], IPPROTO_TCP, TCP_NODELAY), 0);
	ck_assert_int_ne(option(taken[0], SOL_SOCKET, SO_KEEPALIVE), 0);
	ck_assert_int_eq(option(taken[0], IPPROTO_TCP, TCP_USER_TIMEOUT),
	    120000);
	ck_assert_int_eq(option(taken[0], IPPROTO_TCP, TCP_KEEPIDLE), 120);
	close(fd);
	finish();
}
END_TEST

START_TEST(a_star_means_both_families)
{
	char text[ADDR_TEXT];
	int fd;

	no_ipv6 = _i == 1;
	serve(port_fd("*", PORT));
	ck_assert_int_eq(any_v6, !no_ipv6);
	ck_assert_int_eq(any_v4, no_ipv6);
	ck_assert_int_ge(fd = call("127.0.0.1", PORT), 0);
	run_for(2000);
	ck_assert_int_eq(n_taken, 1);
	ck_assert_str_eq(addr_text(&last_peer, text), "127.0.0.1");
	close(fd);
	finish();
}
END_TEST

static const struct {
	const char *address, *says;
} faults[] = {
	{ "127.0.0.1", "listen on 127.0.0.1 port 21102 (another program "
	    "serves this port): Address already in use" },
	{ "192.0.2.1", "listen on 192.0.2.1 port 21102 (no interface has "
	    "this address): Cannot assign requested address" },
	{ "localhost", "localhost" },
	{ "", "" },
};

START_TEST(a_fault_names_address_port_and_reason)
{
	struct err e = { 0 };
	int fd = port_fd("127.0.0.1", 21102);

	ck_assert_int_eq(listen_tcp(faults[_i].address, 21102, &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_msg(strstr(e.text, faults[_i].says) != NULL, "%s", e.text);
	close(fd);
}
END_TEST

START_TEST(at_most_64_a_turn)
{
	int fd[80], i;

	serve(port_fd("127.0.0.1", PORT));
	for (i = 0; i < 80; i++)
		ck_assert_int_ge(fd[i] = call("127.0.0.1", PORT), 0);
	run_for(2000);
	ck_assert_int_eq(n_taken, 64);
	run_for(2000);
	ck_assert_int_eq(n_taken, 80);
	for (i = 0; i < 80; i++)
		close(fd[i]);
	finish();
}
END_TEST

START_TEST(paused_it_takes_nobody)
{
	int fd;

	serve(port_fd("127.0.0.1", PORT));
	listener_pause(ln, true);
	fd = call("127.0.0.1", PORT);
	run_for(30);
	ck_assert_int_eq(n_taken, 0);
	listener_pause(ln, false);
	run_for(2000);
	ck_assert_int_eq(n_taken, 1);
	close(fd);
	finish();
}
END_TEST

START_TEST(freed_by_its_own_callback)
{
	int a, b;

	serve(port_fd("127.0.0.1", PORT));
	suicide = true;
	a = call("127.0.0.1", PORT);
	b = call("127.0.0.1", PORT);
	run_for(2000);
	ck_assert_int_eq(n_taken, 1);
	close(a);
	close(b);
	finish();
}
END_TEST

static const int harmless[] = { EINTR, ECONNABORTED, ECONNRESET, EPROTO,
    ENETDOWN, ENETUNREACH, EHOSTDOWN, EHOSTUNREACH, ENOPROTOOPT, EOPNOTSUPP,
    ENONET, EPERM, ENOTCONN };

START_TEST(a_harmless_fault_costs_nothing)
{
	int64_t start;
	int fd;

	serve(port_fd("127.0.0.1", PORT));
	fd = call("127.0.0.1", PORT);
	fault.errnum = harmless[_i];
	fault.times = 3;
	start = loop_time(l)->mono;
	run_for(2000);
	ck_assert_int_eq(n_taken, 1);
	ck_assert_uint_eq(loop_turn(l), 1);
	ck_assert_int_lt(loop_time(l)->mono - start, 90);
	close(fd);
	finish();
}
END_TEST

/* Not even a bug of ours ends the listener or makes it spin. */
static const int strange[] = { EBADF, EINVAL, ENOTSOCK, EFAULT, EIO, 9999 };

START_TEST(a_strange_fault_is_tried_again_later)
{
	int64_t start;
	int fd;

	serve(port_fd("127.0.0.1", PORT));
	fd = call("127.0.0.1", PORT);
	fault.errnum = strange[_i];
	fault.times = 2;
	start = loop_time(l)->mono;
	run_for(5000);
	ck_assert_int_eq(n_taken, 1);
	ck_assert_int_ge(loop_time(l)->mono - start, 200);
	ck_assert_uint_le(loop_turn(l), 8);
	ck_assert_int_le(fault.calls, 4);
	close(fd);
	finish();
}
END_TEST

START_TEST(a_dead_socket_does_not_spin)
{
	int fd = port_fd("127.0.0.1", PORT);

	serve(fd);
	shutdown(fd, SHUT_RDWR);
	run_for(250);
	ck_assert_uint_le(loop_turn(l), 10);
	finish();
}
END_TEST

static const int shortages[] = { EMFILE, ENFILE, ENOBUFS, ENOMEM };

START_TEST(the_owner_may_make_room)
{
	int64_t start;
	int fd;

	serve(port_fd("127.0.0.1", PORT));
	fd = call("127.0.0.1", PORT);
	fault.errnum = shortages[_i];
	fault.times = 1;
	exhausted_answer = true;
	start = loop_time(l)->mono;
	run_for(2000);
	ck_assert_int_eq(exhausted_calls, 1);
	ck_assert_int_eq(n_taken, 1);
	ck_assert_int_lt(loop_time(l)->mono - start, 90);
	close(fd);
	finish();
}
END_TEST

/* An owner that always claims to have made room cannot hold the loop. */
START_TEST(a_lying_owner_does_not_hold_the_loop)
{
	int fd;

	serve(port_fd("127.0.0.1", PORT));
	fd = call("127.0.0.1", PORT);
	fault.errnum = EMFILE;
	fault.times = 1000000;
	exhausted_answer = true;
	run_for(20);
	ck_assert_int_eq(n_taken, 0);
	ck_assert_int_le(exhausted_calls, 64 * (int)loop_turn(l));
	close(fd);
	finish();
}
END_TEST

/* The real thing: no descriptor left, the reserve answers the first peer. */
START_TEST(without_descriptors_one_is_told_and_the_rest_wait)
{
	struct rlimit old, now;
	char text[64];
	int fd[3], i, turns;
	ssize_t n;

	serve(port_fd("127.0.0.1", PORT));
	for (i = 0; i < 3; i++)
		fd[i] = call("127.0.0.1", PORT);
	ck_assert_int_eq(getrlimit(RLIMIT_NOFILE, &old), 0);
	now.rlim_cur = (rlim_t)fd[2] + 1;
	now.rlim_max = old.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &now), 0);
	run_for(50);
	ck_assert_int_eq(n_taken, 0);
	ck_assert_int_eq(exhausted_calls, 1);
	turns = (int)loop_turn(l);
	ck_assert_int_le(turns, 6);
	n = recv(fd[0], text, sizeof(text), 0);
	ck_assert_int_eq(n, 29);
	ck_assert_int_eq(memcmp(text, "-ERR [SYS/TEMP] server busy\r\n", 29),
	    0);
	ck_assert_int_eq(recv(fd[0], text, sizeof(text), 0), 0);
	setrlimit(RLIMIT_NOFILE, &old);
	run_for(2000);
	ck_assert_int_eq(n_taken, 2);
	for (i = 0; i < 3; i++)
		close(fd[i]);
	finish();
}
END_TEST

static char dir[64], sock_path[100];

static void
unix_place(void)
{
	strcpy(dir, "/tmp/test_listen.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(sock_path, sizeof(sock_path), "%s/control", dir);
}

static void
unix_clean(void)
{
	unlink(sock_path);
	ck_assert_int_eq(rmdir(dir), 0);	/* nothing else is left */
}

static int
unix_call(void)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(un.sun_path, sock_path);
	if (connect(fd, (struct sockaddr *)&un, sizeof(un)) == 0)
		return fd;
	close(fd);
	return -1;
}

START_TEST(a_unix_socket_has_its_mode_and_serves)
{
	static const unsigned modes[] = { 0600, 0660, 0666 };
	struct stat st;
	struct err e;
	int fd;

	unix_place();
	umask(_i == 0 ? 0 : 077);
	serve(listen_unix(sock_path, modes[_i], &e));
	ck_assert_int_eq(umask(022), _i == 0 ? 0 : 077);
	ck_assert_int_eq(lstat(sock_path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, modes[_i]);
	ck_assert_int_ge(fd = unix_call(), 0);
	run_for(2000);
	ck_assert_int_eq(n_taken, 1);
	ck_assert(last_peer.local);
	close(fd);
	finish();
	unix_clean();
}
END_TEST

START_TEST(a_live_unix_socket_is_respected)
{
	struct err e;
	int fd, c;

	unix_place();
	ck_assert_int_ge(fd = listen_unix(sock_path, 0600, &e), 0);
	ck_assert_int_eq(listen_unix(sock_path, 0600, &e), -1);
	ck_assert_int_eq(e.class, ERR_BUSY);
	ck_assert_ptr_nonnull(strstr(e.text, "already served"));
	ck_assert_int_ge(c = unix_call(), 0);
	close(c);
	close(fd);
	unix_clean();
}
END_TEST

START_TEST(a_stale_unix_socket_is_replaced)
{
	struct err e;
	int fd, c;

	unix_place();
	ck_assert_int_ge(fd = listen_unix(sock_path, 0600, &e), 0);
	close(fd);
	ck_assert_int_eq(unix_call(), -1);
	ck_assert_int_ge(fd = listen_unix(sock_path, 0600, &e), 0);
	ck_assert_int_ge(c = unix_call(), 0);
	close(c);
	close(fd);
	unix_clean();
}
END_TEST

/* S-42: whatever stands in the way stays as it is. */
START_TEST(another_kind_of_file_is_refused)
{
	char target[100];
	struct stat st;
	struct err e;

	unix_place();
	snprintf(target, sizeof(target), "%s/target", dir);
	if (_i == 0)
		close(open(sock_path, O_CREAT | O_WRONLY, 0600));
	else if (_i == 1)
		ck_assert_int_eq(mkfifo(sock_path, 0600), 0);
	else
		ck_assert_int_eq(symlink(target, sock_path), 0);
	ck_assert_int_eq(listen_unix(sock_path, 0600, &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_int_eq(lstat(sock_path, &st), 0);
	ck_assert(!S_ISSOCK(st.st_mode));
	ck_assert_int_eq(lstat(target, &st), -1);
	unix_clean();
}
END_TEST

START_TEST(a_unix_path_has_a_longest_length)
{
	char longest[200];
	struct err e;

	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "/tmp/", 5);
	longest[104] = '\0';
	ck_assert_int_eq(listen_unix(longest, 0600, &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_ptr_nonnull(strstr(e.text, "longer than 103"));
}
END_TEST

START_TEST(no_folder_no_socket)
{
	struct err e;

	ck_assert_int_eq(listen_unix("/nowhere/at/all", 0600, &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_int_eq(e.errnum, ENOENT);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, a_peer_is_taken, places);
	tcase_add_test(tc, what_is_taken_has_its_options);
	tcase_add_loop_test(tc, a_star_means_both_families, 0, 2);
	UNIT_ROWS(tc, a_fault_names_address_port_and_reason, faults);
	tcase_add_test(tc, at_most_64_a_turn);
	tcase_add_test(tc, paused_it_takes_nobody);
	tcase_add_test(tc, freed_by_its_own_callback);
	UNIT_ROWS(tc, a_harmless_fault_costs_nothing, harmless);
	UNIT_ROWS(tc, a_strange_fault_is_tried_again_later, strange);
	tcase_add_test(tc, a_dead_socket_does_not_spin);
	UNIT_ROWS(tc, the_owner_may_make_room, shortages);
	tcase_add_test(tc, a_lying_owner_does_not_hold_the_loop);
	tcase_add_test(tc,
	    without_descriptors_one_is_told_and_the_rest_wait);
	tcase_add_loop_test(tc, a_unix_socket_has_its_mode_and_serves, 0, 3);
	tcase_add_test(tc, a_live_unix_socket_is_respected);
	tcase_add_test(tc, a_stale_unix_socket_is_replaced);
	tcase_add_loop_test(tc, another_kind_of_file_is_refused, 0, 3);
	tcase_add_test(tc, a_unix_path_has_a_longest_length);
	tcase_add_test(tc, no_folder_no_socket);
}

UNIT_MAIN("listen", add)
