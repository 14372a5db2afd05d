/*
 * test_json.c - typed getters that say what was wrong
 */
#include <string.h>

#include "lib/base/json.h"

#include "t/unit/unit.h"

#define SPAN(s)		s, sizeof(s) - 1

static const struct {
	const char *holds, *in;
	size_t n;
	const char *fault;		/* part of the text; NULL: good */
} texts[] = {
	{ "an object", SPAN("{\"a\":1}"), NULL },
	{ "blanks around it", SPAN(" {}\n"), NULL },
	{ "a value alone", SPAN("\"on\""), NULL },
	{ "a number alone", SPAN("17"), NULL },
	{ "a key twice", SPAN("{\"a\":1,\"a\":2}"), "a" },
	{ "octets behind it", SPAN("{} x"), "line 1" },
	{ "two values", SPAN("{}{}"), "line 1" },
	{ "a NUL behind it", SPAN("{}\0"), "NUL octet" },
	{ "a NUL between", SPAN("{\"a\":\0001}"), "NUL octet" },
	{ "nothing", SPAN(""), "line 1" },
	{ "the place is told", SPAN("{\n \"a\": 1,\n \"b\" 2}"),
	    "line 3, column 6: ':' expected near '2'" },
	{ "a comma too many", SPAN("{\"a\":1,}"), "column 8" },
	{ "single quotes", SPAN("{'a':1}"), "'''" },
	{ "a comment", SPAN("{} // x"), "line 1" },
	{ "cut short", SPAN("{\"a\":"), "line 1" },
	{ "bad UTF-8", SPAN("\"\xff\""), "0xff" },
	{ "a NUL in a string", SPAN("\"a\\u0000b\""), "\\u0000" },
	{ "a number beyond 64 bits", SPAN("9223372036854775808"),
	    "too big integer" },
};

START_TEST(text)
{
	struct err e;
	json_t *v;

	err_clear(&e);
	v = json_read(texts[_i].in, texts[_i].n, &e);
	ck_assert_msg((v != NULL) == (texts[_i].fault == NULL), "%s: %s",
	    texts[_i].holds, e.text);
	if (v == NULL) {
		ck_assert_int_eq(e.class, ERR_CONFIG);
		ck_assert_msg(strstr(e.text, texts[_i].fault) != NULL,
		    "%s: %s", texts[_i].holds, e.text);
	}
	json_decref(v);
}
END_TEST

START_TEST(deep_nesting_is_a_fault_not_a_crash)
{
	static char deep[100000];
	struct err e;

	memset(deep, '[', sizeof(deep));
	ck_assert_ptr_null(json_read(deep, sizeof(deep), &e));
	ck_assert_int_eq(e.class, ERR_CONFIG);
}
END_TEST

enum kind { STR, BOOL, INT };

static const struct {
	const char *holds, *obj, *key;
	enum kind kind;
	const char *got;		/* NULL: refused */
	const char *fault;
} gets[] = {
	{ "a string", "{\"k\":\"x\"}", "k", STR, "x", NULL },
	{ "an empty string", "{\"k\":\"\"}", "k", STR, "", NULL },
	{ "the default", "{}", "k", STR, "dflt", NULL },
	{ "a number is no string", "{\"k\":17}", "k", STR, NULL,
	    "k: expected a string, not 17" },
	{ "null is no string", "{\"k\":null}", "k", STR, NULL, "not null" },
	{ "true", "{\"k\":true}", "k", BOOL, "1", NULL },
	{ "false", "{\"k\":false}", "k", BOOL, "0", NULL },
	{ "the default", "{}", "k", BOOL, "1", NULL },
	{ "\"true\" is not true", "{\"k\":\"true\"}", "k", BOOL, NULL,
	    "k: expected true or false, not \"true\"" },
	{ "0 is not false", "{\"k\":0}", "k", BOOL, NULL, "not 0" },
	{ "a number", "{\"k\":-5}", "k", INT, "-5", NULL },
	{ "a large one", "{\"k\":9223372036854775807}", "k", INT,
	    "9223372036854775807", NULL },
	{ "the default", "{}", "k", INT, "42", NULL },
	{ "a fraction", "{\"k\":1.5}", "k", INT, NULL,
	    "k: expected a whole number, not 1.5" },
	{ "1.0 is no whole number", "{\"k\":1.0}", "k", INT, NULL, "1.0" },
	{ "digits in quotes", "{\"k\":\"1\"}", "k", INT, NULL, "\"1\"" },
	{ "a list has no members", "[1]", "k", INT, NULL, "object" },
	{ "nor for a string", "[1]", "k", STR, NULL, "object" },
	{ "nor for true", "[1]", "k", BOOL, NULL, "object" },
};

static int
get_text(int row, const json_t *obj, char out[64], struct err *e)
{
	const char *key = gets[row].key, *s;
	bool b = false;
	int64_t i = 0;
	int r = 0;

	switch (gets[row].kind) {
	case STR:
		s = json_str(obj, key, "dflt", e);
		snprintf(out, 64, "%s", s == NULL ? "" : s);
		return s == NULL ? -1 : 0;
	case BOOL:
		r = json_bool(obj, key, true, &b, e);
		snprintf(out, 64, "%d", b);
		return r;
	case INT:
		r = json_int(obj, key, 42, &i, e);
		snprintf(out, 64, "%lld", (long long)i);
		return r;
	}
	return -1;
}

START_TEST(get)
{
	json_t *obj = json_loads(gets[_i].obj, 0, NULL);
	struct err e;
	char out[64];
	int r;

	ck_assert_ptr_nonnull(obj);
	err_clear(&e);
	r = get_text(_i, obj, out, &e);
	ck_assert_msg((r == 0) == (gets[_i].got != NULL), "%s: %s",
	    gets[_i].holds, e.text);
	if (r == 0) {
		ck_assert_str_eq(out, gets[_i].got);
		ck_assert_int_eq(e.class, ERR_NONE);
	} else {
		ck_assert_int_eq(e.class, ERR_CONFIG);
		ck_assert_msg(strstr(e.text, gets[_i].fault) != NULL,
		    "%s: %s", gets[_i].holds, e.text);
	}
	json_decref(obj);
}
END_TEST

START_TEST(a_string_that_must_be_there)
{
	json_t *obj = json_object();
	struct err e;

	ck_assert_ptr_null(json_str(obj, "name", NULL, &e));
	ck_assert_int_eq(e.class, ERR_CONFIG);
	ck_assert_str_eq(e.text, "name: missing");
	ck_assert_ptr_null(json_str(NULL, "name", NULL, &e));
	ck_assert_str_eq(json_str(NULL, "name", "d", &e), "d");
	json_decref(obj);
}
END_TEST

START_TEST(write_is_compact_and_whole_or_nothing)
{
	json_t *v = json_loads("{ \"a\" : [ 1, \"x\\n\" ] }", 0, NULL);
	struct buf b;

	buf_init(&b, 18);
	ck_assert_int_eq(buf_adds(&b, ">"), 0);
	ck_assert_int_eq(json_write(v, &b), 0);
	ck_assert(span_eq(buf_span(&b), ">{\"a\":[1,\"x\\n\"]}"));
	ck_assert_int_eq(json_write(v, &b), -1);
	ck_assert_uint_eq(buf_len(&b), 16);
	ck_assert_int_eq(json_write(NULL, &b), -1);
	buf_free(&b);
	ck_assert_int_eq(json_write(json_true(), &b), 0);
	ck_assert(span_eq(buf_span(&b), "true"));
	buf_free(&b);
	json_decref(v);
}
END_TEST

static const struct {
	const char *text, *names;
	bool ok;
} onlys[] = {
	{ "{}", "", true },
	{ "{}", "a", true },
	{ "{\"a\":1}", "", false },
	{ "{\"a\":1,\"cd\":2}", "a b cd", true },
	{ "{\"a\":1,\"c\":2}", "a b cd", false },
	{ "{\"d\":1}", "a b cd", false },
	{ "{\"b\":1}", "a b cd", true },
	{ "{\"a b\":1}", "a b cd", false },
	{ "{\"\":1}", "a b cd", false },
	{ "{\" \":1}", "a b cd", false },
	{ "{\"b\":1}", "ab b", true },
};

START_TEST(only)
{
	json_t *v = json_loads(onlys[_i].text, 0, NULL);
	struct err e;

	ck_assert_ptr_nonnull(v);
	ck_assert_int_eq(json_only(v, onlys[_i].names, &e),
	    onlys[_i].ok ? 0 : -1);
	if (!onlys[_i].ok)
		ck_assert_int_eq(e.class, ERR_CONFIG);
	json_decref(v);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, text, texts);
	tcase_add_test(tc, deep_nesting_is_a_fault_not_a_crash);
	UNIT_ROWS(tc, get, gets);
	tcase_add_test(tc, a_string_that_must_be_there);
	UNIT_ROWS(tc, only, onlys);
	tcase_add_test(tc, write_is_compact_and_whole_or_nothing);
}

UNIT_MAIN("json", add)
