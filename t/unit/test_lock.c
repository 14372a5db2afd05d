/*
 * test_lock.c - one session a maildrop, in this process and in others
 */
#include <signal.h>
#include <sys/file.h>

#include "t/unit/mail_unit.h"

static int
dir(void)
{
	int fd = openat(env.root, BOX, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	return fd;
}

START_TEST(the_second_is_told_the_age)
{
	int a = dir(), b = dir();
	struct lock *l, *none;
	struct err e;
	int64_t age;

	l = lock_take(env.locks, a, 1000, &age, &e);
	ck_assert_ptr_nonnull(l);
	none = lock_take(env.locks, b, 8999, &age, &e);
	ck_assert_ptr_null(none);
	ck_assert_int_eq(e.class, ERR_BUSY);
	ck_assert_int_eq(age, 7);
	lock_drop(&l);
	ck_assert_ptr_null(l);
	l = lock_take(env.locks, b, 9000, &age, &e);
	ck_assert_ptr_nonnull(l);
	lock_drop(&l);
	close(a);
	close(b);
}
END_TEST

/* A child that locks and waits to be killed. */
static pid_t
other_process(void)
{
	int ready[2];
	pid_t pid;
	char c;

	ck_assert_int_eq(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (flock(dir(), LOCK_EX | LOCK_NB) == 0)
			(void)!write(ready[1], "y", 1);
		for (;;)
			pause();
	}
	ck_assert_int_eq((int)read(ready[0], &c, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

START_TEST(another_process_has_no_age_and_dies_with_its_lock)
{
	pid_t pid = other_process();
	struct lock *l;
	int64_t age = 5;
	struct err e;
	int fd = dir();

	ck_assert_ptr_null(lock_take(env.locks, fd, 1, &age, &e));
	ck_assert_int_eq(e.class, ERR_BUSY);
	ck_assert_int_eq(age, -1);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	l = lock_take(env.locks, fd, 1, &age, &e);
	ck_assert_ptr_nonnull(l);
	lock_drop(&l);
	close(fd);
}
END_TEST

START_TEST(other_maildrops_are_free)
{
	bool created;
	int a = dir(), b = maildrop_open(env.root, "d/v", &created, NULL);
	struct lock *l, *k;
	int64_t age;

	l = lock_take(env.locks, a, 1, &age, NULL);
	k = lock_take(env.locks, b, 1, &age, NULL);
	ck_assert_ptr_nonnull(l);
	ck_assert_ptr_nonnull(k);
	lock_drop(&l);
	lock_drop(&k);
	close(a);
	close(b);
}
END_TEST

START_TEST(a_session_waits_and_then_gives_up)
{
	const struct store_ops *ops = store_find("maildir");
	struct box first;
	struct store *st;
	struct err e;

	open_box(&first);
	st = ops->open(&env, BOX, 100000000, &e);
	ck_assert_int_eq(ops->step(st, 99999900, &e), STORE_LATER);
	ck_assert_int_eq(ops->step(st, 99999999, &e), STORE_LATER);
	ck_assert_int_eq(ops->step(st, 100000000, &e), STORE_FAILED);
	ck_assert_int_eq(e.class, ERR_BUSY);
	ck_assert_int_ge(ops->notes(st)->busy_age, 0);
	ops->close(&st, &e);
	shut(&first);
}
END_TEST

START_TEST(a_waiting_session_goes_on_when_it_is_free)
{
	const struct store_ops *ops = store_find("maildir");
	struct box first;
	struct store *st;
	struct err e;

	put("new/1.a", "A: b\n\nc\n");
	open_box(&first);
	st = ops->open(&env, BOX, INT64_MAX, &e);
	ck_assert_int_eq(ops->step(st, 1, &e), STORE_LATER);
	shut(&first);
	ck_assert_int_eq(work(st, &e), STORE_DONE);
	ck_assert_uint_eq(ops->count(st), 1);
	ops->close(&st, &e);
}
END_TEST

START_TEST(nothing_is_written_for_it)
{
	struct lock *l;
	int64_t age;
	int before, fd = dir();

	before = entries(".");
	l = lock_take(env.locks, fd, 1, &age, NULL);
	ck_assert_ptr_nonnull(l);
	ck_assert_int_eq(entries("."), before);
	lock_drop(&l);
	ck_assert_int_eq(entries("."), before);
	close(fd);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, mail_setup, mail_teardown);
	tcase_add_test(tc, the_second_is_told_the_age);
	tcase_add_test(tc,
	    another_process_has_no_age_and_dies_with_its_lock);
	tcase_add_test(tc, other_maildrops_are_free);
	tcase_add_test(tc, a_session_waits_and_then_gives_up);
	tcase_add_test(tc, a_waiting_session_goes_on_when_it_is_free);
	tcase_add_test(tc, nothing_is_written_for_it);
}

UNIT_MAIN("lock", add)
