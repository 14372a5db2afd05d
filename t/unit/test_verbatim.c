/*
 * test_verbatim.c - what drop says of lines is what it read
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/base/clock.h"

#include "pop3srvd/drop/verbatim.h"

#include "t/unit/unit.h"

#define MIB	((size_t)1 << 20)

static struct verbatim *v;
static char top[] = "/tmp/verbatim.XXXXXX";
static int dir;

static void
setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(top));
	dir = open(top, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_ge(dir, 0);
	v = verbatim_new();
	ck_assert_ptr_nonnull(v);
}

static void
teardown(void)
{
	char name[16];
	int i;

	verbatim_free(&v);
	ck_assert_ptr_null(v);
	for (i = 0; i < 3000; i++) {
		snprintf(name, sizeof(name), "%d", i);
		if (unlinkat(dir, name, 0) < 0)
			break;
	}
	close(dir);
	rmdir(top);
}

static int
file(int number, const void *p, size_t n)
{
	char name[16];
	int fd;

	snprintf(name, sizeof(name), "%d", number);
	fd = openat(dir, name, O_RDWR | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, p, n), (ssize_t)n);
	return fd;
}

/* As many wall milliseconds from now. */
static int64_t
in(int64_t ms)
{
	struct moment now;

	clock_read(&now);
	return now.wall + ms;
}

static uint64_t
found(int fd, uint64_t offset)
{
	struct msg_verbatim m = { .number = 7, .offset = offset,
	    .octets = 99 };
	struct stat st;

	verbatim_find(v, fd, in(5000), &m);
	ck_assert_int_eq(fstat(fd, &st), 0);
	ck_assert_uint_eq(m.number, 7);
	ck_assert_uint_eq(m.offset, offset);
	ck_assert_uint_eq(m.ino, st.st_ino);
	return m.octets;
}

static const struct {
	const char *holds, *in;
	uint64_t offset, octets;
} files[] = {
	{ "all that follows", "a\r\nb\r\nc\r\n", 3, 6 },
	{ "nothing where no line begins", "a\r\nb\r\nc\r\n", 4, 0 },
	{ "nor at the file's own beginning", "a\r\nb\r\n", 0, 0 },
	{ "nor at its end", "a\r\nb\r\n", 6, 0 },
	{ "nor behind it", "a\r\nb\r\n", 7, 0 },
	{ "up to a dot", "a\r\nb\r\n.\r\n", 3, 3 },
	{ "up to a bare LF", "a\r\nb\r\nc\nd\r\n", 3, 3 },
	{ "behind one, too", "a\nb\r\n", 2, 3 },
	{ "up to an open end", "a\r\nb\r\nc", 3, 3 },
	{ "not a dot at once", "a\r\n.b\r\nc\r\n", 3, 0 },
};

START_TEST(what_is_there)
{
	int fd = file(0, files[_i].in, strlen(files[_i].in)), i;

	for (i = 0; i < 2; i++)			/* remembered */
		ck_assert_msg(found(fd, files[_i].offset) == files[_i].octets,
		    "%s", files[_i].holds);
	close(fd);
}
END_TEST

/* n octets in lines of many lengths. */
static char *
text(size_t n)
{
	char *mem = malloc(n);
	size_t i, bol = 0;

	for (i = 0; i + 2 <= n; i++) {
		mem[i] = 'x';
		if (i - bol < bol % 131 && i + 4 < n)
			continue;
		memcpy(mem + i, "\r\n", 2);
		bol = i += 2;
		i--;
	}
	memcpy(mem + n - 2, "\r\n", 2);
	return mem;
}

START_TEST(a_mebibyte_at_a_time)
{
	size_t n = 3 * MIB + 12345;
	char *mem = text(n);
	int fd = file(0, mem, n), pieces = 0;
	uint64_t at = 2, octets;

	memcpy(mem, "\r\n", 2);
	ck_assert_int_eq(pwrite(fd, mem, 2, 0), 2);
	while (at < n) {
		octets = found(fd, at);
		ck_assert_uint_gt(octets, 0);
		ck_assert_uint_le(octets, MIB);
		at += octets;
		ck_assert_int_eq(mem[at - 1], '\n');
		pieces++;
	}
	ck_assert_int_eq(pieces, 4);
	/* and then all of it, from anywhere but the middle of a line */
	ck_assert_uint_eq(found(fd, 2), n - 2);
	for (at = MIB; mem[at - 1] != '\n'; at++)
		ck_assert_uint_eq(found(fd, at), 0);
	ck_assert_uint_eq(found(fd, at), n - at);
	free(mem);
	close(fd);
}
END_TEST

/* Harm on either side of every border that reading has. */
START_TEST(borders)
{
	static const size_t border[] = { 131072, 262144, MIB - 131072, MIB };
	size_t n = MIB + 300000, at = border[_i / 9] - 2 + (size_t)(_i % 9);
	char *mem = malloc(n);
	uint64_t sum = 3, octets;
	int fd;

	memset(mem, 'x', n);
	memcpy(mem, "x\r\n", 3);
	memcpy(mem + at, "\r\n.\r\n", 5);
	memcpy(mem + n - 2, "\r\n", 2);
	memcpy(mem + 1000, "\r\n", 2);
	memcpy(mem + at - 1000, "\r\n", 2);
	fd = file(0, mem, n);
	while ((octets = found(fd, sum)) > 0)
		sum += octets;
	/* one block or piece may be too short for the line in front of it */
	ck_assert(sum == at + 2 || sum == at - 998 || sum == 1002);
	if (at <= MIB - 131072)
		ck_assert_uint_le(sum, at + 2);
	free(mem);
	close(fd);
}
END_TEST

static void
touch(int fd, int64_t ns)
{
	struct stat st;
	struct timespec t[2];

	ck_assert_int_eq(fstat(fd, &st), 0);
	t[0] = t[1] = st.st_mtim;
	t[1].tv_nsec = (t[1].tv_nsec + (long)ns) % 1000000000;
	ck_assert_int_eq(futimens(fd, t), 0);
}

START_TEST(a_changed_file_is_read_anew)
{
	static const char good[] = "a\r\nbcd\r\nefg\r\n";
	static const char bad[] = "a\r\nbcd\r\n.fg\r\n";
	int fd = file(0, good, strlen(good));

	ck_assert_uint_eq(found(fd, 3), 10);
	ck_assert_int_eq(pwrite(fd, bad, strlen(bad), 0),
	    (ssize_t)strlen(bad));
	touch(fd, 1);
	ck_assert_uint_eq(found(fd, 3), 5);
	ck_assert_int_eq(pwrite(fd, good, strlen(good), 0),
	    (ssize_t)strlen(good));
	touch(fd, 1);
	ck_assert_uint_eq(found(fd, 3), 10);
	ck_assert_int_eq(pwrite(fd, "\r\n", 2, (off_t)strlen(good)), 2);
	touch(fd, 0);				/* but its length */
	ck_assert_uint_eq(found(fd, 3), 12);
	ck_assert_int_eq(ftruncate(fd, 6), 0);
	touch(fd, 0);
	ck_assert_uint_eq(found(fd, 3), 0);
	close(fd);
}
END_TEST

static const struct timespec times[][2] = {
	{ { 1, 0 }, { 1, 0 } }, { { 4000000000, 0 }, { 4000000000, 0 } }
};

START_TEST(who_changed_just_now_may_change_again)
{
	static const char good[] = "a\r\nbcd\r\n";
	struct msg_verbatim m = { .number = 1, .offset = 3 };
	int fd = file(0, good, strlen(good));

	verbatim_find(v, fd, in(0), &m);
	ck_assert_uint_eq(m.octets, 0);
	verbatim_find(v, fd, in(-3600000), &m);	/* the clock was set back */
	ck_assert_uint_eq(m.octets, 0);
	verbatim_find(v, fd, in(1500), &m);
	ck_assert_uint_eq(m.octets, 5);
	verbatim_find(v, fd, in(0), &m);
	ck_assert_uint_eq(m.octets, 0);
	/* whatever it says itself */
	ck_assert_int_eq(futimens(fd, times[_i]), 0);
	verbatim_find(v, fd, in(500), &m);
	ck_assert_uint_eq(m.octets, 0);
	verbatim_find(v, fd, in(1500), &m);
	ck_assert_uint_eq(m.octets, _i == 0 ? 5 : 0);
	close(fd);
}
END_TEST

/* More files than are remembered: each is asked for again. */
START_TEST(no_file_is_taken_for_another)
{
	char line[64];
	int fd, i, n, round;

	for (round = 0; round < 2; round++)
		for (i = 0; i < 2500; i++) {
			n = snprintf(line, sizeof(line), "\r\n%0*d\r\n",
			    1 + i % 30, 0);
			fd = file(i, line, (size_t)n);
			ck_assert_uint_eq(found(fd, 2), (uint64_t)n - 2);
			close(fd);
		}
}
END_TEST

START_TEST(no_file_at_all)
{
	struct msg_verbatim m = { .number = 1, .offset = 3, .octets = 1 };

	verbatim_find(v, -1, in(0), &m);
	ck_assert_uint_eq(m.octets, 0);
	ck_assert_uint_eq(found(dir, 3), 0);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	UNIT_ROWS(tc, what_is_there, files);
	tcase_add_test(tc, a_mebibyte_at_a_time);
	tcase_add_loop_test(tc, borders, 0, 36);
	tcase_add_test(tc, a_changed_file_is_read_anew);
	UNIT_ROWS(tc, who_changed_just_now_may_change_again, times);
	tcase_add_test(tc, no_file_is_taken_for_another);
	tcase_add_test(tc, no_file_at_all);
}

UNIT_MAIN("verbatim", add)
