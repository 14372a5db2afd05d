/*
 * test_err.c - the error value
 */
#include <errno.h>
#include <string.h>

#include "lib/base/err.h"

#include "t/unit/unit.h"

static const struct {
	enum err_class class;
	const char *name;
} classes[] = {
	{ ERR_NONE, "none" },
	{ ERR_LIMIT, "limit" },
	{ ERR_CONFIG, "config" },
	{ ERR_TEMP, "temporary" },
	{ ERR_PERM, "permanent" },
	{ ERR_PROTO, "protocol" },
	{ ERR_NOTFOUND, "not-found" },
	{ ERR_BUSY, "busy" },
	{ ERR_BUG, "bug" },
	{ (enum err_class)99, "unknown" },
};

START_TEST(class_names)
{
	ck_assert_str_eq(err_class_name(classes[_i].class), classes[_i].name);
}
END_TEST

START_TEST(set_fills_and_returns_minus_one)
{
	struct err e;

	errno = ENOSPC;
	ck_assert_int_eq(err_set(&e, ERR_LIMIT, "%d of %s", 3, "x"), -1);
	ck_assert_int_eq(e.class, ERR_LIMIT);
	ck_assert_int_eq(e.errnum, 0);
	ck_assert_str_eq(e.text, "3 of x");
	ck_assert_int_eq(err_set(NULL, ERR_LIMIT, "x"), -1);
	err_clear(&e);
	ck_assert_int_eq(e.class, ERR_NONE);
	ck_assert_str_eq(e.text, "");
}
END_TEST

START_TEST(sys_keeps_errno_and_words)
{
	struct err e;

	errno = ENOSPC;
	ck_assert_int_eq(err_sys(&e, ERR_TEMP, "write %s", "f"), -1);
	ck_assert_int_eq(e.errnum, ENOSPC);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_str_eq(e.text, "write f: No space left on device");
	ck_assert_int_eq(err_sys(NULL, ERR_TEMP, "x"), -1);
}
END_TEST

START_TEST(long_text_is_cut_but_the_reason_stays)
{
	char text[1000];
	struct err e;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_set(&e, ERR_BUG, "%s", text);
	ck_assert_uint_eq(strlen(e.text), sizeof(e.text) - 1);
	errno = EIO;
	err_sys(&e, ERR_TEMP, "%s", text);
	ck_assert_uint_eq(strlen(e.text), sizeof(e.text) - 1);
	ck_assert_ptr_nonnull(strstr(e.text, "aaa: Input/output error"));
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, class_names, classes);
	tcase_add_test(tc, set_fills_and_returns_minus_one);
	tcase_add_test(tc, sys_keeps_errno_and_words);
	tcase_add_test(tc, long_text_is_cut_but_the_reason_stays);
}

UNIT_MAIN("err", add)
