/*
 * test_maildir.c - opening, listing and reading a Maildir
 */
#include <signal.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/un.h>

#include "lib/mail/uidl.h"

#include "t/unit/mail_unit.h"

static const char text[] = "A: b\n\nc\n";	/* wire: 11 */

static const struct size_row {
	const char *name;
	const char *octets;
	size_t n;
	uint64_t wire;
	bool counted;
} size_rows[] = {
	{ "new/1.a", "A: b\n\nc\n", 8, 11, true },
	{ "new/1.a", "", 0, 2, true },
	{ "new/1.a", "A: b", 4, 8, true },
	{ "new/1.a", "A: b\r\n\r\nc\r\n", 11, 11, true },
	{ "new/1.a", "A:\rb\n\n\0\n", 8, 11, true },
	{ "new/1.a", ".\n\n..\n", 6, 9, true },
	{ "new/1.a,S=8,W=11", "A: b\n\nc\n", 8, 11, false },
	{ "cur/1.a,S=8,W=11:2,FRS", "A: b\n\nc\n", 8, 11, false },
	{ "new/1.a,W=11,S=8", "A: b\n\nc\n", 8, 11, false },
	{ "new/1.a,S=8,W=11,X=1", "A: b\n\nc\n", 8, 11, false },
	{ "new/1.a,S=9,W=11", "A: b\n\nc\n", 8, 11, true },
	{ "new/1.a,S=8", "A: b\n\nc\n", 8, 11, true },
	{ "new/1.a,W=11", "A: b\n\nc\n", 8, 11, true },
	{ "new/1.a,S=8,W=7", "A: b\n\nc\n", 8, 11, true },
	{ "new/1.a,S=8,W=-1", "A: b\n\nc\n", 8, 11, true },
	{ "new/1.a,S=8,W=", "A: b\n\nc\n", 8, 11, true },
	{ "new/1.a,S=+8,W=11", "A: b\n\nc\n", 8, 11, true },
	{ "new/1.a,S=8,W=99999999999999999999", "A: b\n\nc\n", 8, 11, true },
	{ "cur/1.a:2,S=8,W=99", "A: b\n\nc\n", 8, 11, true },
};

START_TEST(the_wire_size_is_exact)
{
	const struct size_row *r = &size_rows[_i];
	struct box b;

	put_octets(r->name, r->octets, r->n);
	open_box(&b);
	ck_assert_uint_eq(b.list.count, 1);
	ck_assert_uint_eq(droplist_size(&b.list, 0), r->wire);
	ck_assert_uint_eq(notes(&b)->counted, r->counted);
	ck_assert_int_eq(shut(&b), 1);
	open_box(&b);			/* cached */
	ck_assert_uint_eq(droplist_size(&b.list, 0), r->wire);
	ck_assert_uint_eq(notes(&b)->counted, 0);
	shut(&b);
}
END_TEST

/* Another program's W may leave out what RETR adds: I5 stands above it. */
START_TEST(a_wrong_size_in_a_name_is_found_out)
{
	struct box b;
	struct err e;
	char got[4096];

	put("new/1.a,S=6,W=7", "A: b\nc");
	open_box(&b);
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_FAILED);
	ck_assert_int_eq(e.class, ERR_TEMP);
	shut(&b);
	open_box(&b);
	ck_assert_uint_eq(notes(&b)->counted, 1);
	ck_assert_uint_eq(droplist_size(&b.list, 0), 11);
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_DONE);
	shut(&b);
	settle();
	open_box(&b);
	shut(&b);
	open_box(&b);
	ck_assert(!notes(&b)->scanned);
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_DONE);
	shut(&b);
}
END_TEST

START_TEST(oldest_first_whatever_the_folder_says)
{
	static const char *const names[] = { "new/999.z", "cur/1000.b:2,S",
		"new/1000.c", "cur/1000.a:2,", "new/20000.a", "new/odd",
		"cur/1000.bb:2,S", "new/1000.M40P1.h", "new/1000.M5P9.h",
		"new/1000.V801I1fM7.M1", "new/1000.M000999P1.h",
		"new/1000.cM" };
	/* within a second by the number behind M, whoever wrote it how */
	static const char *const order[] = { "odd", "999.z", "1000.a",
		"1000.b", "1000.bb", "1000.c", "1000.cM", "1000.M5P9.h",
		"1000.V801I1fM7.M1", "1000.M40P1.h", "1000.M000999P1.h",
		"20000.a" };
	char want[UIDL_OCTETS + 1];
	struct box b;
	int i, turn;

	for (i = 0; i < COUNT(names); i++)
		put(names[i], text);
	for (turn = 0; turn < 3; turn++) {
		open_box(&b);
		ck_assert_uint_eq(b.list.count, COUNT(order));
		for (i = 0; i < COUNT(order); i++) {
			uidl_derive(span_of(order[i]), 0, want);
			ck_assert_str_eq(uidl(&b, (uint32_t)i), want);
		}
		shut(&b);
		if (turn == 1)
			gone(INDEX_FILE);
	}
}
END_TEST

START_TEST(flags_and_folder_do_not_matter)
{
	char was[UIDL_MAX + 1], got[4096];
	struct box b;
	struct err e;

	put("new/1.a", text);
	open_box(&b);
	strcpy(was, uidl(&b, 0));
	shut(&b);
	move("new/1.a", "cur/1.a:2,");
	open_box(&b);
	ck_assert_str_eq(uidl(&b, 0), was);
	ck_assert_uint_eq(notes(&b)->counted, 0);
	shut(&b);
	move("cur/1.a:2,", "cur/1.a:2,FRS");
	open_box(&b);
	ck_assert_str_eq(uidl(&b, 0), was);
	ck_assert_uint_eq(notes(&b)->counted, 0);
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_DONE);
	shut(&b);
}
END_TEST

static void
make_strange(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int s = socket(AF_UNIX, SOCK_STREAM, 0);
	char path[700];

	ck_assert_int_eq(mkfifoat(env.root, in_box("cur/1.fifo"), 0600), 0);
	ck_assert_int_eq(symlinkat("/etc/passwd", env.root,
	    in_box("new/2.link")), 0);
	ck_assert_int_eq(symlinkat("1.fifo", env.root,
	    in_box("cur/3.link")), 0);
	ck_assert_int_eq(mkdirat(env.root, in_box("cur/4.dir"), 0700), 0);
	snprintf(path, sizeof(path), "%s/%s", top, in_box("cur/5.sock"));
	ck_assert_uint_lt(strlen(path), sizeof(sun.sun_path));
	strcpy(sun.sun_path, path);
	ck_assert_int_eq(bind(s, (struct sockaddr *)&sun, sizeof(sun)), 0);
	close(s);
	if (mknodat(env.root, in_box("cur/6.tty"), S_IFCHR | 0600,
	    makedev(5, 0)) < 0)
		put("cur/6.tty", "no device without root");
}

START_TEST(strange_files_are_skipped)
{
	struct box b;
	char got[4096], name[300];
	struct err e;
	uint32_t n;

	make_strange();
	put("new/.hidden", text);
	put("new/7.ok", text);
	put("cur/8.ok:2,XYZ:1,?", text);
	put("cur/9.\303\244 \n\033[31m:2,", text);
	memset(name, 'n', sizeof(name));
	memcpy(name, "new/10.", 7);
	name[4 + 255] = '\0';
	put(name, text);
	open_box(&b);
	n = notes(&b)->strange;
	ck_assert_uint_ge(n, 5);
	ck_assert_uint_eq(b.list.count, 4 + (n == 5 ? 1 : 0));
	ck_assert_int_eq(fetch(&b, b.list.count - 1, got, &e), STORE_DONE);
	ck_assert_str_eq(got, text);
	ck_assert_int_eq(fetch(&b, b.list.count - 2, got, &e), STORE_DONE);
	shut(&b);
	ck_assert(there("cur/1.fifo"));
	ck_assert(there("new/2.link"));
}
END_TEST
END_TEST

static void
unreadable_login(void)
{
	struct box b;
	int turn;

	env.root = open(top, O_RDONLY | O_DIRECTORY);
	settle();
	for (turn = 0; turn < 2; turn++) {
		open_box(&b);
		if (b.list.count != 1 || notes(&b)->unreadable != 1)
			_exit(1);
		shut(&b);
	}
	/* this changes no folder's time */
	if (fchmodat(env.root, in_box("new/2.a"), 0600, 0) < 0)
		_exit(2);
	open_box(&b);
	if (b.list.count != 2)
		_exit(3);
	shut(&b);
}

START_TEST(unreadable_files_are_skipped_and_counted)
{
	put("new/1.a", text);
	put("new/2.a", text);
	give_to_nobody();
	ck_assert_int_eq(fchmodat(env.root, in_box("new/1.a"), 0644, 0), 0);
	ck_assert_int_eq(fchmodat(env.root, in_box("new/2.a"), 0, 0), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(fchownat(env.root, in_box("new/2.a"), NOBODY,
		    NOBODY, 0), 0);
	ck_assert_int_eq(as_nobody(unreadable_login), 0);
}
END_TEST

START_TEST(one_name_in_two_places_is_one_message)
{
	struct box b;
	struct err e;
	char got[4096];
	int turn;

	put("new/1.a", "A: new\n\nc\n");
	put("cur/1.a:2,S", "A: cur\n\nlonger\n");
	put("new/2.a", text);
	for (turn = 0; turn < 2; turn++) {
		open_box(&b);
		ck_assert_uint_eq(b.list.count, 2);
		ck_assert_uint_eq(notes(&b)->doubles, 1);
		ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_DONE);
		ck_assert_str_eq(got, "A: cur\n\nlonger\n");
		shut(&b);
		if (turn == 0)
			gone(INDEX_FILE);
	}
}
END_TEST

START_TEST(clock_jumps_do_not_hurt)
{
	struct timespec future[2] = { { 4000000000, 0 }, { 4000000000, 0 } };
	char was[UIDL_MAX + 1];
	struct box b;
	int turn;

	put("new/1.a", text);
	open_box(&b);
	strcpy(was, uidl(&b, 0));
	shut(&b);
	for (turn = 0; turn < 2; turn++) {
		ck_assert_int_eq(utimensat(env.root, in_box("new"), future,
		    0), 0);
		ck_assert_int_eq(utimensat(env.root, in_box("new/1.a"),
		    future, 0), 0);
		open_box(&b);
		/* a time to come proves nothing: read the folders */
		ck_assert(notes(&b)->scanned);
		ck_assert_str_eq(uidl(&b, 0), was);
		ck_assert_uint_eq(notes(&b)->counted, 0);
		shut(&b);
		put("new/3.late", text);
		open_box(&b);
		ck_assert_uint_eq(b.list.count, 2);
		shut(&b);
		gone("new/3.late");
		future[0].tv_sec = future[1].tv_sec = 5;	/* 1970 */
	}
}
END_TEST

START_TEST(young_folders_are_read_again)
{
	struct box b;

	put("new/1.a", text);
	open_box(&b);
	shut(&b);
	open_box(&b);
	ck_assert(notes(&b)->scanned);
	shut(&b);
	settle();
	open_box(&b);
	ck_assert(notes(&b)->scanned);
	shut(&b);
	open_box(&b);
	ck_assert(!notes(&b)->scanned);
	shut(&b);
	put("new/2.a", text);
	open_box(&b);
	ck_assert(notes(&b)->scanned);
	ck_assert_uint_eq(notes(&b)->counted, 1);
	ck_assert_uint_eq(b.list.count, 2);
	shut(&b);
}
END_TEST

START_TEST(a_missing_maildrop_is_made)
{
	struct box b;
	struct err e;

	ck_assert_int_eq(try_open(&b, "other.example/anna", &e), STORE_DONE);
	ck_assert(notes(&b)->created);
	ck_assert_uint_eq(b.list.count, 0);
	shut(&b);
	ck_assert_int_eq(faccessat(env.root, "other.example/anna/cur", F_OK,
	    0), 0);
	ck_assert_int_eq(faccessat(env.root, "other.example/anna/new", F_OK,
	    0), 0);
	ck_assert_int_eq(faccessat(env.root, "other.example/anna/tmp", F_OK,
	    0), 0);
	ck_assert_int_eq(try_open(&b, "other.example/anna", &e), STORE_DONE);
	ck_assert(!notes(&b)->created);
	shut(&b);
}
END_TEST

static void
cannot_make(void)
{
	struct box b;
	struct err e;

	env.root = open(top, O_RDONLY | O_DIRECTORY);
	if (try_open(&b, "x/y", &e) != STORE_FAILED ||
	    (e.class != ERR_PERM && e.class != ERR_TEMP))
		_exit(1);
	shut(&b);
}

START_TEST(one_that_cannot_be_made_is_not_empty)
{
	ck_assert_int_eq(chmod(top, 0555), 0);
	ck_assert_int_eq(as_nobody(cannot_make), 0);
	ck_assert_int_eq(chmod(top, 0755), 0);
	if (!small_disk("size=1m,nr_inodes=16"))
		return;
	fill_disk();
	{
		struct box b;
		struct err e;

		ck_assert_int_eq(try_open(&b, "x/y", &e), STORE_FAILED);
		ck_assert_int_eq(e.class, ERR_TEMP);
		shut(&b);
	}
}
END_TEST

static const struct {
	const char *folder;
	int kind;		/* 0 missing, 1 a file, 2 a link */
} broken[] = {
	{ "cur", 0 }, { "new", 0 }, { "cur", 1 }, { "new", 1 },
	{ "cur", 2 }, { "new", 2 },
};

START_TEST(broken_maildrops_are_told)
{
	struct box b;
	struct err e;

	put("new/1.a", text);
	gone("new/1.a");
	ck_assert_int_eq(unlinkat(env.root, in_box(broken[_i].folder),
	    AT_REMOVEDIR), 0);
	if (broken[_i].kind == 1)
		put(broken[_i].folder, "a file");
	if (broken[_i].kind == 2)
		ck_assert_int_eq(symlinkat("tmp", env.root,
		    in_box(broken[_i].folder)), 0);
	ck_assert_int_eq(try_open(&b, BOX, &e), STORE_FAILED);
	ck_assert_msg(e.class == ERR_PERM || e.class == ERR_TEMP, "%s",
	    e.text);
	ck_assert_ptr_nonnull(strstr(e.text, broken[_i].folder));
	shut(&b);
}
END_TEST

START_TEST(a_maildrop_that_is_a_link_or_file_is_refused)
{
	struct box b;
	struct err e;

	ck_assert_int_eq(symlinkat("u", env.root, "d/link"), 0);
	ck_assert_int_eq(try_open(&b, "d/link", &e), STORE_FAILED);
	ck_assert_int_eq(e.class, ERR_PERM);
	shut(&b);
	ck_assert_int_eq(mknodat(env.root, "d/file", S_IFREG | 0600, 0), 0);
	ck_assert_int_eq(try_open(&b, "d/file", &e), STORE_FAILED);
	ck_assert_int_eq(e.class, ERR_PERM);
	shut(&b);
}
END_TEST

START_TEST(old_leftovers_in_tmp_go)
{
	struct timespec old[2], young[2];
	char name[32];
	struct box b;
	int i;

	clock_gettime(CLOCK_REALTIME, &young[0]);
	young[0].tv_sec -= 35 * 3600;
	young[1] = young[0];
	old[0] = old[1] = young[0];
	old[0].tv_sec -= 2 * 3600;
	old[1].tv_sec -= 2 * 3600;
	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "tmp/%d.old", i);
		put(name, text);
		ck_assert_int_eq(utimensat(env.root, in_box(name), old, 0),
		    0);
	}
	put("tmp/young", text);
	ck_assert_int_eq(utimensat(env.root, in_box("tmp/young"), young, 0),
	    0);
	ck_assert_int_eq(mkdirat(env.root, in_box("tmp/dir"), 0700), 0);
	ck_assert_int_eq(utimensat(env.root, in_box("tmp/dir"), old, 0), 0);
	open_box(&b);
	ck_assert_uint_eq(notes(&b)->cleaned, 32);
	shut(&b);
	open_box(&b);
	ck_assert_uint_eq(notes(&b)->cleaned, 8);
	shut(&b);
	ck_assert_int_eq(entries("tmp"), 2);
}
END_TEST

START_TEST(a_message_is_found_under_its_new_name)
{
	struct box b;
	struct err e;
	char got[4096];

	put("new/1.a", text);
	put("new/2.a", "A: 2\n\n2\n");
	open_box(&b);
	move("new/1.a", "cur/1.a:2,S");
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_DONE);
	ck_assert_str_eq(got, text);
	move("cur/1.a:2,S", "cur/1.a:2,RSTDF");
	move("new/2.a", "cur/2.a:2,");
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_DONE);
	ck_assert_int_eq(fetch(&b, 1, got, &e), STORE_DONE);
	ck_assert_str_eq(got, "A: 2\n\n2\n");
	shut(&b);
}
END_TEST

START_TEST(a_message_that_is_gone_is_told)
{
	struct box b;
	struct err e;
	char got[4096];

	put("new/1.a", text);
	put("new/2.a", text);
	open_box(&b);
	gone("new/1.a");
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_FAILED);
	ck_assert_int_eq(e.class, ERR_NOTFOUND);
	ck_assert_int_eq(fetch(&b, 1, got, &e), STORE_DONE);
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_FAILED);
	shut(&b);
}
END_TEST

static const char *const others[] = { "A: b\n\nc\nmore\n", "A", "" };

START_TEST(a_message_that_is_another_is_not_sent)
{
	struct box b;
	struct err e;
	char got[4096], was[UIDL_MAX + 1];

	put("new/1.a", text);
	settle();
	open_box(&b);
	strcpy(was, uidl(&b, 0));
	put("new/1.a", others[_i]);
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_FAILED);
	ck_assert_int_eq(e.class, ERR_TEMP);
	shut(&b);
	open_box(&b);			/* looked at anew */
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_DONE);
	ck_assert_str_eq(got, others[_i]);
	ck_assert_str_eq(uidl(&b, 0), was);
	shut(&b);
}
END_TEST

START_TEST(a_fifo_in_a_messages_place_does_not_block)
{
	struct box b;
	struct err e;
	char got[4096];

	put("new/1.a", text);
	open_box(&b);
	gone("new/1.a");
	ck_assert_int_eq(mkfifoat(env.root, in_box("new/1.a"), 0600), 0);
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_FAILED);
	ck_assert_int_eq(e.class, ERR_TEMP);
	gone("new/1.a");
	ck_assert_int_eq(symlinkat("/etc/passwd", env.root,
	    in_box("new/1.a")), 0);
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_FAILED);
	ck_assert_int_eq(e.class, ERR_TEMP);
	shut(&b);
}
END_TEST

START_TEST(a_full_disk_does_not_matter)
{
	static const char *const disks[] = { "size=64k",
		"size=1m,nr_inodes=20" };
	char was[UIDL_MAX + 1], got[4096];
	struct box b;
	struct err e;

	if (!small_disk(disks[_i]))
		return;
	put("new/1.a", text);
	put("new/2.a", text);
	fill_disk();
	open_box(&b);
	ck_assert_uint_eq(b.list.count, 2);
	strcpy(was, uidl(&b, 0));
	ck_assert_int_eq(fetch(&b, 0, got, &e), STORE_DONE);
	ck_assert_int_eq(shut(&b), -1);
	open_box(&b);
	ck_assert_str_eq(uidl(&b, 0), was);
	b.st->ops->mark(b.st, 1, true);
	ck_assert_int_eq(commit(&b)->class, ERR_NONE);
	shut(&b);
	open_box(&b);
	ck_assert_uint_eq(b.list.count, 1);
	ck_assert_str_eq(uidl(&b, 0), was);
	shut(&b);
	ck_assert(!there(INDEX_FILE ".new"));
}
END_TEST

/* A second process that renames all the time. */
static pid_t
storm(int n)
{
	pid_t pid = fork();
	char a[64], b[64];
	int i, turn;

	if (pid != 0)
		return pid;
	for (turn = 0;; turn++)
		for (i = 0; i < n; i++) {
			snprintf(a, sizeof(a), "cur/%d.a:2,%s", i,
			    turn % 2 == 0 ? "" : "S");
			snprintf(b, sizeof(b), "cur/%d.a:2,%s", i,
			    turn % 2 == 0 ? "S" : "");
			(void)renameat(env.root, in_box(a), env.root,
			    in_box(b));
		}
}

START_TEST(renaming_all_the_time_loses_nothing)
{
	static char was[10][UIDL_MAX + 1];
	char name[64], got[4096];
	int i, round;
	struct box b;
	struct err e;
	pid_t pid;

	for (i = 0; i < 10; i++) {
		snprintf(name, sizeof(name), "cur/%d.a:2,", i);
		put(name, text);
	}
	open_box(&b);
	for (i = 0; i < 10; i++)
		strcpy(was[i], uidl(&b, (uint32_t)i));
	shut(&b);
	pid = storm(10);
	for (round = 0; round < 1000; round++) {
		open_box(&b);
		ck_assert_uint_eq(b.list.count, 10);
		for (i = 0; i < 10; i++)
			ck_assert_str_eq(uidl(&b, (uint32_t)i), was[i]);
		/* never "gone" */
		if (fetch(&b, (uint32_t)round % 10, got, &e) == STORE_DONE)
			ck_assert_str_eq(got, text);
		else
			ck_assert_int_eq(e.class, ERR_TEMP);
		shut(&b);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ck_assert_int_eq(entries("cur"), 10);
}
END_TEST

static int
descriptors(void)
{
	int fd, n = 0;

	for (fd = 0; fd < 100; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

START_TEST(an_idle_session_holds_one_descriptor)
{
	int before = descriptors();
	struct box b;

	put("new/1.a", text);
	put("cur/2.a:2,S", text);
	open_box(&b);
	ck_assert_int_eq(descriptors(), before + 1);
	shut(&b);
	ck_assert_int_eq(descriptors(), before);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, mail_setup, mail_teardown);
	UNIT_ROWS(tc, the_wire_size_is_exact, size_rows);
	tcase_add_test(tc, a_wrong_size_in_a_name_is_found_out);
	tcase_add_test(tc, oldest_first_whatever_the_folder_says);
	tcase_add_test(tc, flags_and_folder_do_not_matter);
	tcase_add_test(tc, strange_files_are_skipped);
	tcase_add_test(tc, unreadable_files_are_skipped_and_counted);
	tcase_add_test(tc, one_name_in_two_places_is_one_message);
	tcase_add_test(tc, clock_jumps_do_not_hurt);
	tcase_add_test(tc, young_folders_are_read_again);
	tcase_add_test(tc, a_missing_maildrop_is_made);
	tcase_add_test(tc, one_that_cannot_be_made_is_not_empty);
	UNIT_ROWS(tc, broken_maildrops_are_told, broken);
	tcase_add_test(tc, a_maildrop_that_is_a_link_or_file_is_refused);
	tcase_add_test(tc, old_leftovers_in_tmp_go);
	tcase_add_test(tc, a_message_is_found_under_its_new_name);
	tcase_add_test(tc, a_message_that_is_gone_is_told);
	UNIT_ROWS(tc, a_message_that_is_another_is_not_sent, others);
	tcase_add_test(tc, a_fifo_in_a_messages_place_does_not_block);
	tcase_add_loop_test(tc, a_full_disk_does_not_matter, 0, 2);
	tcase_add_test(tc, renaming_all_the_time_loses_nothing);
	tcase_add_test(tc, an_idle_session_holds_one_descriptor);
}

UNIT_MAIN("maildir", add)
