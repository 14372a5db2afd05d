/*
 * test_audit_file.c - the audit file on a disk: chained on, torn, rotated
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <signal.h>
#include <unistd.h>

#include "lib/base/audit_lines.h"
#include "lib/base/path.h"

#include "pop3srvd/log/audit_file.h"

#include "t/unit/unit.h"

static char path[64];
static struct loop *loop;
static struct log_out *out;
static char events[65536];

static void
on_event(const struct logrec *r, void *arg)
{
	size_t n = strlen(events);

	(void)arg;
	snprintf(events + n, sizeof(events) - n, "%s\n", r->what);
}

static void
setup(void)
{
	struct err e;
	int fd;

	strcpy(path, "/tmp/audit-test.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	events[0] = '\0';
	loop = loop_new(&e);
	out = log_out_new();
	log_out_sink(out, on_event, NULL);
}

static void
teardown(void)
{
	unlink(path);
	log_out_free(&out);
	loop_free(&loop);
}

static int
open_it(void)
{
	int fd = open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static struct audit_file *
begin(void)
{
	struct audit_file *f = audit_file_new(loop, out);

	ck_assert_ptr_nonnull(f);
	audit_file_take(f, open_it());
	return f;
}

static void
add_some(struct audit_file *f, int n)
{
	const struct msg_audit m = { .wall = 1795298400000, .uid = 0,
		.role = "admin", .verb = "deny.add", .result = "ok",
		.args = span_of("{\"ranges\":[\"192.0.2.0/24\"]}") };

	while (n-- > 0)
		audit_file_add(f, &m, NULL, 0);
}

static int
line(struct span l, void *arg)
{
	audit_check_line(arg, l);
	return 0;
}

static struct audit_check
verify(const char *head)
{
	struct audit_check c;
	struct audit_lines l;
	struct err e;
	size_t len;
	char *mem;

	ck_assert_int_eq(path_read(path, 1 << 24, &mem, &len, &e), 0);
	audit_check_begin(&c, head);
	audit_lines_begin(&l, 0);
	ck_assert_int_eq(audit_lines_feed(&l, span_mem(mem, len), line, &c),
	    0);
	audit_check_end(&c, audit_lines_rest(&l));
	audit_lines_end(&l);
	free(mem);
	return c;
}

START_TEST(goes_on_after_a_restart)
{
	struct audit_file *f = begin();
	struct audit_check c;

	add_some(f, 3);
	audit_file_free(&f);
	f = begin();
	ck_assert_uint_eq(audit_file_at(f)->seq, 3);
	add_some(f, 2);
	c = verify(audit_file_at(f)->hash);
	ck_assert_int_eq(c.fault, AUDIT_GOOD);
	ck_assert_uint_eq(c.end.seq, 5);
	ck_assert_str_eq(events, "control\ncontrol\ncontrol\ncontrol\n"
	    "control\n");
	audit_file_free(&f);
}
END_TEST

/* The power goes at each octet of the last record. */
START_TEST(a_torn_line_is_marked)
{
	struct audit_file *f = begin();
	struct audit_check c;
	off_t two, three, at;
	int fd = open_it();

	add_some(f, 2);
	two = lseek(fd, 0, SEEK_END);
	add_some(f, 1);
	three = lseek(fd, 0, SEEK_END);
	audit_file_free(&f);
	for (at = three - 1; at > two; at--) {
		ck_assert_int_eq(ftruncate(fd, at), 0);
		f = begin();
		add_some(f, 1);
		c = verify(audit_file_at(f)->hash);
		ck_assert_msg(c.fault == AUDIT_GOOD, "cut at %d: %s",
		    (int)(at - two), audit_fault_text(c.fault));
		/* only its LF missing: it is whole and stays */
		ck_assert_uint_eq(c.torn, at == three - 1 ? 0 : 1);
		ck_assert_uint_eq(c.end.seq, 4);
		audit_file_free(&f);
		/* as it was, for the next cut */
		ck_assert_int_eq(ftruncate(fd, two), 0);
		f = begin();
		add_some(f, 1);
		audit_file_free(&f);
	}
	close(fd);
}
END_TEST

/* What the limit of file sizes does here a full disk does elsewhere: a write
 * that takes some octets and then none. */
START_TEST(a_full_disk_is_told_later)
{
	struct audit_file *f = begin();
	struct rlimit old, small;
	struct audit_check c;
	int fd = open_it();

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_IGN);
	add_some(f, 2);
	small = old;
	small.rlim_cur = (rlim_t)lseek(fd, 0, SEEK_END) + 100;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	add_some(f, 3);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
	ck_assert_ptr_nonnull(strstr(events, "audit record missing"));
	ck_assert_int_eq(verify(NULL).fault, AUDIT_NO_RECORD);
	add_some(f, 1);
	c = verify(audit_file_at(f)->hash);
	ck_assert_msg(c.fault == AUDIT_GOOD, "%s", audit_fault_text(c.fault));
	ck_assert_uint_eq(c.torn, 1);
	/* two, torn, missed, the last one */
	ck_assert_uint_eq(c.end.seq, 5);
	audit_file_free(&f);
	close(fd);
}
END_TEST

START_TEST(a_new_file_goes_on_with_the_chain)
{
	struct audit_file *f = begin();
	struct audit_check c;

	add_some(f, 3);
	unlink(path);
	audit_file_take(f, open_it());
	add_some(f, 1);
	c = verify(audit_file_at(f)->hash);
	ck_assert_int_eq(c.fault, AUDIT_GOOD);
	ck_assert_uint_eq(c.first, 4);
	ck_assert_uint_eq(c.end.seq, 5);
	audit_file_free(&f);
}
END_TEST

/* Room for nothing, a part of the first record, a part of the second. */
START_TEST(a_new_file_on_a_full_disk_goes_on_too)
{
	static const rlim_t rooms[] = { 0, 100, 450 };
	struct audit_file *f = begin();
	struct rlimit old, small;
	struct audit_check c;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &old), 0);
	signal(SIGXFSZ, SIG_IGN);
	add_some(f, 3);
	unlink(path);
	small = old;
	small.rlim_cur = rooms[_i];
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	audit_file_take(f, open_it());
	add_some(f, 2);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &old), 0);
	add_some(f, 2);
	c = verify(audit_file_at(f)->hash);
	ck_assert_msg(c.fault == AUDIT_GOOD, "%s", audit_fault_text(c.fault));
	ck_assert_uint_gt(c.first, 3);
	/* each told once: continue, missed, the last two; torn */
	ck_assert_uint_eq(c.end.seq, 3 + 4 + (rooms[_i] > 0));
	audit_file_free(&f);
}
END_TEST

START_TEST(the_same_file_again_changes_nothing)
{
	struct audit_file *f = begin();

	add_some(f, 1);
	audit_file_take(f, open_it());
	add_some(f, 1);
	ck_assert_int_eq(verify(NULL).fault, AUDIT_GOOD);
	ck_assert_uint_eq(audit_file_at(f)->seq, 2);
	audit_file_free(&f);
}
END_TEST

/* Somebody cut the file and put it back under its name. */
START_TEST(a_shorter_file_is_noticed)
{
	struct audit_file *f = begin();
	struct span two;
	struct err e;
	size_t len;
	char *mem;
	int fd;

	add_some(f, 3);
	ck_assert_int_eq(path_read(path, 1 << 20, &mem, &len, &e), 0);
	two = span_mem(mem, len / 3 * 2 + 2);
	while (two.ptr[two.len - 1] != '\n')
		two.len--;
	unlink(path);
	fd = open_it();
	ck_assert_int_eq(path_write_all(fd, two), 0);
	audit_file_take(f, fd);
	ck_assert_ptr_nonnull(strstr(events, "audit file damaged"));
	add_some(f, 1);
	ck_assert_int_eq(verify(NULL).fault, AUDIT_GAP);
	audit_file_free(&f);
	free(mem);
}
END_TEST

START_TEST(without_a_file_life_goes_on)
{
	struct audit_file *f = audit_file_new(loop, out);

	add_some(f, 2);
	ck_assert_str_eq(events, "control\naudit record missing\n"
	    "control\naudit record missing\n");
	audit_file_take(f, open_it());
	add_some(f, 1);
	ck_assert_int_eq(verify(NULL).fault, AUDIT_GOOD);
	ck_assert_uint_eq(audit_file_at(f)->seq, 2);	/* missed, then it */
	audit_file_free(&f);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, goes_on_after_a_restart);
	tcase_add_test(tc, a_torn_line_is_marked);
	tcase_add_test(tc, a_full_disk_is_told_later);
	tcase_add_test(tc, a_new_file_goes_on_with_the_chain);
	tcase_add_loop_test(tc, a_new_file_on_a_full_disk_goes_on_too, 0, 3);
	tcase_add_test(tc, the_same_file_again_changes_nothing);
	tcase_add_test(tc, a_shorter_file_is_noticed);
	tcase_add_test(tc, without_a_file_life_goes_on);
}

UNIT_MAIN("audit_file", add)
