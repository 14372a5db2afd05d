/*
 * test_bad_disk.c - a maildrop on a disk with bad spots, or on none any more
 */
#include "t/unit/mail_unit.h"

#define MESSAGES	4

static const char text[] = "A: b\n\nc\n";	/* wire: 11 */
static int broken;		/* so many files cannot be looked at */

int __real_fstatat(int, const char *, struct stat *, int);
int __wrap_fstatat(int, const char *, struct stat *, int);

int
__wrap_fstatat(int dir, const char *name, struct stat *st, int flags)
{
	if (strstr(name, ",S=") == NULL || name[0] - '0' >= broken)
		return __real_fstatat(dir, name, st, flags);
	errno = EIO;
	return -1;
}

static void
fill(void)
{
	char name[64];
	int i;

	for (i = 0; i < MESSAGES; i++) {
		snprintf(name, sizeof(name), "new/%d.a,S=8,W=11", i);
		put(name, text);
	}
}

START_TEST(over_a_bad_spot_the_others_are_listed)
{
	struct box b;

	fill();
	broken = _i;
	open_box(&b);
	ck_assert_uint_eq(b.list.count, (unsigned)(MESSAGES - _i));
	ck_assert_uint_eq(notes(&b)->unreadable, (unsigned)_i);
	shut(&b);
}
END_TEST

START_TEST(a_dead_disk_is_no_empty_maildrop)
{
	struct err e;
	struct box b;

	fill();
	broken = _i;
	ck_assert_int_eq(try_open(&b, BOX, &e), STORE_FAILED);
	ck_assert_int_eq(e.class, ERR_TEMP);
	ck_assert_int_eq(e.errnum, EIO);
	shut(&b);
	broken = 0;
	open_box(&b);
	ck_assert_uint_eq(b.list.count, MESSAGES);
	shut(&b);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, mail_setup, mail_teardown);
	tcase_add_loop_test(tc, over_a_bad_spot_the_others_are_listed, 0,
	    MESSAGES / 2 + 1);
	tcase_add_loop_test(tc, a_dead_disk_is_no_empty_maildrop,
	    MESSAGES / 2 + 1, MESSAGES + 1);
}

UNIT_MAIN("bad disk", add)
