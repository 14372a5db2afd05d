/*
 * test_ticket.c - a ticket opens what auth wrote, and nothing else
 */
#include <string.h>

#include "pop3srvd/ipc/ticket.h"

#include "t/unit/unit.h"

#define NOW	INT64_C(1800000000000)

static const unsigned char key[TICKET_KEY] = "the key that auth and drop know";

static void
make(const char *maildrop, int64_t expires, struct buf *b)
{
	const struct ticket t = { "anna@example.org", maildrop, 1u << 30,
		expires };

	buf_init(b, 8192);
	ck_assert_int_eq(ticket_write(&t, key, b), 0);
}

START_TEST(says_what_was_written)
{
	struct ticket t;
	struct buf b;
	struct err e;

	make("example.org/anna", NOW + 1, &b);
	ck_assert_int_eq(ticket_read(&t, buf_span(&b), key, NOW, &e), 0);
	ck_assert_str_eq(t.account, "anna@example.org");
	ck_assert_str_eq(t.maildrop, "example.org/anna");
	ck_assert_uint_eq(t.quota, 1u << 30);
	ck_assert_int_eq(t.expires, NOW + 1);
	buf_free(&b);
}
END_TEST

START_TEST(every_flipped_bit_is_refused)
{
	struct ticket t;
	struct buf b;
	struct err e;
	char text[512];
	size_t n, i;
	int bit;

	make("example.org/anna", NOW + 1, &b);
	n = buf_len(&b);
	ck_assert(n < sizeof(text));
	for (i = 0; i < n; i++)
		for (bit = 0; bit < 8; bit++) {
			memcpy(text, buf_data(&b), n);
			text[i] = (char)(text[i] ^ 1 << bit);
			ck_assert_int_eq(ticket_read(&t, span_mem(text, n),
			    key, NOW, &e), -1);
			ck_assert_int_eq(e.class, ERR_PERM);
		}
	buf_free(&b);
}
END_TEST

START_TEST(every_other_length_is_refused)
{
	struct ticket t;
	struct buf b;
	struct err e;
	size_t n;

	make("example.org/anna", NOW + 1, &b);
	for (n = 0; n < buf_len(&b); n++)
		ck_assert_int_eq(ticket_read(&t, span_mem(buf_data(&b), n),
		    key, NOW, &e), -1);
	ck_assert_int_eq(buf_addc(&b, 'x'), 0);
	ck_assert_int_eq(ticket_read(&t, buf_span(&b), key, NOW, &e), -1);
	buf_free(&b);
}
END_TEST

START_TEST(another_key_is_refused)
{
	unsigned char other[TICKET_KEY];
	struct ticket t;
	struct buf b;
	struct err e;

	memcpy(other, key, sizeof(other));
	other[31] ^= 1;
	make("example.org/anna", NOW + 1, &b);
	ck_assert_int_eq(ticket_read(&t, buf_span(&b), other, NOW, &e), -1);
	buf_free(&b);
}
END_TEST

START_TEST(an_old_one_is_refused)
{
	struct ticket t;
	struct buf b;
	struct err e;

	make("example.org/anna", NOW, &b);
	ck_assert_int_eq(ticket_read(&t, buf_span(&b), key, NOW - 1, &e), 0);
	ck_assert_int_eq(ticket_read(&t, buf_span(&b), key, NOW, &e), -1);
	ck_assert_int_eq(ticket_read(&t, buf_span(&b), key, NOW + 1, &e), -1);
	buf_free(&b);
}
END_TEST

static const struct {
	const char *maildrop;
	int answer;
} paths[] = {
	{ "anna", 0 },
	{ "example.org/anna", 0 },
	{ "example.org/..anna", 0 },
	{ "", -1 },
	{ ".", -1 },
	{ "..", -1 },
	{ "/anna", -1 },
	{ "anna/", -1 },
	{ "/", -1 },
	{ "../anna", -1 },
	{ "example.org/..", -1 },
	{ "example.org//anna", -1 },
	{ "example.org/anna/cur", -1 },
	{ "example.org/../../etc", -1 },
};

START_TEST(only_plain_maildrops)
{
	struct ticket t;
	struct buf b;
	struct err e;

	make(paths[_i].maildrop, NOW + 1, &b);
	ck_assert_int_eq(ticket_read(&t, buf_span(&b), key, NOW, &e),
	    paths[_i].answer);
	buf_free(&b);
}
END_TEST

/* What front could not carry is not written, not even in part. */
START_TEST(too_long_is_not_written)
{
	static char name[5000];
	struct ticket t = { name, "anna", 0, NOW };
	struct buf b;

	memset(name, 'a', sizeof(name) - 1);
	buf_init(&b, 8192);
	ck_assert_int_eq(ticket_write(&t, key, &b), -1);
	ck_assert_uint_eq(buf_len(&b), 0);
	t.account = "anna";
	buf_init(&b, 20);
	ck_assert_int_eq(ticket_write(&t, key, &b), -1);
	ck_assert_uint_eq(buf_len(&b), 0);
	buf_free(&b);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, says_what_was_written);
	tcase_add_test(tc, every_flipped_bit_is_refused);
	tcase_add_test(tc, every_other_length_is_refused);
	tcase_add_test(tc, another_key_is_refused);
	tcase_add_test(tc, an_old_one_is_refused);
	UNIT_ROWS(tc, only_plain_maildrops, paths);
	tcase_add_test(tc, too_long_is_not_written);
}

UNIT_MAIN("ticket", add)
