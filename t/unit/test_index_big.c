/*
 * test_index_big.c - a big maildrop, of which a login reads the list alone
 */
#include "t/unit/mail_unit.h"

#define N	(INDEX_BIG + 2)

static char ids[N][UIDL_MAX + 1];

static void
remember(void)
{
	struct box b;
	uint32_t i;

	open_box(&b);
	ck_assert_uint_eq(b.list.count, N);
	for (i = 0; i < N; i++)
		strcpy(ids[i], uidl(&b, i));
	shut(&b);
}

static void
prepare(void)
{
	char name[64];
	int i;

	mail_setup();
	for (i = 0; i < N; i++) {
		snprintf(name, sizeof(name), "%s/%d.M%dP1.h%s",
		    i % 2 == 0 ? "new" : "cur", 1000 + i / 7, i,
		    i % 2 == 0 ? "" : ":2,");
		put(name, "A: b\n\nc\n");
	}
	settle();
	remember();
}

/* Opened from the list alone, or not, it is the same. */
static void
open_same(struct box *b, bool scanned)
{
	uint32_t i;

	open_box(b);
	ck_assert_int_eq(notes(b)->scanned, scanned);
	ck_assert_uint_eq(notes(b)->counted, 0);
	ck_assert_uint_eq(b->list.count, N);
	for (i = 0; i < N; i++)
		ck_assert_str_eq(uidl(b, i), ids[i]);
}

/* Change one bit of the index file. */
static void
spoil(off_t at)
{
	int fd = openat(env.root, in_box(INDEX_FILE), O_RDWR);
	char c;

	ck_assert_int_eq((int)pread(fd, &c, 1, at), 1);
	c ^= 4;
	ck_assert_int_eq((int)pwrite(fd, &c, 1, at), 1);
	close(fd);
}

static off_t
index_size(void)
{
	struct stat st;

	ck_assert_int_eq(fstatat(env.root, in_box(INDEX_FILE), &st, 0), 0);
	return st.st_size;
}

START_TEST(messages_are_found_when_they_are_wanted)
{
	char text[4096];
	struct box b;
	struct err e;

	open_same(&b, false);
	ck_assert_int_eq(fetch(&b, 5, text, &e), STORE_DONE);
	ck_assert_str_eq(text, "A: b\n\nc\n");
	ck_assert_int_eq(fetch(&b, N - 1, text, &e), STORE_DONE);
	ck_assert_int_eq(shut(&b), 0);
	open_same(&b, false);
	ck_assert_int_eq(shut(&b), 0);
}
END_TEST

START_TEST(marks_made_before_are_not_lost)
{
	const struct store_result *r;
	struct box b;

	open_same(&b, false);
	b.st->ops->mark(b.st, 1, true);
	b.st->ops->mark(b.st, 8, true);
	b.st->ops->mark(b.st, 8, true);
	b.st->ops->mark(b.st, 9, true);
	b.st->ops->mark(b.st, 9, false);
	b.st->ops->mark(b.st, 10, false);
	b.st->ops->mark(b.st, N - 1, true);
	b.st->ops->mark(b.st, N, true);		/* no such message */
	r = commit(&b);
	ck_assert_int_eq(r->class, ERR_NONE);
	ck_assert_uint_eq(r->removed, 3);
	ck_assert_int_eq(shut(&b), 1);
	open_box(&b);
	ck_assert_uint_eq(b.list.count, N - 3);
	ck_assert_str_eq(uidl(&b, 0), ids[0]);
	ck_assert_str_eq(uidl(&b, 1), ids[2]);
	ck_assert_str_eq(uidl(&b, 7), ids[9]);
	shut(&b);
}
END_TEST

START_TEST(removing_nothing_reads_nothing)
{
	struct box b;

	open_same(&b, false);
	spoil(index_size() - 1);
	b.st->ops->mark(b.st, 3, true);
	b.st->ops->mark(b.st, 3, false);
	ck_assert_int_eq(commit(&b)->class, ERR_NONE);
	ck_assert_uint_eq(b.st->ops->result(b.st)->removed, 0);
	ck_assert_int_eq(shut(&b), 0);
}
END_TEST

/* The head of the index has 128 octets, the list's own and each row 16. */
static const struct {
	const char *what;
	off_t at;
} places[] = {
	{ "a size", 128 + 16 },
	{ "a letter of a UIDL, which is one still", 128 + 16 + N * 16 },
};

START_TEST(a_damaged_list_is_made_from_the_rest)
{
	struct box b;

	spoil(places[_i].at);
	open_same(&b, true);
	ck_assert_int_eq(shut(&b), 1);
	open_same(&b, false);
	shut(&b);
}
END_TEST

/* No message is lost or removed for it: this session is told so, and the next
 * one finds all. */
START_TEST(a_damaged_rest_costs_one_session)
{
	const struct store_result *r;
	char text[4096];
	struct box b;
	struct err e;
	uint32_t i;

	spoil(index_size() - 1);
	open_same(&b, false);
	ck_assert_int_eq(fetch(&b, 0, text, &e), STORE_FAILED);
	ck_assert_int_eq(e.class, ERR_TEMP);
	ck_assert_int_eq(fetch(&b, 1, text, &e), STORE_FAILED);
	ck_assert_int_eq(e.class, ERR_TEMP);
	b.st->ops->mark(b.st, 3, true);
	r = commit(&b);
	ck_assert_int_eq(r->class, ERR_TEMP);
	ck_assert_uint_eq(r->removed, 0);
	ck_assert_uint_eq(r->failed, 1);
	ck_assert_int_eq(shut(&b), 0);
	open_box(&b);
	ck_assert_uint_eq(notes(&b)->counted, N);
	for (i = 0; i < N; i++)
		ck_assert_str_eq(uidl(&b, i), ids[i]);
	ck_assert_int_eq(fetch(&b, 0, text, &e), STORE_DONE);
	shut(&b);
}
END_TEST

START_TEST(one_that_came_is_read_alone)
{
	struct box b;

	put("new/2000.M1P1.h", "A: b\n\nnew\n");
	open_box(&b);
	ck_assert_uint_eq(b.list.count, N + 1);
	ck_assert_uint_eq(notes(&b)->counted, 1);
	ck_assert_str_eq(uidl(&b, N - 1), ids[N - 1]);
	shut(&b);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, prepare, mail_teardown);
	tcase_add_test(tc, messages_are_found_when_they_are_wanted);
	tcase_add_test(tc, marks_made_before_are_not_lost);
	tcase_add_test(tc, removing_nothing_reads_nothing);
	UNIT_ROWS(tc, a_damaged_list_is_made_from_the_rest, places);
	tcase_add_test(tc, a_damaged_rest_costs_one_session);
	tcase_add_test(tc, one_that_came_is_read_alone);
}

UNIT_MAIN("index_big", add)
