/*
 * test_commit.c - what is marked goes, what is not stays, and it is told right
 */
#include <signal.h>

#include "lib/mail/commit.h"
#include "lib/mail/refind.h"

#include "t/unit/mail_unit.h"
#include "t/unit/synced.h"

static const char text[] = "A: b\n\nc\n";

static void
fill(const char *folder, int n)
{
	char name[64];
	int i;

	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s/%03d.a", folder, i);
		put(name, text);
	}
}

static void
mark(struct box *b, uint32_t i)
{
	b->st->ops->mark(b->st, i, true);
}

START_TEST(marked_ones_go_and_others_stay)
{
	const struct store_result *r;
	struct box b;

	fill("new", 10);
	fill("cur", 0);
	put("cur/500.a:2,S", text);
	open_box(&b);
	mark(&b, 0);
	mark(&b, 3);
	mark(&b, 10);
	mark(&b, 5);
	b.st->ops->mark(b.st, 5, false);
	r = commit(&b);
	ck_assert_int_eq(r->class, ERR_NONE);
	ck_assert_uint_eq(r->removed, 3);
	ck_assert_uint_eq(r->failed, 0);
	ck_assert_int_eq(shut(&b), 1);
	ck_assert(!there("new/000.a"));
	ck_assert(!there("new/003.a"));
	ck_assert(!there("cur/500.a:2,S"));
	ck_assert_int_eq(entries("new"), 8);
	open_box(&b);
	ck_assert_uint_eq(b.list.count, 8);
	ck_assert_uint_eq(notes(&b)->counted, 0);
	shut(&b);
}
END_TEST

/* RFC 1939 says +OK to QUIT when they are gone: also after a power cut. */
START_TEST(what_is_gone_was_synced)
{
	struct box b;

	fill("new", 3);
	put("cur/500.a:2,S", text);
	open_box(&b);
	mark(&b, 0);
	mark(&b, 3);
	synced_nothing();
	ck_assert_uint_eq(commit(&b)->removed, 2);
	ck_assert_int_eq(n_synced, 2);
	synced_folder(0, 2);
	synced_folder(1, 0);
	shut(&b);
}
END_TEST

/* Half a million moved: more than a turn of 5 ms, whatever the machine. */
START_TEST(a_huge_maildrop_is_looked_through_in_slices)
{
	struct store_result result;
	struct msgs_row row = { .ino = 1, .flags = MSGS_MARKED };
	struct msgs m = { .count = 0 };
	struct commit *c;
	struct refind *rf;
	int fd, i, turns = 0;
	char name[64];

	fd = path_open_dir(env.root, BOX, NULL);
	for (i = 0; i < 500000; i++) {
		snprintf(name, sizeof(name), "%d.a:2,S", i);
		ck_assert_int_eq(msgs_add(&m, &row, span_of(name),
		    span_of(""), NULL), 0);
		row.flags = 0;
	}
	rf = refind_new(fd, &m, 0, NULL);
	ck_assert_ptr_nonnull(rf);
	while (refind_step(rf, NULL) > 0)
		turns++;
	ck_assert_int_gt(turns, 1);
	ck_assert(!refind_met(rf));
	refind_free(&rf);
	c = made(commit_new(fd, &m, &result));
	for (turns = 0; commit_step(c) != STORE_DONE; turns++)
		;
	ck_assert_int_gt(turns, 1);
	ck_assert_uint_eq(result.removed, 1);
	commit_free(&c);
	msgs_free(&m);
	close(fd);
}
END_TEST

START_TEST(closing_is_not_committing)
{
	struct box b;

	fill("new", 3);
	open_box(&b);
	mark(&b, 0);
	mark(&b, 1);
	shut(&b);
	ck_assert_int_eq(entries("new"), 3);
	open_box(&b);
	ck_assert_uint_eq(b.list.count, 3);
	shut(&b);
}
END_TEST

START_TEST(renamed_or_gone_ones_count_as_removed)
{
	const struct store_result *r;
	struct box b;
	uint32_t i;

	fill("new", 6);
	open_box(&b);
	for (i = 0; i < 5; i++)
		mark(&b, i);
	move("new/000.a", "cur/000.a:2,S");
	move("new/001.a", "new/001.a:2,");
	gone("new/002.a");
	gone("new/003.a");
	r = commit(&b);
	ck_assert_int_eq(r->class, ERR_NONE);
	ck_assert_uint_eq(r->removed, 5);
	shut(&b);
	ck_assert_int_eq(entries("new"), 1);
	ck_assert_int_eq(entries("cur"), 0);
}
END_TEST

/* Both names of one file are the message; another file of that name is not. */
START_TEST(twins_go_and_doubles_stay)
{
	struct box b;

	put("new/1.a", text);
	ck_assert_int_eq(linkat(env.root, in_box("new/1.a"), env.root,
	    in_box("cur/1.a:2,S"), 0), 0);
	put("new/2.a", "A: never seen\n\n");
	put("cur/2.a:2,", text);
	open_box(&b);
	ck_assert_uint_eq(b.list.count, 2);
	mark(&b, 0);
	mark(&b, 1);
	ck_assert_int_eq(commit(&b)->class, ERR_NONE);
	shut(&b);
	ck_assert_int_eq(entries("cur"), 0);
	ck_assert_int_eq(entries("new"), 1);
	ck_assert(there("new/2.a"));
}
END_TEST

/* Gone, and another one is called the same since: nobody asked for that one. */
START_TEST(a_stranger_of_the_same_name_stays)
{
	struct box b;

	put("new/1.a", text);
	open_box(&b);
	mark(&b, 0);
	put("cur/1.a:2,S", "A: never seen\n\n");
	gone("new/1.a");
	ck_assert_uint_eq(commit(&b)->removed, 1);
	shut(&b);
	ck_assert(there("cur/1.a:2,S"));
}
END_TEST

static void
half_allowed(void)
{
	const struct store_result *r;
	struct box b;

	env.root = open(top, O_RDONLY | O_DIRECTORY);
	open_box(&b);
	if (b.list.count != 4)
		_exit(1);
	mark(&b, 0);
	mark(&b, 1);
	mark(&b, 2);
	mark(&b, 3);
	r = commit(&b);
	if (r->class != ERR_TEMP || r->removed != 2 || r->failed != 2 ||
	    r->why.text[0] == '\0')
		_exit(2);
	shut(&b);
}

START_TEST(a_failure_does_not_stop_the_rest)
{
	struct box b;
	int i;

	fill("new", 2);
	put("cur/500.a:2,S", text);
	put("cur/501.a:2,S", text);
	give_to_nobody();
	for (i = 0; i < 2; i++)
		ck_assert_int_eq(fchmodat(env.root, in_box(i == 0 ?
		    "cur/500.a:2,S" : "cur/501.a:2,S"), 0644, 0), 0);
	ck_assert_int_eq(fchmodat(env.root, in_box("new/000.a"), 0644, 0), 0);
	ck_assert_int_eq(fchmodat(env.root, in_box("new/001.a"), 0644, 0), 0);
	ck_assert_int_eq(fchmodat(env.root, in_box("cur"), 0555, 0), 0);
	ck_assert_int_eq(as_nobody(half_allowed), 0);
	ck_assert_int_eq(fchmodat(env.root, in_box("cur"), 0755, 0), 0);
	ck_assert_int_eq(entries("new"), 0);
	ck_assert_int_eq(entries("cur"), 2);
	open_box(&b);
	ck_assert_uint_eq(b.list.count, 2);
	shut(&b);
}
END_TEST

START_TEST(a_lost_folder_is_a_failure)
{
	const struct store_result *r;
	struct box b;

	fill("new", 2);
	open_box(&b);
	mark(&b, 0);
	move("new", "away");
	r = commit(&b);
	ck_assert_int_eq(r->class, ERR_TEMP);
	ck_assert_uint_eq(r->failed, 1);
	ck_assert_uint_eq(r->removed, 0);
	shut(&b);
	ck_assert_int_eq(entries("away"), 2);
}
END_TEST

START_TEST(a_read_only_disk_is_a_failure_until_it_is_not)
{
	const struct store_result *r;
	struct box b;

	if (!small_disk("size=64k"))
		return;
	fill("new", 2);
	open_box(&b);
	mark(&b, 0);
	/* the folder we hold open is of this mount */
	if (mount("none", top, NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0) {
		printf("skipped: no remount (%s)\n", strerror(errno));
		shut(&b);
		return;
	}
	r = commit(&b);
	ck_assert_int_eq(r->class, ERR_TEMP);
	ck_assert_uint_eq(r->failed, 1);
	ck_assert_int_eq(shut(&b), -1);
	ck_assert_int_eq(entries("new"), 2);
	ck_assert_int_eq(mount("none", top, NULL, MS_REMOUNT, NULL), 0);
	open_box(&b);
	ck_assert_uint_eq(b.list.count, 2);
	mark(&b, 0);
	ck_assert_int_eq(commit(&b)->class, ERR_NONE);
	shut(&b);
	ck_assert_int_eq(entries("new"), 1);
}
END_TEST

START_TEST(deleting_needs_no_room)
{
	static const char *const disks[] = { "size=64k",
		"size=1m,nr_inodes=16" };
	struct box b;

	if (!small_disk(disks[_i]))
		return;
	fill("new", 2);
	fill_disk();
	open_box(&b);
	mark(&b, 0);
	mark(&b, 1);
	ck_assert_int_eq(commit(&b)->class, ERR_NONE);
	shut(&b);
	ck_assert_int_eq(entries("new"), 0);
}
END_TEST

/* Rename everything in cur to other flags and back, for ever. */
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
			snprintf(a, sizeof(a), "cur/%03d.a%s", i,
			    turn % 2 == 0 ? "" : ":2,S");
			snprintf(b, sizeof(b), "cur/%03d.a%s", i,
			    turn % 2 == 0 ? ":2,S" : "");
			(void)renameat(env.root, in_box(a), env.root,
			    in_box(b));
		}
}

START_TEST(in_a_storm_of_renames_the_answer_is_still_true)
{
	const struct store_result *r;
	int round, left, failures = 0;
	struct box b;
	pid_t pid = 0;

	for (round = 0; round < 1000; round++) {
		if (round % 100 == 0)
			pid = storm(8);
		fill("cur", 4);
		open_box(&b);
		ck_assert_uint_eq(b.list.count, 4);
		mark(&b, 0);
		mark(&b, 2);
		r = commit(&b);
		ck_assert_uint_eq(r->removed + r->failed, 2);
		failures += r->class != ERR_NONE;
		ck_assert_int_eq(r->class != ERR_NONE, r->failed > 0);
		left = (int)r->failed;
		shut(&b);
		open_box(&b);
		ck_assert_int_eq((int)b.list.count, 2 + left);
		mark(&b, 0);
		mark(&b, 1);
		mark(&b, 2);
		mark(&b, 3);
		while (commit(&b)->class != ERR_NONE)
			;
		shut(&b);
		if (round % 100 == 99) {
			kill(pid, SIGKILL);
			waitpid(pid, NULL, 0);
		}
	}
	ck_assert_int_lt(failures, 500);
	ck_assert_int_eq(entries("cur"), 0);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, mail_setup, mail_teardown);
	tcase_add_test(tc, marked_ones_go_and_others_stay);
	tcase_add_test(tc, what_is_gone_was_synced);
	tcase_add_test(tc, a_huge_maildrop_is_looked_through_in_slices);
	tcase_add_test(tc, closing_is_not_committing);
	tcase_add_test(tc, renamed_or_gone_ones_count_as_removed);
	tcase_add_test(tc, twins_go_and_doubles_stay);
	tcase_add_test(tc, a_stranger_of_the_same_name_stays);
	tcase_add_test(tc, a_failure_does_not_stop_the_rest);
	tcase_add_test(tc, a_lost_folder_is_a_failure);
	tcase_add_test(tc, a_read_only_disk_is_a_failure_until_it_is_not);
	tcase_add_loop_test(tc, deleting_needs_no_room, 0, 2);
	tcase_add_test(tc,
	    in_a_storm_of_renames_the_answer_is_still_true);
}

UNIT_MAIN("commit", add)
