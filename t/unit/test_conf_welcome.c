/*
 * test_conf_welcome.c - what a greeting may hold, and what is only told
 */
#include "t/unit/conf_env.h"

static char faults[65536];

#define TWO	"\"listeners\":[{\"name\":\"a\",\"port\":5,\"tls\":\"none\"}," \
	"{\"name\":\"b\",\"port\":6,\"tls\":\"none\"}]"
#define BASE	"{" STATE "," TLS_OK "," TWO
#define APOP	",\"options\":{\"apop\":true}"
#define ALL	"!\\\"#$%&'()*+,-./0123456789:;=?@ABCXYZ[\\\\]^_`abcxyz{|}~ "

static const struct {
	const char *holds, *more, *fault;	/* NULL: none */
} rows[] = {
	{ "every printable octet", ",\"welcome\":\"" ALL "<>\"", NULL },
	{ "with APOP but the two", APOP ",\"welcome\":\"" ALL "\"", NULL },
	{ "CR", ",\"welcome\":\"ab\\r\"", "octet 3 is 0x0d" },
	{ "LF", ",\"welcome\":\"\\nab\"", "octet 1 is 0x0a" },
	{ "a tab", ",\"welcome\":\"a\\tb\"", "octet 2 is 0x09" },
	{ "NUL", ",\"welcome\":\"a\\u0000b\"", "main.json: line 1" },
	{ "DEL", ",\"welcome\":\"a\\u007f\"", "octet 2 is 0x7f" },
	{ "C1", ",\"welcome\":\"a\\u0080\"", "octet 2 is 0xc2" },
	{ "UTF-8", ",\"welcome\":\"\\u20ac\"", "octet 1 is 0xe2" },
	{ "< with APOP", APOP ",\"welcome\":\"a<b\"",
	    "main.json: welcome: octet 2 is \"<\"" },
	{ "> with APOP", APOP ",\"welcome\":\"ab>\"",
	    "main.json: welcome: octet 3 is \">\"" },
	{ "a listener's APOP and everybody's text", ",\"welcome\":\"<\","
	    "\"listener\":{\"b\":{\"options\":{\"apop\":true}}}",
	    "main.json: listener.b.welcome: octet 1 is \"<\"" },
	{ "a listener's text and everybody's APOP", APOP
	    ",\"listener\":{\"b\":{\"welcome\":\"x>\"}}",
	    "main.json: listener.b.welcome: octet 2 is \">\"" },
	{ "another listener's text", ",\"listener\":{\"a\":{\"options\":{"
	    "\"apop\":true}},\"b\":{\"welcome\":\"<>\"}}", NULL },
	{ "a listener without everybody's APOP", APOP ",\"listener\":{\"b\":"
	    "{\"welcome\":\"<>\",\"options\":{\"apop\":false}}}", NULL },
};

START_TEST(what_it_may_hold)
{
	char text[2048];
	struct conf *c;

	snprintf(text, sizeof(text), BASE "%s}", rows[_i].more);
	/* '@' is the folder there */
	for (char *p = strstr(text, "welcome"); p != NULL && *p != '\0'; p++)
		if (*p == '@')
			*p = '!';
	env_write("main.json", text, 0644);
	c = env_load(NULL, faults, sizeof(faults));
	if (rows[_i].fault == NULL)
		ck_assert_msg(c != NULL, "%s: %s", rows[_i].holds, faults);
	else
		ck_assert_msg(c == NULL && strstr(faults, rows[_i].fault) !=
		    NULL, "%s: %s", rows[_i].holds, faults);
	conf_free(&c);
}
END_TEST

static const struct {
	size_t root, b;		/* octets; b 0: has none of its own */
	const char *first, *second;	/* keys of notes */
} lengths[] = {
	{ 0, 0, NULL, NULL }, { 1, 0, NULL, NULL }, { 400, 0, NULL, NULL },
	{ 401, 0, "welcome", NULL }, { 4096, 0, "welcome", NULL },
	{ 400, 401, "listener.b.welcome", NULL },
	{ 401, 400, "welcome", NULL },
	{ 401, 402, "welcome", "listener.b.welcome" },
};

START_TEST(too_long_is_told_once_for_each_who_has_it)
{
	char text[16384], *p = text, digits[4097];
	struct conf_source *s;
	const char *key;
	struct conf *c;
	size_t n;

	memset(digits, '7', 4096);
	digits[4096] = '\0';
	p += sprintf(p, BASE ",\"welcome\":\"%.*s\"", (int)lengths[_i].root,
	    digits);
	if (lengths[_i].b > 0)
		p += sprintf(p, ",\"listener\":{\"b\":{\"welcome\":\"%.*s\"}}",
		    (int)lengths[_i].b, digits);
	sprintf(p, "}");
	env_write("main.json", text, 0644);
	c = env_load(&s, faults, sizeof(faults));
	ck_assert_msg(c != NULL, "%s", faults);
	n = (size_t)(lengths[_i].first != NULL) +
	    (size_t)(lengths[_i].second != NULL);
	ck_assert_uint_eq(json_array_size(conf_notes(s)), n);
	for (size_t i = 0; i < n; i++) {
		key = json_string_value(json_object_get(json_array_get(
		    conf_notes(s), i), "key"));
		ck_assert_str_eq(key, i == 0 ? lengths[_i].first :
		    lengths[_i].second);
	}
	conf_free(&c);
	conf_source_free(&s);
}
END_TEST

START_TEST(longer_than_any_server_shows_is_a_fault)
{
	char text[8192], digits[4098];

	memset(digits, '7', 4097);
	digits[4097] = '\0';
	snprintf(text, sizeof(text), BASE ",\"welcome\":\"%s\"}", digits);
	env_write("main.json", text, 0644);
	ck_assert_ptr_null(env_load(NULL, faults, sizeof(faults)));
	ck_assert_ptr_nonnull(strstr(faults, "4097 octets, at most 4096"));
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, env_setup, env_teardown);
	UNIT_ROWS(tc, what_it_may_hold, rows);
	UNIT_ROWS(tc, too_long_is_told_once_for_each_who_has_it, lengths);
	tcase_add_test(tc, longer_than_any_server_shows_is_a_fault);
}
UNIT_MAIN("conf_welcome", add)
