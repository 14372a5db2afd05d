/*
 * test_sessions.c - all sessions: by number, by age, by account
 */
#include <stdio.h>
#include <string.h>

#include "pop3srvd/front/session.h"
#include "pop3srvd/front/sessions.h"

#include "t/unit/unit.h"

START_TEST(found_by_number_until_it_ends)
{
	struct sessions *reg = sessions_new();
	struct session a = { .sid = 0 }, b = { .sid = 0 };
	char id[SESSION_ID];
	uint32_t old;

	ck_assert_int_eq(sessions_add(reg, &a), 0);
	ck_assert_ptr_eq(sessions_find(reg, a.sid), &a);
	ck_assert_ptr_eq(sessions_named(reg, session_id(&a, id)), &a);
	ck_assert_ptr_null(sessions_named(reg, "nobody"));
	old = a.sid;
	sessions_remove(reg, &a);
	ck_assert_ptr_null(sessions_find(reg, old));
	/* the slot is used again, the number is not */
	ck_assert_int_eq(sessions_add(reg, &b), 0);
	ck_assert_uint_ne(b.sid, old);
	ck_assert_ptr_null(sessions_find(reg, old));
	ck_assert_ptr_null(sessions_named(reg, id));
	ck_assert_uint_eq(sessions_begun(reg), 2);
	sessions_remove(reg, &b);
	sessions_free(&reg);
}
END_TEST

START_TEST(oldest_first_and_moved_by_login)
{
	struct sessions *reg = sessions_new();
	struct session s[3] = { { .sid = 0 } };
	char account[] = "anna@example.org";
	int i;

	for (i = 0; i < 3; i++)
		ck_assert_int_eq(sessions_add(reg, &s[i]), 0);
	ck_assert_ptr_eq(sessions_first(reg, SESSIONS_WAITING), &s[0]);
	s[0].account = account;
	sessions_log_in(reg, &s[0]);
	ck_assert(s[0].logged_in);
	ck_assert_ptr_eq(sessions_first(reg, SESSIONS_WAITING), &s[1]);
	ck_assert_ptr_eq(sessions_first(reg, SESSIONS_LOGGED_IN), &s[0]);
	ck_assert_ptr_eq(sessions_of(reg, "anna@example.org"), &s[0]);
	ck_assert_ptr_null(sessions_of(reg, "anna@example.net"));
	ck_assert_uint_eq(sessions_count(reg, SESSIONS_WAITING), 2);
	sessions_remove(reg, &s[0]);
	ck_assert_ptr_null(sessions_of(reg, "anna@example.org"));
	sessions_remove(reg, &s[2]);
	sessions_remove(reg, &s[1]);
	ck_assert_ptr_null(sessions_first(reg, SESSIONS_WAITING));
	sessions_free(&reg);
}
END_TEST

#define MANY	3000

START_TEST(many_come_and_go)
{
	static struct session s[MANY];
	struct sessions *reg = sessions_new();
	static char accounts[MANY][32];
	int i, round;

	for (round = 0; round < 3; round++) {
		memset(s, 0, sizeof(s));
		for (i = 0; i < MANY; i++) {
			ck_assert_int_eq(sessions_add(reg, &s[i]), 0);
			snprintf(accounts[i], sizeof(accounts[i]), "u%d@x", i);
			s[i].account = accounts[i];
			if (i % 3 != 0)
				sessions_log_in(reg, &s[i]);
		}
		for (i = 0; i < MANY; i++) {
			ck_assert_ptr_eq(sessions_find(reg, s[i].sid), &s[i]);
			ck_assert(sessions_of(reg, accounts[i]) ==
			    (i % 3 != 0 ? &s[i] : NULL));
		}
		for (i = 0; i < MANY; i++)
			sessions_remove(reg, &s[(i * 7) % MANY]);
		ck_assert_uint_eq(sessions_count(reg, SESSIONS_WAITING), 0);
		ck_assert_uint_eq(sessions_count(reg, SESSIONS_LOGGED_IN), 0);
	}
	sessions_free(&reg);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, found_by_number_until_it_ends);
	tcase_add_test(tc, oldest_first_and_moved_by_login);
	tcase_add_test(tc, many_come_and_go);
}

UNIT_MAIN("sessions", add)
