/*
 * test_logrec.c - records and lines of the log
 */
#include <string.h>

#include "pop3srvd/ipc/logrec.h"

#include "t/unit/unit.h"

#define WALL	INT64_C(1795278662123)	/* 2026-11-21T16:31:02.123Z */

static struct logrec
login(const char *user)
{
	struct logrec r = {
		.level = LOG_LEVEL_INFO,
		.wall = WALL,
		.pid = 812,
		.where = { "7f3a2", "pop3s", "192.0.2.7" },
		.what = "login ok",
		.fields = {
			LOG_STR("user", user),
			LOG_NUM("octets", UINT64_MAX),
			LOG_SPAN("raw", span_mem("a\0b", 3)),
		},
		.n_fields = 3,
	};

	return r;
}

static const char *
line(const struct logrec *r)
{
	static char text[32768];
	struct buf b;

	buf_init(&b, sizeof(text) - 1);
	ck_assert_int_eq(logrec_text(r, &b), 0);
	memcpy(text, buf_data(&b), buf_len(&b));
	text[buf_len(&b)] = '\0';
	buf_free(&b);
	return text;
}

START_TEST(comes_out_as_it_went_in)
{
	struct logrec in = login("anna@example.org"), out;
	struct buf b;

	buf_init(&b, 65536);
	ck_assert_int_eq(logrec_pack(&in, &b), 0);
	ck_assert_int_eq(logrec_unpack(&out, buf_span(&b)), 0);
	ck_assert_int_eq(out.level, LOG_LEVEL_INFO);
	ck_assert_str_eq(out.where.session, "7f3a2");
	ck_assert_uint_eq(out.n_fields, 3);
	ck_assert_str_eq(line(&out), "2026-11-21T16:31:02.123Z "
	    "pop3srvd[812]: session=7f3a2 listener=pop3s peer=192.0.2.7 "
	    "login ok user=anna@example.org octets=18446744073709551615 "
	    "raw=a\\x00b");
	buf_free(&b);
}
END_TEST

START_TEST(nowhere_is_left_out)
{
	struct logrec in = { .wall = WALL, .pid = 1, .what = "server started" },
	    out;
	struct buf b;

	buf_init(&b, 65536);
	ck_assert_int_eq(logrec_pack(&in, &b), 0);
	ck_assert_int_eq(logrec_unpack(&out, buf_span(&b)), 0);
	ck_assert_ptr_null(out.where.session);
	ck_assert_ptr_null(out.where.peer);
	ck_assert_str_eq(line(&out),
	    "2026-11-21T16:31:02.123Z pop3srvd[1]: server started");
	buf_free(&b);
}
END_TEST

START_TEST(every_cut_is_refused)
{
	struct logrec in = login("anna"), out;
	struct buf b;
	size_t n;

	buf_init(&b, 65536);
	ck_assert_int_eq(logrec_pack(&in, &b), 0);
	for (n = 0; n < buf_len(&b); n++)
		ck_assert_int_eq(logrec_unpack(&out,
		    span_mem(buf_data(&b), n)), -1);
	buf_free(&b);
}
END_TEST

/* The count is the last number before the fields. */
START_TEST(too_many_fields_are_refused)
{
	struct logrec in = { .what = "x" }, out;
	struct buf b;
	char text[64];

	buf_init(&b, 65536);
	ck_assert_int_eq(logrec_pack(&in, &b), 0);
	ck_assert_uint_lt(buf_len(&b), sizeof(text));
	memcpy(text, buf_data(&b), buf_len(&b));
	ck_assert_int_eq(logrec_unpack(&out, buf_span(&b)), 0);
	text[buf_len(&b) - 4] = LOGREC_FIELDS + 1;
	ck_assert_int_eq(logrec_unpack(&out, span_mem(text, buf_len(&b))), -1);
	memset(text + buf_len(&b) - 4, 0xff, 4);
	ck_assert_int_eq(logrec_unpack(&out, span_mem(text, buf_len(&b))), -1);
	buf_free(&b);
}
END_TEST

/* S-60: no peer's text makes a second line, field or value. */
static const char *const hostile[] = {
	"x>, rip=192.0.2.99", "x peer=192.0.2.99", "x\npop3srvd[1]: login ok",
	"x\r\n", "\x1b[2J", "<script>", "\xff\xfe\x80", "a\"b", "a\\x41",
};

START_TEST(peer_text_stays_one_value)
{
	struct logrec r = login(hostile[_i]);
	const char *text = line(&r), *at;
	size_t i;

	for (i = 0; text[i] != '\0'; i++)
		ck_assert(text[i] >= ' ' && text[i] <= '~');
	ck_assert_ptr_nonnull(strstr(text, " peer=192.0.2.7 login ok user="));
	at = strstr(text, " user=") + 6;
	at += strcspn(at, " ");
	ck_assert_int_eq(strncmp(at, " octets=", 8), 0);
	ck_assert_ptr_null(strchr(text, '"'));
}
END_TEST

START_TEST(a_fault_is_quoted_and_cannot_end_early)
{
	struct logrec r = { .wall = WALL, .pid = 1, .what = "login failed",
		.fields = { LOG_STR("error", "no \"x\" peer=1\n"),
		LOG_NUM("n", 1) }, .n_fields = 2 };

	ck_assert_str_eq(line(&r), "2026-11-21T16:31:02.123Z pop3srvd[1]: "
	    "login failed error=\"no \\x22x\\x22 peer=1\\x0a\" n=1");
}
END_TEST

/* Keys and words come from front, which may be in hostile hands. */
START_TEST(keys_and_words_are_made_safe_too)
{
	struct logrec r = { .wall = WALL, .pid = 1, .what = "a\n b",
		.fields = { LOG_NUM("k ey\n", 1) }, .n_fields = 1 };

	ck_assert_str_eq(line(&r), "2026-11-21T16:31:02.123Z pop3srvd[1]: "
	    "a\\x0a b k\\x20ey\\x0a=1");
}
END_TEST

START_TEST(a_long_value_is_cut)
{
	static char name[4097];
	struct logrec r;

	memset(name, '\n', sizeof(name) - 1);
	r = login(name);
	ck_assert_uint_lt(strlen(line(&r)), 1400);
	ck_assert_ptr_nonnull(strstr(line(&r), "... octets="));
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, comes_out_as_it_went_in);
	tcase_add_test(tc, nowhere_is_left_out);
	tcase_add_test(tc, every_cut_is_refused);
	tcase_add_test(tc, too_many_fields_are_refused);
	UNIT_ROWS(tc, peer_text_stays_one_value, hostile);
	tcase_add_test(tc, a_fault_is_quoted_and_cannot_end_early);
	tcase_add_test(tc, keys_and_words_are_made_safe_too);
	tcase_add_test(tc, a_long_value_is_cut);
}

UNIT_MAIN("logrec", add)
