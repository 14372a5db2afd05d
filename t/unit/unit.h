/*
 * unit.h - the frame that every unit test shares
 *
 *	static void
 *	add(TCase *tc)
 *	{
 *		UNIT_ROWS(tc, parses, rows);	// START_TEST(parses), row _i
 *		tcase_add_test(tc, never_grows);
 *	}
 *	UNIT_MAIN("num", add)
 */
#ifndef UNIT_H
#define UNIT_H

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>

#define COUNT(a)	((int)(sizeof(a) / sizeof((a)[0])))

/* One run of the test for each row of the table, told apart by _i. */
#define UNIT_ROWS(tc, test, rows) \
	tcase_add_loop_test((tc), test, 0, COUNT(rows))

/* What a test cannot go on without. */
static inline void *
made(void *p)
{
	ck_assert_ptr_nonnull(p);
	return p;
}

/* Exit 0 only when every test passed. */
static inline int
unit_run(const char *name, void (*add)(TCase *))
{
	Suite *s = suite_create(name);
	TCase *tc = tcase_create(name);
	SRunner *sr;
	int failed;

	add(tc);
	tcase_set_timeout(tc, 60);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#define UNIT_MAIN(name, add) \
	int \
	main(void) \
	{ \
		return unit_run(name, add); \
	}

#endif
