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
	struct sessions *reg = made(sessions_new());
	struct session a = { .sid = 0 }, b = { .sid = 0 };
	char id[SESSION_ID];
	uint32_t old;

	sessions_add(reg, &a);
	ck_assert_ptr_eq(sessions_find(reg, a.sid), &a);
	ck_assert_ptr_eq(sessions_named(reg, session_id(&a, id)), &a);
	ck_assert_ptr_null(sessions_named(reg, "nobody"));
	old = a.sid;
	sessions_remove(reg, &a);
	ck_assert_ptr_null(sessions_find(reg, old));
	/* the slot is used again, the number is not */
	sessions_add(reg, &b);
	ck_assert_uint_ne(b.sid, old);
	ck_assert_ptr_null(sessions_find(reg, old));
	ck_assert_ptr_null(sessions_named(reg, id));
	ck_assert_uint_eq(sessions_begun(reg), 2);
	sessions_remove(reg, &b);
	sessions_free(&reg);
}
END_TEST

/* auth may answer late: whoever came meanwhile must not be taken for the one
 * that it means. */
START_TEST(a_number_does_not_come_back)
{
	struct sessions *reg = made(sessions_new());
	struct session gone = { .sid = 0 }, s;
	uint32_t i;

	sessions_add(reg, &gone);
	sessions_remove(reg, &gone);
	for (i = 0; i < 200000; i++) {
		memset(&s, 0, sizeof(s));
		sessions_add(reg, &s);
		ck_assert_ptr_null(sessions_find(reg, gone.sid));
		sessions_remove(reg, &s);
	}
	sessions_free(&reg);
}
END_TEST

START_TEST(oldest_first_and_moved_by_login)
{
	struct sessions *reg = made(sessions_new());
	struct session s[3] = { { .sid = 0 } };
	char account[] = "anna@example.org";
	int i;

	for (i = 0; i < 3; i++)
		sessions_add(reg, &s[i]);
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
	struct sessions *reg = made(sessions_new());
	static char accounts[MANY][32];
	int i, round;

	for (round = 0; round < 3; round++) {
		memset(s, 0, sizeof(s));
		for (i = 0; i < MANY; i++) {
			sessions_add(reg, &s[i]);
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
	tcase_add_test(tc, a_number_does_not_come_back);
	tcase_add_test(tc, oldest_first_and_moved_by_login);
	tcase_add_test(tc, many_come_and_go);
}

UNIT_MAIN("sessions", add)
