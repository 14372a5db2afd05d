/*
 * test_deliver.c - a message in a Maildir: whole, under its own name, or not
 */
#include <regex.h>

#include "lib/mail/deliver.h"
#include "lib/mail/look.h"

#include "t/unit/mail_unit.h"
#include "t/unit/synced.h"

static int
box_fd(void)
{
	int fd = openat(env.root, BOX, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static int
deliver(const char *host, const char *text, char name[DELIVER_NAME],
    struct err *e)
{
	struct deliver *d;
	int fd = box_fd(), r = -1;

	d = deliver_begin(fd, host, e);
	if (d != NULL && deliver_write(d, text, strlen(text), e) == 0)
		r = deliver_end(&d, name, e);
	else
		deliver_abort(&d);
	close(fd);
	return r;
}

static bool
matches(const char *name, const char *pattern)
{
	regex_t re;
	bool ok;

	ck_assert_int_eq(regcomp(&re, pattern, REG_EXTENDED | REG_NOSUB), 0);
	ok = regexec(&re, name, 0, NULL, 0) == 0;
	regfree(&re);
	return ok;
}

START_TEST(the_name_tells_what_is_in_it)
{
	char name[DELIVER_NAME], path[300], text[4096];
	struct box b;
	struct err e;

	ck_assert_int_eq(deliver("mx.example.org", "A: b\n\nc", name, &e), 0);
	ck_assert_msg(matches(name, "^[0-9]{10}\\.M[0-9]{1,6}P[0-9]+Q[0-9]+"
	    "R[0-9a-f]{16}\\.mx\\.example\\.org,S=7,W=11$"), "%s", name);
	snprintf(path, sizeof(path), "new/%s", name);
	ck_assert(there(path));
	ck_assert_int_eq(entries("tmp"), 0);
	open_box(&b);
	ck_assert_uint_eq(b.list.count, 1);
	ck_assert_uint_eq(b.list.octets, 11);
	ck_assert_uint_eq(notes(&b)->counted, 0);
	ck_assert_int_eq(fetch(&b, 0, text, &e), STORE_DONE);
	ck_assert_str_eq(text, "A: b\n\nc");
	shut(&b);
}
END_TEST

/* The octets before anybody sees them, then the name. */
START_TEST(what_is_delivered_was_synced)
{
	char name[DELIVER_NAME];
	struct err e;

	synced_nothing();
	ck_assert_int_eq(deliver("h", "A: b\n\nc\n", name, &e), 0);
	ck_assert_int_eq(n_synced, 2);
	synced_file(0);
	synced_folder(1, 1);
}
END_TEST

static const struct {
	const char *host;
	const char *pattern;
} hosts[] = {
	{ "a/b:c,d", "\\.a_b_c_d,S=" },
	{ "", "\\.localhost,S=" },
	{ "h\303\266st x\n", "\\.h__st_x_,S=" },
	{ "0123456789012345678901234567890123456789012345678901234567890123456789"
	    "0123456789012345678901234567890123456789", "\\.[0-9]{63},S=" },
};

START_TEST(the_host_is_made_safe)
{
	char name[DELIVER_NAME];
	struct err e;

	ck_assert_int_eq(deliver(hosts[_i].host, "x\n", name, &e), 0);
	ck_assert_msg(matches(name, hosts[_i].pattern), "%s", name);
}
END_TEST

START_TEST(names_never_come_twice)
{
	char name[2][DELIVER_NAME];
	struct err e;
	int i;

	for (i = 0; i < 200; i++) {
		ck_assert_int_eq(deliver("h", "x\n", name[i & 1], &e), 0);
		ck_assert_str_ne(name[0], name[1]);
	}
	ck_assert_int_eq(entries("new"), 200);
}
END_TEST

START_TEST(an_aborted_one_leaves_nothing)
{
	struct deliver *d;
	struct err e;
	int fd = box_fd();

	d = deliver_begin(fd, "h", &e);
	ck_assert_ptr_nonnull(d);
	ck_assert_int_eq(deliver_write(d, "abc", 3, &e), 0);
	ck_assert_int_eq(entries("tmp"), 1);
	deliver_abort(&d);
	ck_assert_int_eq(entries("tmp"), 0);
	ck_assert_int_eq(entries("new"), 0);
	close(fd);
}
END_TEST

START_TEST(missing_folders_are_told)
{
	static const char *const folders[] = { "tmp", "new" };
	struct deliver *d;
	struct err e;
	int fd = box_fd();

	ck_assert_int_eq(unlinkat(env.root, in_box(folders[_i]),
	    AT_REMOVEDIR), 0);
	d = deliver_begin(fd, "h", &e);
	ck_assert_ptr_null(d);
	ck_assert_int_eq(e.errnum, ENOENT);
	close(fd);
}
END_TEST

START_TEST(a_folder_lost_on_the_way_is_no_delivery)
{
	struct deliver *d;
	struct err e;
	int fd = box_fd();

	d = deliver_begin(fd, "h", &e);
	ck_assert_ptr_nonnull(d);
	ck_assert_int_eq(deliver_write(d, "x\n", 2, &e), 0);
	ck_assert_int_eq(unlinkat(env.root, in_box("new"), AT_REMOVEDIR), 0);
	ck_assert_int_eq(deliver_end(&d, NULL, &e), -1);
	ck_assert_ptr_null(d);
	ck_assert_int_eq(entries("tmp"), 0);
	close(fd);
}
END_TEST

static const char *const disks[] = { "size=64k", "size=1m,nr_inodes=16" };

START_TEST(a_full_disk_is_temporary_and_leaves_nothing)
{
	char big[8192];
	struct err e;

	if (!small_disk(disks[_i]))
		return;
	fill_disk();
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	ck_assert_int_eq(deliver("h", big, NULL, &e), -1);
	ck_assert_int_eq(e.class, ERR_TEMP);
	ck_assert_int_eq(entries("tmp"), 0);
	ck_assert_int_eq(entries("new"), 0);
}
END_TEST

static const struct {
	const char *base;
	bool ours;
} names[] = {
	{ "1700000000.M012345P1Q2R0123456789abcdef.h,S=1,W=5", true },
	{ "1700000000.M1P1Q2R0123456789abcdef.h", true },
	{ "1700000000.M1P1Q2R0123456789abcde.h,S=1,W=5", false },
	{ "1700000000.M1P1Q2R0123456789abcdef0.h,S=1,W=5", false },
	{ "1700000000.M1P1Q2R0123456789ABCDEF.h,S=1,W=5", false },
	{ "1700000000.M1P1Q2R0123456789abcdef", false },
	{ "1700000000.M1P1QR0123456789abcdef.h", false },
	{ "1700000000.M1P1.h,S=1,W=5", false },
	{ "1700000000.M1P1V2I3.h,S=1,W=5", false },
	{ "x.M1P1Q2R0123456789abcdef.h", false },
	{ "1700000000", false },
	{ "1700000000.", false },
	{ "", false },
};

START_TEST(own_names_are_known)
{
	ck_assert_int_eq(deliver_is_ours(span_of(names[_i].base)),
	    names[_i].ours);
}
END_TEST

/* A large one without a final line end: its W is right all the same. */
START_TEST(large_ones_are_as_their_name_says)
{
	char name[DELIVER_NAME], got[4096];
	char *big = calloc(1, 300001);
	struct box b;
	struct err e;

	memset(big, 'x', 300000);
	memcpy(big, "A: b\n\n", 6);
	ck_assert_int_eq(deliver("h", big, name, &e), 0);
	open_box(&b);
	ck_assert_uint_eq(droplist_size(&b.list, 0), 300004);
	ck_assert_uint_eq(notes(&b)->counted, 0);
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_DONE);
	shut(&b);
	free(big);
}
END_TEST

/* The wire form octet by octet, from the words of wire.h. */
static size_t
wire_form(const char *in, size_t n, char *out)
{
	bool separated = false;
	size_t i, at = 0, bol = 0;

	for (i = 0; i < n; i++) {
		if (in[i] == '\n' && (i == 0 || in[i - 1] != '\r'))
			out[at++] = '\r';
		out[at++] = in[i];
		if (in[i] != '\n')
			continue;
		separated = separated || at - bol == 2;
		bol = at;
	}
	if (at > bol) {
		memcpy(out + at, "\r\n", 2);
		at += 2;
	}
	if (!separated) {
		memcpy(out + at, "\r\n", 2);
		at += 2;
	}
	return at;
}

/* Deliver n octets in slices of at most so many; what the file holds. */
static size_t
stored(const char *in, size_t n, size_t slice, char *out, size_t room)
{
	char name[DELIVER_NAME], path[DELIVER_NAME + 8];
	uint64_t octets = 0, wire = 1;
	struct deliver *d;
	size_t at, part;
	ssize_t got;
	struct err e;
	int fd = box_fd();

	d = deliver_begin(fd, "h", &e);
	ck_assert_ptr_nonnull(d);
	deliver_wire(d);
	for (at = 0; at < n; at += part) {
		part = n - at < slice ? n - at : slice;
		ck_assert_int_eq(deliver_write(d, in + at, part, &e), 0);
	}
	ck_assert_int_eq(deliver_end(&d, name, &e), 0);
	close(fd);
	snprintf(path, sizeof(path), "new/%s", name);
	fd = openat(env.root, in_box(path), O_RDONLY);
	got = read(fd, out, room);
	ck_assert_int_ge(got, 0);
	close(fd);
	ck_assert(look_sizes(span_of(name), &octets, &wire));
	ck_assert_uint_eq(octets, (uint64_t)got);
	ck_assert_uint_eq(wire, (uint64_t)got);
	return (size_t)got;
}

static const struct {
	const char *in, *out;
} wires[] = {
	{ "", "\r\n" },
	{ "A: b", "A: b\r\n\r\n" },
	{ "A: b\n", "A: b\r\n\r\n" },
	{ "A: b\n\nc\n", "A: b\r\n\r\nc\r\n" },
	{ "A: b\r\n\r\nc\r\n", "A: b\r\n\r\nc\r\n" },
	{ "A: b\r\n\nc", "A: b\r\n\r\nc\r\n" },
	{ "A: b\n\nc\r", "A: b\r\n\r\nc\r\r\n" },
	{ "A: b\n\r\r\n", "A: b\r\n\r\r\n\r\n" },
	{ "A: b\n\n.\n..\n", "A: b\r\n\r\n.\r\n..\r\n" },
	{ "\na\rb\n", "\r\na\rb\r\n" },
};

START_TEST(the_wire_form_is_stored)
{
	const char *in = wires[_i].in;
	char got[64], built[64];
	size_t slice, n;

	for (slice = 1; slice < 4; slice++) {
		n = stored(in, strlen(in), slice, got, sizeof(got));
		ck_assert_msg(n == strlen(wires[_i].out) &&
		    memcmp(got, wires[_i].out, n) == 0, "%s", in);
	}
	ck_assert_uint_eq(wire_form(in, strlen(in), built), n);
	ck_assert_mem_eq(built, wires[_i].out, n);
}
END_TEST

/* Over the borders of what is converted at once. */
START_TEST(the_wire_form_of_anything_is_stored)
{
	static const char alphabet[] = "\r\r\n\n.abc\0";
	static char in[40000], got[90000], want[90000];
	size_t i, n = 30000 + (size_t)_i * 997, w;

	srandom((unsigned)_i + 1);
	for (i = 0; i < n; i++)
		in[i] = alphabet[(size_t)random() % sizeof(alphabet)];
	w = wire_form(in, n, want);
	ck_assert_uint_eq(stored(in, n, 8192 + (size_t)_i, got, sizeof(got)),
	    w);
	ck_assert_mem_eq(got, want, w);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, mail_setup, mail_teardown);
	tcase_add_test(tc, the_name_tells_what_is_in_it);
	tcase_add_test(tc, what_is_delivered_was_synced);
	UNIT_ROWS(tc, the_host_is_made_safe, hosts);
	UNIT_ROWS(tc, own_names_are_known, names);
	UNIT_ROWS(tc, the_wire_form_is_stored, wires);
	tcase_add_loop_test(tc, the_wire_form_of_anything_is_stored, 0, 8);
	tcase_add_test(tc, large_ones_are_as_their_name_says);
	tcase_add_test(tc, names_never_come_twice);
	tcase_add_test(tc, an_aborted_one_leaves_nothing);
	tcase_add_loop_test(tc, missing_folders_are_told, 0, 2);
	tcase_add_test(tc, a_folder_lost_on_the_way_is_no_delivery);
	UNIT_ROWS(tc, a_full_disk_is_temporary_and_leaves_nothing, disks);
}

UNIT_MAIN("deliver", add)
