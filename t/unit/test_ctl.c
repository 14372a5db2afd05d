/*
 * test_ctl.c - the control language: verbs and lines
 */
#include <ctype.h>
#include <string.h>

#include "lib/ctl/ctl.h"

#include "t/unit/unit.h"

#define SPAN(s)	{ s, sizeof(s) - 1 }

START_TEST(rows_are_whole)
{
	const struct ctl_verb *v = &ctl_verbs[_i];
	char line[128];
	int i;

	ck_assert_ptr_eq(ctl_find(v->verb), v);
	ck_assert_msg(strlen(v->help) > 5 && strlen(v->help) < 80, "%s",
	    v->verb);
	snprintf(line, sizeof(line), "pop3ctl %s", v->words);
	ck_assert_msg(strncmp(v->example, line, strlen(line)) == 0,
	    "%s: example %s", v->verb, v->example);
	ck_assert((v->role == CTL_NOBODY) <= (v->where == CTL_LOCAL ||
	    strcmp(v->verb, "account.owned") == 0));
	for (i = 0; i < (int)ctl_n_verbs; i++)
		ck_assert_msg(i == _i || strcmp(ctl_verbs[i].words,
		    v->words) != 0, "%s stands there twice", v->words);
	for (i = 0; v->words[i] != '\0'; i++)
		ck_assert(islower((unsigned char)v->words[i]) ||
		    v->words[i] == ' ');
}
END_TEST

/* Who may what, as INTERFACE.md section 5 says it. */
static const struct {
	const char *verb;
	enum ctl_role role;
} roles[] = {
	{ "status", CTL_VIEWER },
	{ "version", CTL_VIEWER },
	{ "server.stop", CTL_ADMIN },
	{ "reload", CTL_ADMIN },
	{ "session.list", CTL_VIEWER },
	{ "session.kill", CTL_OPERATOR },
	{ "config.show", CTL_VIEWER },
	{ "config.set", CTL_ADMIN },
	{ "config.reset", CTL_ADMIN },
	{ "domain.list", CTL_VIEWER },
	{ "domain.add", CTL_ADMIN },
	{ "account.list", CTL_VIEWER },
	{ "account.passwd", CTL_OWNER },
	{ "account.owned", CTL_NOBODY },
	{ "account.apop", CTL_ADMIN },
	{ "account.import", CTL_ADMIN },
	{ "account.export", CTL_ADMIN },
};

/* OWNER: an admin always, the others when the settings let owners come. */
START_TEST(owners)
{
	const struct ctl_verb *v = ctl_find("account.passwd");

	ck_assert(ctl_may(v, CTL_ADMIN, false));
	ck_assert(!ctl_may(v, CTL_OPERATOR, false));
	ck_assert(!ctl_may(v, CTL_NOBODY, false));
	ck_assert(ctl_may(v, CTL_NOBODY, true));
	ck_assert(!ctl_may(ctl_find("account.show"), CTL_NOBODY, true));
	ck_assert(!ctl_may(ctl_find("account.add"), CTL_OPERATOR, true));
	ck_assert(ctl_may(ctl_find("account.add"), CTL_ADMIN, false));
}
END_TEST

START_TEST(role)
{
	const struct ctl_verb *v = ctl_find(roles[_i].verb);
	enum ctl_role r, least = roles[_i].role == CTL_OWNER ? CTL_ADMIN :
	    roles[_i].role;

	ck_assert_ptr_nonnull(v);
	ck_assert_int_eq(v->role, roles[_i].role);
	for (r = CTL_NOBODY; r <= CTL_ADMIN; r++)
		ck_assert_int_eq(ctl_may(v, r, false), r >= least);
}
END_TEST

static const struct {
	const char *holds;
	struct span line;
	bool good;
	int64_t id;
	const char *says;
} lines[] = {
	{ "the shortest", SPAN("{\"v\":1,\"id\":7,\"verb\":\"status\"}"),
	    true, 7, NULL },
	{ "with args", SPAN("{\"v\":1,\"id\":8,\"verb\":\"config.get\","
	    "\"args\":{\"key\":\"x\"}}"), true, 8, NULL },
	{ "blanks around", SPAN(" {\"v\":1,\"id\":8,\"verb\":\"status\"} \r"),
	    true, 8, NULL },
	{ "nothing", SPAN(""), false, 0, "" },
	{ "noise", SPAN("GET / HTTP/1.1"), false, 0, "line 1" },
	{ "a NUL", SPAN("{\"v\":1\0,\"id\":7}"), false, 0, "" },
	{ "not UTF-8", SPAN("{\"v\":1,\"id\":7,\"verb\":\"\xff\"}"), false, 0,
	    "" },
	{ "two objects", SPAN("{\"v\":1,\"id\":7,\"verb\":\"status\"}{}"),
	    false, 0, "line 1" },
	{ "a list", SPAN("[1]"), false, 0, "one JSON object" },
	{ "null", SPAN("null"), false, 0, "one JSON object" },
	{ "no version", SPAN("{\"id\":7,\"verb\":\"status\"}"), false, 7,
	    "\"v\" must be 1" },
	{ "another version", SPAN("{\"v\":2,\"id\":7,\"verb\":\"status\"}"),
	    false, 7, "\"v\" must be 1" },
	{ "a version as text", SPAN("{\"v\":\"1\",\"id\":7,\"verb\":"
	    "\"status\"}"), false, 7, "\"v\"" },
	{ "no id", SPAN("{\"v\":1,\"verb\":\"status\"}"), false, 0, "\"id\"" },
	{ "an id as text", SPAN("{\"v\":1,\"id\":\"7\",\"verb\":\"status\"}"),
	    false, 0, "\"id\"" },
	{ "an id with a fraction", SPAN("{\"v\":1,\"id\":7.5,\"verb\":"
	    "\"status\"}"), false, 0, "\"id\"" },
	{ "an id too large", SPAN("{\"v\":1,\"id\":99999999999999999999,"
	    "\"verb\":\"status\"}"), false, 0, "" },
	{ "no verb", SPAN("{\"v\":1,\"id\":7}"), false, 7, "\"verb\"" },
	{ "a verb as number", SPAN("{\"v\":1,\"id\":7,\"verb\":1}"), false, 7,
	    "\"verb\"" },
	{ "unknown verb", SPAN("{\"v\":1,\"id\":7,\"verb\":\"destroy\"}"),
	    false, 7, "\"destroy\": no such verb" },
	{ "words are no verb", SPAN("{\"v\":1,\"id\":7,\"verb\":"
	    "\"session list\"}"), false, 7, "no such verb" },
	{ "a verb of pop3ctl alone", SPAN("{\"v\":1,\"id\":7,\"verb\":"
	    "\"server.start\"}"), false, 7, "no such verb" },
	{ "args as a list", SPAN("{\"v\":1,\"id\":7,\"verb\":\"status\","
	    "\"args\":[]}"), false, 7, "\"args\" must be an object" },
	{ "args as null", SPAN("{\"v\":1,\"id\":7,\"verb\":\"status\","
	    "\"args\":null}"), false, 7, "\"args\"" },
	{ "an unknown member", SPAN("{\"v\":1,\"id\":7,\"verb\":\"status\","
	    "\"uid\":0}"), false, 7, "\"uid\"" },
	{ "a member twice", SPAN("{\"v\":1,\"id\":7,\"id\":8,\"verb\":"
	    "\"status\"}"), false, 0, "duplicate" },
};

START_TEST(line)
{
	struct ctl_request r;
	enum ctl_code code = CTL_OK;
	struct err e;
	int status;

	err_clear(&e);
	status = ctl_request_read(lines[_i].line, &r, &code, &e);
	ck_assert_msg((status == 0) == lines[_i].good, "%s: %s",
	    lines[_i].holds, e.text);
	ck_assert_msg(r.id == lines[_i].id, "%s", lines[_i].holds);
	if (lines[_i].good) {
		ck_assert_ptr_nonnull(r.verb);
		ck_assert(json_is_object(r.args));
	} else {
		ck_assert_int_eq(code, CTL_USAGE);
		ck_assert_msg(strstr(e.text, lines[_i].says) != NULL, "%s: %s",
		    lines[_i].holds, e.text);
		ck_assert_ptr_null(r.args);
	}
	ctl_request_clear(&r);
}
END_TEST

START_TEST(a_long_line_is_refused)
{
	char *text = malloc(CTL_LINE_MAX);
	struct span s = { text, CTL_LINE_MAX };
	struct ctl_request r;
	enum ctl_code code;
	struct err e;

	memset(text, ' ', CTL_LINE_MAX);
	memcpy(text, "{\"v\":1,\"id\":7,\"verb\":\"status\"}", 30);
	ck_assert_int_eq(ctl_request_read(s, &r, &code, &e), -1);
	ck_assert_int_eq(code, CTL_USAGE);
	s.len = CTL_LINE_MAX - 1;
	ck_assert_int_eq(ctl_request_read(s, &r, &code, &e), 0);
	ctl_request_clear(&r);
	memset(text, '[', CTL_LINE_MAX);
	ck_assert_int_eq(ctl_request_read(s, &r, &code, &e), -1);
	free(text);
}
END_TEST

START_TEST(replies)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	ck_assert_int_eq(ctl_reply_ok(&b, 7, json_pack("{s:i}", "n", 1)), 0);
	ck_assert_int_eq(ctl_reply_ok(&b, 8, NULL), 0);
	ck_assert_int_eq(ctl_reply_fault(&b, 9, CTL_BAD_VALUE, "a\nb"), 0);
	ck_assert_int_eq(buf_addc(&b, '\0'), 0);
	ck_assert_str_eq(buf_data(&b),
	    "{\"v\":1,\"id\":7,\"ok\":true,\"result\":{\"n\":1}}\n"
	    "{\"v\":1,\"id\":8,\"ok\":true,\"result\":{}}\n"
	    "{\"v\":1,\"id\":9,\"ok\":false,\"error\":{\"code\":\"bad-value\","
	    "\"text\":\"a\\nb\",\"exit\":65}}\n");
	buf_free(&b);
}
END_TEST

/* A stream of replies, and a change without an audit record. */
START_TEST(more_and_warnings)
{
	struct buf b;

	buf_init(&b, 1 << 20);
	ck_assert_int_eq(ctl_reply_more(&b, 7, 0, span_of("{}")), 0);
	ck_assert_int_eq(ctl_reply_more(&b, 7, 12,
	    span_of("{\"line\":\"x\"}")), 0);
	ck_assert_int_eq(ctl_reply_warn(&b, 8, NULL, "no record"), 0);
	ck_assert_int_eq(ctl_reply_warn(&b, 9, NULL, NULL), 0);
	ck_assert_int_eq(buf_addc(&b, '\0'), 0);
	ck_assert_str_eq(buf_data(&b),
	    "{\"v\":1,\"id\":7,\"ok\":true,\"more\":true,\"result\":{}}\n"
	    "{\"v\":1,\"id\":7,\"ok\":true,\"more\":true,\"lost\":12,"
	    "\"result\":{\"line\":\"x\"}}\n"
	    "{\"v\":1,\"id\":8,\"ok\":true,\"result\":{},"
	    "\"warning\":\"no record\"}\n"
	    "{\"v\":1,\"id\":9,\"ok\":true,\"result\":{}}\n");
	buf_free(&b);
	/* no room: nothing of it */
	buf_init(&b, 20);
	ck_assert_int_eq(ctl_reply_more(&b, 7, 0, span_of("{}")), -1);
	ck_assert_uint_eq(buf_len(&b), 0);
	buf_free(&b);
}
END_TEST

static const struct {
	const char *verb;
	bool args, changes;
} changing[] = {
	{ "status", false, false },
	{ "session.list", false, false },
	{ "audit.verify", true, false },
	{ "log.follow", true, false },
	{ "log.level", false, false },
	{ "log.level", true, true },
	{ "log.debug", false, false },
	{ "log.debug", true, true },
	{ "session.kill", true, true },
	{ "session.kill", false, true },
	{ "config.set", true, true },
	{ "account.passwd", true, true },
	{ "account.export", false, true },
	{ "server.stop", false, true },
};

START_TEST(changes_are_recorded)
{
	json_t *args = changing[_i].args ? json_pack("{s:i}", "a", 1) :
	    json_object();

	ck_assert_int_eq(ctl_changes(ctl_find(changing[_i].verb), args),
	    changing[_i].changes);
	json_decref(args);
}
END_TEST

START_TEST(a_text_that_is_no_utf8_is_still_told)
{
	json_t *v = ctl_error_json(CTL_CONFIG, "file \xff\xfe: bad");

	ck_assert_str_eq(json_string_value(json_object_get(v, "text")),
	    "file ??: bad");
	ck_assert_str_eq(json_string_value(json_object_get(v, "code")),
	    "configuration");
	json_decref(v);
}
END_TEST

START_TEST(a_result_too_long_becomes_a_fault)
{
	char *text = malloc(CTL_LINE_MAX);
	struct buf b;

	memset(text, 'x', CTL_LINE_MAX - 1);
	text[CTL_LINE_MAX - 1] = '\0';
	buf_init(&b, 1 << 20);
	ck_assert_int_eq(ctl_reply_ok(&b, 7, json_pack("{s:s}", "t", text)),
	    0);
	ck_assert_uint_lt(buf_len(&b), 300);
	ck_assert_int_eq(buf_addc(&b, '\0'), 0);
	ck_assert_ptr_nonnull(strstr(buf_data(&b), "\"ok\":false"));
	buf_free(&b);
	buf_init(&b, 10);
	ck_assert_int_eq(ctl_reply_ok(&b, 7, NULL), -1);
	ck_assert_uint_eq(buf_len(&b), 0);
	buf_free(&b);
	free(text);
}
END_TEST

static const struct {
	enum err_class class;
	enum ctl_code code;
} classes[] = {
	{ ERR_NONE, CTL_OK },
	{ ERR_CONFIG, CTL_BAD_VALUE },
	{ ERR_NOTFOUND, CTL_NOT_FOUND },
	{ ERR_TEMP, CTL_TRY_AGAIN },
	{ ERR_BUSY, CTL_TRY_AGAIN },
	{ ERR_LIMIT, CTL_TRY_AGAIN },
	{ ERR_PROTO, CTL_USAGE },
	{ ERR_PERM, CTL_CONFIG },
};

START_TEST(class_to_code)
{
	struct err e = { .class = classes[_i].class };

	ck_assert_int_eq(ctl_code_of(&e), classes[_i].code);
	ck_assert_str_ne(ctl_code_name(classes[_i].code), "unknown");
}
END_TEST

START_TEST(passwords_are_wiped)
{
	json_t *v = json_pack("{s:[s,{s:s}]}", "a", "secret", "b", "other");
	json_t *list = json_object_get(v, "a");
	const char *one = json_string_value(json_array_get(list, 0));
	const char *two = json_string_value(json_object_get(
	    json_array_get(list, 1), "b"));

	ctl_wipe(v);
	ck_assert_int_eq(memcmp(one, "\0\0\0\0\0\0", 6), 0);
	ck_assert_int_eq(memcmp(two, "\0\0\0\0\0", 5), 0);
	json_decref(v);
	ctl_wipe(NULL);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_loop_test(tc, rows_are_whole, 0, (int)ctl_n_verbs);
	UNIT_ROWS(tc, role, roles);
	tcase_add_test(tc, owners);
	UNIT_ROWS(tc, line, lines);
	UNIT_ROWS(tc, class_to_code, classes);
	tcase_add_test(tc, a_long_line_is_refused);
	tcase_add_test(tc, replies);
	tcase_add_test(tc, more_and_warnings);
	UNIT_ROWS(tc, changes_are_recorded, changing);
	tcase_add_test(tc, a_text_that_is_no_utf8_is_still_told);
	tcase_add_test(tc, a_result_too_long_becomes_a_fault);
	tcase_add_test(tc, passwords_are_wiped);
}
UNIT_MAIN("ctl", add)
