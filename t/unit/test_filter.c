/*
 * test_filter.c - which records a follower wants
 */
#include <string.h>

#include "lib/base/json.h"

#include "pop3srvd/log/filter.h"

#include "t/unit/unit.h"

static const struct logrec record = {
	.level = LOG_LEVEL_INFO,
	.where = { .session = "7f3a2", .listener = "pop3s",
	    .peer = "192.0.2.7" },
	.what = "login ok",
	.fields = { { "user", { "anna@example.org", 16 }, 0 }, LOG_NUM("n", 5) },
	.n_fields = 2
};

static const struct {
	const char *args;
	bool passes;
} rows[] = {
	{ "{}", true },
	{ "{\"level\":\"info\"}", true },
	{ "{\"level\":\"debug\"}", true },
	{ "{\"level\":\"warning\"}", false },
	{ "{\"level\":\"error\"}", false },
	{ "{\"event\":\"login\"}", true },
	{ "{\"event\":\"login ok\"}", true },
	{ "{\"event\":\"log\"}", false },
	{ "{\"event\":\"login o\"}", false },
	{ "{\"event\":\"login ok x\"}", false },
	{ "{\"user\":\"anna@example.org\"}", true },
	{ "{\"user\":\"anna\"}", false },
	{ "{\"session\":\"7f3a2\"}", true },
	{ "{\"session\":\"7f3a\"}", false },
	{ "{\"listener\":\"pop3s\"}", true },
	{ "{\"listener\":\"pop3\"}", false },
	{ "{\"peer\":\"192.0.2.7\"}", true },
	{ "{\"peer\":\"192.0.2.0/24\"}", true },
	{ "{\"peer\":\"192.0.2.0/255.255.255.0\"}", true },
	{ "{\"peer\":\"192.0.2.8\"}", false },
	{ "{\"peer\":\"2001:db8::/32\"}", false },
	{ "{\"event\":\"login\",\"peer\":\"192.0.2.7\",\"user\":\"bert\"}",
	    false },
	{ "{\"event\":\"login\",\"peer\":\"192.0.2.7\",\"level\":\"info\","
	    "\"listener\":\"pop3s\",\"format\":\"json\"}", true },
};

START_TEST(passes)
{
	struct filter f;
	struct err e;
	json_t *args = json_read(rows[_i].args, strlen(rows[_i].args), &e);

	ck_assert_ptr_nonnull(args);
	ck_assert_msg(filter_read(&f, args, &e) == 0, "%s", e.text);
	ck_assert_int_eq(filter_passes(&f, &record), rows[_i].passes);
	json_decref(args);
}
END_TEST

START_TEST(what_is_elsewhere_has_no_peer)
{
	static const char text[] = "{\"peer\":\"192.0.2.0/24\"}";
	struct logrec r = { .level = LOG_LEVEL_INFO, .what = "log opened" };
	struct filter f;
	struct err e;
	json_t *args = json_read(text, strlen(text), &e);

	ck_assert_int_eq(filter_read(&f, args, &e), 0);
	ck_assert(!filter_passes(&f, &r));
	json_decref(args);
}
END_TEST

static const char *const faults[] = {
	"[]", "{\"level\":5}", "{\"level\":\"loud\"}", "{\"peer\":\"x\"}",
	"{\"peer\":\"192.0.2.1/24\"}", "{\"format\":\"xml\"}",
	"{\"grep\":\"x\"}", "{\"user\":[]}", "{\"event\":null}",
};

START_TEST(is_refused)
{
	struct filter f;
	struct err e;
	json_t *args = json_read(faults[_i], strlen(faults[_i]), &e);

	ck_assert_ptr_nonnull(args);
	e.text[0] = '\0';
	ck_assert_int_eq(filter_read(&f, args, &e), -1);
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_msg(e.text[0] != '\0', "no reason");
	json_decref(args);
}
END_TEST

START_TEST(too_long_is_refused)
{
	char text[400];
	struct filter f;
	struct err e;
	json_t *args;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	args = json_pack("{s:s}", "user", text);
	ck_assert_int_eq(filter_read(&f, args, &e), -1);
	json_decref(args);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, passes, rows);
	tcase_add_test(tc, what_is_elsewhere_has_no_peer);
	UNIT_ROWS(tc, is_refused, faults);
	tcase_add_test(tc, too_long_is_refused);
}

UNIT_MAIN("filter", add)
