/*
 * test_memfd.c - sealed memory files, and certificates that travel in one
 */
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pop3srvd/ipc/certs.h"
#include "pop3srvd/ipc/memfd.h"

#include "t/unit/unit.h"

START_TEST(comes_out_as_it_went_in)
{
	struct span in = span_mem("a\0b", 3);
	struct err e;
	const char *mem;
	size_t len = 0;

	mem = memfd_map(memfd_write("t", in, &e), 3, &len, &e);
	ck_assert_ptr_nonnull(mem);
	ck_assert_uint_eq(len, 3);
	ck_assert_int_eq(memcmp(mem, "a\0b", 3), 0);
	memfd_unmap(mem, len);
}
END_TEST

START_TEST(empty_is_fine)
{
	struct err e;
	const char *mem;
	size_t len = 1;

	mem = memfd_map(memfd_write("t", span_of(""), &e), 0, &len, &e);
	ck_assert_ptr_nonnull(mem);
	ck_assert_uint_eq(len, 0);
	memfd_unmap(mem, len);
}
END_TEST

START_TEST(a_copy_is_the_same)
{
	struct err e;
	char *mem = NULL;
	size_t len = 0;
	int fd = memfd_write("t", span_of("secret"), &e);

	/* the sender may have moved the offset */
	ck_assert_int_eq(lseek(fd, 2, SEEK_SET), 2);
	ck_assert_int_eq(memfd_read(fd, 100, &mem, &len, &e), 0);
	ck_assert_uint_eq(len, 6);
	ck_assert_str_eq(mem, "secret");
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	free(mem);
}
END_TEST

START_TEST(nobody_can_change_it)
{
	struct err e;
	int fd = memfd_write("t", span_of("abc"), &e);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(pwrite(fd, "x", 1, 0), -1);
	ck_assert_int_eq(ftruncate(fd, 0), -1);
	ck_assert_int_eq(ftruncate(fd, 10), -1);
	ck_assert_int_eq(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	close(fd);
}
END_TEST

static int
unsealed(int seals)
{
	int fd = memfd_create("t", MFD_ALLOW_SEALING);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, "abc", 3), 3);
	ck_assert_int_eq(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

static const int too_few[] = {
	0, F_SEAL_WRITE, F_SEAL_WRITE | F_SEAL_GROW,
	F_SEAL_WRITE | F_SEAL_SHRINK, F_SEAL_SHRINK | F_SEAL_GROW,
};

START_TEST(unsealed_is_refused)
{
	struct err e;
	char *mem;
	size_t len;

	ck_assert_ptr_null(memfd_map(unsealed(too_few[_i]), 100, &len, &e));
	ck_assert_int_eq(e.class, ERR_PROTO);
	ck_assert_int_eq(memfd_read(unsealed(too_few[_i]), 100, &mem, &len,
	    &e), -1);
	ck_assert_ptr_null(mem);
}
END_TEST

START_TEST(what_is_kept_stays_and_keeps_its_size)
{
	struct err e;
	size_t len = 0;
	int fd = memfd_kept("t", 10000, &e);
	char *one, *two;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(ftruncate(fd, 0), -1);
	ck_assert_int_eq(ftruncate(fd, 20000), -1);
	one = memfd_map_kept(dup(fd), 10000, &len, &e);
	ck_assert_ptr_nonnull(one);
	ck_assert_uint_eq(len, 10000);
	ck_assert_int_eq(one[9999], 0);
	one[9999] = 'x';
	memfd_unmap(one, len);
	two = memfd_map_kept(dup(fd), 10000, &len, &e);
	ck_assert_ptr_nonnull(two);
	ck_assert_int_eq(two[9999], 'x');
	memfd_unmap(two, len);
	ck_assert_ptr_null(memfd_map_kept(fd, 9999, &len, &e));
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
	ck_assert_ptr_null(memfd_map_kept(unsealed(F_SEAL_GROW), 100, &len,
	    &e));
	ck_assert_int_eq(e.class, ERR_PROTO);
}
END_TEST

START_TEST(another_kind_of_file_is_refused)
{
	struct err e;
	size_t len;
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_ptr_null(memfd_map(fds[0], 100, &len, &e));
	ck_assert_ptr_null(memfd_map(open("/dev/null", O_RDONLY), 100, &len,
	    &e));
	ck_assert_ptr_null(memfd_map(-1, 100, &len, &e));
	close(fds[1]);
}
END_TEST

START_TEST(too_long_is_refused)
{
	struct err e;
	size_t len;

	ck_assert_ptr_null(memfd_map(memfd_write("t", span_of("abcd"), &e), 3,
	    &len, &e));
	ck_assert_int_eq(e.class, ERR_PROTO);
}
END_TEST

static const struct tls_pair pairs[] = {
	{ NULL, { "chain", 5 }, { "key", 3 } },
	{ "mail.example.net", { "c2", 2 }, { "", 0 } },
};

static void
pack_two(struct buf *b)
{
	struct tls_pair two[2] = { pairs[0], pairs[1] };
	struct certs_of of[] = {
		{ "pop3", two, 2, 0x0303 }, { "pop3s", two, 1, 0x0304 },
		{ "bare", NULL, 0, 0x0303 },
	};
	struct certs c = { of, 3 };

	buf_init(b, 65536);
	ck_assert_int_eq(certs_pack(&c, b), 0);
}

START_TEST(certificates_come_out_as_they_went_in)
{
	struct certs c;
	struct buf b;
	struct err e;

	pack_two(&b);
	ck_assert_int_eq(certs_unpack(&c, buf_data(&b), buf_len(&b), &e), 0);
	ck_assert_uint_eq(c.n, 3);
	ck_assert_str_eq(c.of[0].listener, "pop3");
	ck_assert_uint_eq(c.of[0].n, 2);
	ck_assert_ptr_null(c.of[0].pairs[0].name);
	ck_assert(span_eq(c.of[0].pairs[0].key, "key"));
	ck_assert_str_eq(c.of[0].pairs[1].name, "mail.example.net");
	ck_assert_int_eq(c.of[1].min_version, 0x0304);
	ck_assert_uint_eq(c.of[2].n, 0);
	certs_clear(&c);
	ck_assert_ptr_null(c.of);
	buf_free(&b);
}
END_TEST

START_TEST(certificates_cut_short_are_refused)
{
	struct certs c;
	struct buf b;
	struct err e;
	size_t n;

	pack_two(&b);
	for (n = 0; n < buf_len(&b); n++) {
		ck_assert_int_eq(certs_unpack(&c, buf_data(&b), n, &e), -1);
		ck_assert_ptr_null(c.of);
	}
	ck_assert_int_eq(certs_unpack(&c, "\xff\xff\xff\xff", 4, &e), -1);
	buf_free(&b);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, comes_out_as_it_went_in);
	tcase_add_test(tc, empty_is_fine);
	tcase_add_test(tc, a_copy_is_the_same);
	tcase_add_test(tc, nobody_can_change_it);
	UNIT_ROWS(tc, unsealed_is_refused, too_few);
	tcase_add_test(tc, what_is_kept_stays_and_keeps_its_size);
	tcase_add_test(tc, another_kind_of_file_is_refused);
	tcase_add_test(tc, too_long_is_refused);
	tcase_add_test(tc, certificates_come_out_as_they_went_in);
	tcase_add_test(tc, certificates_cut_short_are_refused);
}

UNIT_MAIN("memfd", add)
