/*
 * test_render.c - every format, with hostile octets in every field
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/base/utf8.h"
#include "pop3srvd/log/render.h"

#include "t/unit/unit.h"

#define WALL	INT64_C(1795278662123)	/* 2026-11-21T16:31:02.123Z */

typedef int render_fn(const struct logrec *, const struct render_as *,
    struct buf *);

static struct conf_listener listeners[] = {
	{ .name = (char *)"pop3", .address = (char *)"*", .path = (char *)"" },
	{ .name = (char *)"pop3s", .address = (char *)"192.0.2.1",
	    .path = (char *)"" },
	{ .name = (char *)"six", .address = (char *)"2001:db8::1",
	    .path = (char *)"" },
	{ .name = (char *)"unix", .address = (char *)"192.0.2.9",
	    .path = (char *)"/run/x" },
};
static struct conf conf = {
	.server = { .hostname = (char *)"mail.example.org" },
	.listeners = listeners, .n_listeners = 4,
};
static char text[RENDER_MAX + 1];
static size_t len;

static void
set_up(void)
{
	setenv("TZ", "UTC", 1);
	tzset();
}

static struct logrec
login(void)
{
	struct logrec r = {
		.level = LOG_LEVEL_WARNING,
		.wall = WALL,
		.pid = 812,
		.where = { "7f3a2", "pop3s", "192.0.2.7" },
		.what = "login ok",
		.fields = {
			LOG_STR("user", "anna@example.org"),
			LOG_NUM("octets", 7),
		},
		.n_fields = 2,
	};

	return r;
}

static const char *
rendered(render_fn *f, const struct logrec *r, enum conf_log_format format)
{
	const struct render_as as = { format, &conf, 0 };
	struct buf b;

	buf_init(&b, RENDER_MAX);
	ck_assert_int_eq(f(r, &as, &b), 0);
	len = buf_len(&b);
	memcpy(text, buf_data(&b), len);
	text[len] = '\0';
	buf_free(&b);
	return text;
}

static const struct {
	const char *holds;
	render_fn *render;
	enum conf_log_format format;
	const char *want;
} shapes[] = {
	{ "a line as text", render_line, CONF_TEXT,
	    "2026-11-21T16:31:02.123Z pop3srvd[812]: session=7f3a2 "
	    "listener=pop3s peer=192.0.2.7 login ok user=anna@example.org "
	    "octets=7" },
	{ "a line as JSON", render_line, CONF_JSON,
	    "{\"time\":\"2026-11-21T16:31:02.123Z\",\"pid\":812,\"level\":"
	    "\"warning\",\"session\":\"7f3a2\",\"listener\":\"pop3s\","
	    "\"peer\":\"192.0.2.7\",\"event\":\"login ok\",\"user\":"
	    "\"anna@example.org\",\"octets\":7}" },
	{ "a line of the older server", render_line, CONF_IMAIL,
	    "11:21 16:31 POP3D(0007F3A2) [192.0.2.1] peer=192.0.2.7 login ok "
	    "user=anna@example.org octets=7" },
	{ "syslog, text", render_syslog, CONF_TEXT,
	    "<20>Nov 21 16:31:02 pop3srvd[812]: session=7f3a2 listener=pop3s "
	    "peer=192.0.2.7 login ok user=anna@example.org octets=7" },
	{ "syslog, imail", render_syslog, CONF_IMAIL,
	    "<20>Nov 21 16:31:02 pop3srvd[812]: 11:21 16:31 POP3D(0007F3A2) "
	    "[192.0.2.1] peer=192.0.2.7 login ok user=anna@example.org "
	    "octets=7" },
	{ "the journal", render_journal, CONF_TEXT,
	    "MESSAGE=session=7f3a2 listener=pop3s peer=192.0.2.7 login ok "
	    "user=anna@example.org octets=7\nPRIORITY=4\nSYSLOG_FACILITY=2\n"
	    "SYSLOG_IDENTIFIER=pop3srvd\nSYSLOG_PID=812\nPOP3_EVENT=login ok\n"
	    "POP3_SESSION=7f3a2\nPOP3_LISTENER=pop3s\nPOP3_PEER=192.0.2.7\n"
	    "POP3_USER=anna@example.org\nPOP3_OCTETS=7\n" },
	{ "a log server, text", render_server, CONF_TEXT,
	    "<20>1 2026-11-21T16:31:02.123Z mail.example.org pop3srvd 812 "
	    "login-ok [pop3srvd@32473 level=\"warning\" event=\"login ok\" "
	    "session=\"7f3a2\" listener=\"pop3s\" peer=\"192.0.2.7\" "
	    "user=\"anna@example.org\" octets=\"7\"] session=7f3a2 "
	    "listener=pop3s peer=192.0.2.7 login ok user=anna@example.org "
	    "octets=7" },
};

START_TEST(has_its_shape)
{
	struct logrec r = login();

	ck_assert_str_eq(rendered(shapes[_i].render, &r, shapes[_i].format),
	    shapes[_i].want);
}
END_TEST

static const struct {
	enum log_level level;
	const char *pri, *priority;
} levels[] = {
	{ LOG_LEVEL_ERROR, "<19>", "\nPRIORITY=3\n" },
	{ LOG_LEVEL_WARNING, "<20>", "\nPRIORITY=4\n" },
	{ LOG_LEVEL_INFO, "<22>", "\nPRIORITY=6\n" },
	{ LOG_LEVEL_DEBUG, "<23>", "\nPRIORITY=7\n" },
};

START_TEST(a_level_is_a_severity)
{
	struct logrec r = login();

	r.level = levels[_i].level;
	ck_assert_ptr_eq(strstr(rendered(render_server, &r, CONF_TEXT),
	    levels[_i].pri), text);
	ck_assert_ptr_eq(strstr(rendered(render_syslog, &r, CONF_TEXT),
	    levels[_i].pri), text);
	ck_assert_ptr_nonnull(strstr(rendered(render_journal, &r, CONF_TEXT),
	    levels[_i].priority));
}
END_TEST

static const struct {
	const char *holds, *session, *listener, *want;
} imails[] = {
	{ "no session", NULL, NULL, "POP3SRVD(0000032C) [0.0.0.0] " },
	{ "every address", "1", "pop3", "POP3D(00000001) [0.0.0.0] " },
	{ "IPv6", "ffffffff", "six", "POP3D(FFFFFFFF) [2001:db8::1] " },
	{ "a long session", "123456789abcdef0", "pop3s",
	    "POP3D(9ABCDEF0) [192.0.2.1] " },
	{ "a Unix socket", "1", "unix", "POP3D(00000001) [0.0.0.0] " },
	{ "a listener that is gone", "1", "gone",
	    "POP3D(00000001) [0.0.0.0] " },
	{ "a session that is no number", "x]y\n", "pop3s",
	    "POP3D(00000000) [192.0.2.1] " },
};

START_TEST(imail_says_where)
{
	struct logrec r = login();

	r.where.session = imails[_i].session;
	r.where.listener = imails[_i].listener;
	rendered(render_line, &r, CONF_IMAIL);
	ck_assert_msg(strncmp(text + 12, imails[_i].want,
	    strlen(imails[_i].want)) == 0, "%s: %s", imails[_i].holds, text);
}
END_TEST

/* What a peer, or a front in its hands, may put anywhere. */
static const char *const hostile[] = {
	"", " ", "\n", "\r\n", "a\nMESSAGE=forged", "\"", "\\", "]", "\"]",
	"\\\"] forged", "a=b", "\x01\x1b[2J\x7f", "\xff\xfe", "\xc3\xa9\xe2\x82\xac",
	"\xed\xa0\x80", "\xf0\x9f\x98\x80", "\xef\xbb\xbf", "x\xc3", "{\"a\":1}",
	"\xc2\x85\xe2\x80\xa8", "'; --", "%s%n%n", "<34>1 - - - - - -",
};

static struct logrec
record_of(const char *s)
{
	struct logrec r = {
		.level = LOG_LEVEL_INFO,
		.wall = WALL,
		.where = { s, s, s },
		.what = s,
		.fields = {
			LOG_STR("user", s),
			{ s, span_of(s), 0 },
			{ s, { NULL, 0 }, 5 },
			LOG_STR("error", s),
			LOG_STR("time", s),
		},
		.n_fields = 5,
	};

	return r;
}

static void
is_printable(void)
{
	size_t i;

	for (i = 0; i < len; i++)
		ck_assert_msg(text[i] >= ' ' && text[i] <= '~',
		    "octet %zu is 0x%02x: %s", i, (unsigned char)text[i],
		    text);
}

START_TEST(text_stays_one_printable_line)
{
	struct logrec r = record_of(hostile[_i]);

	rendered(render_line, &r, CONF_TEXT);
	is_printable();
	rendered(render_line, &r, CONF_IMAIL);
	is_printable();
	ck_assert_ptr_eq(strchr(text, '['), strstr(text, "[0.0.0.0]"));
	rendered(render_syslog, &r, CONF_TEXT);
	is_printable();
	rendered(render_syslog, &r, CONF_IMAIL);
	is_printable();
}
END_TEST

/* One object, nothing behind it, no key twice, no field missing. */
START_TEST(json_has_every_field)
{
	struct logrec r = record_of(hostile[_i]);
	json_error_t e;
	json_t *o;

	rendered(render_line, &r, CONF_JSON);
	ck_assert_ptr_null(memchr(text, '\n', len));
	ck_assert(utf8_ok(span_mem(text, len)));
	o = json_loadb(text, len, JSON_REJECT_DUPLICATES, &e);
	ck_assert_msg(o != NULL, "%s: %s", e.text, text);
	ck_assert_uint_eq(json_object_size(o), 7 + 5);
	ck_assert_str_eq(json_string_value(json_object_get(o, "time")),
	    "2026-11-21T16:31:02.123Z");
	ck_assert_ptr_nonnull(json_object_get(o, "time_2"));
	json_decref(o);
}
END_TEST

/* Walk one field of the native protocol; NULL when it is none. */
static const char *
next_field(const char *p, struct span *name, struct span *value)
{
	const char *end = text + len, *at = p;
	uint64_t n = 0;
	int i;

	while (at < end && *at != '=' && *at != '\n')
		at++;
	if (at == end)
		return NULL;
	*name = span_mem(p, (size_t)(at - p));
	if (*at++ == '=') {
		p = memchr(at, '\n', (size_t)(end - at));
		if (p == NULL)
			return NULL;
		*value = span_mem(at, (size_t)(p - at));
		return p + 1;
	}
	if (end - at < 8)
		return NULL;
	for (i = 7; i >= 0; i--)
		n = n << 8 | (unsigned char)at[i];
	at += 8;
	if (n >= (uint64_t)(end - at) || at[n] != '\n')
		return NULL;
	*value = span_mem(at, (size_t)n);
	return at + n + 1;
}

START_TEST(the_journal_gets_each_value_whole)
{
	struct logrec r = record_of(hostile[_i]);
	struct span name, value;
	const char *p = rendered(render_journal, &r, CONF_TEXT);
	size_t i;
	int n = 0, same = 0;

	for (; p < text + len; n++) {
		p = next_field(p, &name, &value);
		ck_assert_ptr_nonnull(p);
		ck_assert_uint_gt(name.len, 0);
		ck_assert_uint_le(name.len, 64);
		for (i = 0; i < name.len; i++)
			ck_assert(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			    "_", name.ptr[i]) != NULL);
		ck_assert(name.ptr[0] != '_');
		same += strncmp(name.ptr, "POP3_", 5) == 0 &&
		    span_eq(value, hostile[_i]);
	}
	ck_assert_int_eq(n, 5 + 4 + 5);
	ck_assert_int_eq(same, 8);	/* all but the number 5 */
}
END_TEST

/* RFC 5424 section 6.3: behind the element; NULL when it is none. */
static const char *
skip_element(const char *p)
{
	if (strncmp(p, "[pop3srvd@32473", 15) != 0)
		return NULL;
	for (p += 15; *p == ' '; p++) {
		size_t n = strcspn(++p, "= ]\"");

		if (n < 1 || n > 32 || strncmp(p + n, "=\"", 2) != 0)
			return NULL;
		for (p += n + 2; *p != '"'; p++) {
			if (*p == '\0' || *p == ']' || *p == '\n')
				return NULL;
			if (*p == '\\' && strchr("\"\\]", *++p) == NULL)
				return NULL;
		}
	}
	return *p == ']' ? p + 1 : NULL;
}

static void
is_rfc5424(void)
{
	const char *p = text;
	int i;

	ck_assert(utf8_ok(span_mem(text, len)));
	ck_assert_uint_eq(strlen(text), len);
	ck_assert_ptr_null(strchr(text, '\n'));
	ck_assert_msg(strncmp(p, "<22>1 2026-11-21T16:31:02.123Z ", 31) == 0,
	    "%s", text);
	for (i = 0; i < 6; i++) {
		size_t n = strcspn(p, " ");

		ck_assert_uint_gt(n, 0);
		p += n + 1;
		ck_assert(i != 4 || strcspn(p, " ") <= 32);
	}
	p = skip_element(p);
	ck_assert_msg(p != NULL && (*p == ' ' || *p == '\0'), "%s", text);
	for (i = 0; p[i] != '\0' && (unsigned char)p[i] < 0x80; i++)
		;
	ck_assert_msg(p[i] == '\0' || strncmp(p, " \xef\xbb\xbf", 4) == 0,
	    "no mark before UTF-8: %s", p);
}

START_TEST(a_log_server_gets_its_grammar)
{
	struct logrec r = record_of(hostile[_i]);

	rendered(render_server, &r, CONF_TEXT);
	is_rfc5424();
	rendered(render_server, &r, CONF_JSON);
	is_rfc5424();
	rendered(render_server, &r, CONF_IMAIL);
	is_rfc5424();
}
END_TEST

static const struct {
	const char *value, *want;
} params[] = {
	{ "a\"b", " user=\"a\\\"b\" " },
	{ "a\\b", " user=\"a\\\\b\" " },
	{ "a]b", " user=\"a\\]b\" " },
	{ "a\nb", " user=\"a\\\\x0ab\" " },
	{ "a\xff" "b", " user=\"a\\\\xffb\" " },
	{ "gr\xc3\xbc\xc3\x9f", " user=\"gr\xc3\xbc\xc3\x9f\" " },
	{ "", " user=\"\" " },
};

START_TEST(a_parameter_is_escaped)
{
	struct logrec r = login();

	r.fields[0] = (struct log_field)LOG_STR("user", params[_i].value);
	rendered(render_server, &r, CONF_TEXT);
	ck_assert_msg(strstr(text, params[_i].want) != NULL, "%s", text);
}
END_TEST

/* At every limit: whole, correct, and no longer. */
START_TEST(a_limit_leaves_out_what_does_not_fit)
{
	static char big[2000];
	struct logrec r = record_of("\"\xc3\xa9\n");
	struct render_as as = { CONF_TEXT, &conf, 0 };
	size_t full, n = 0;
	struct buf b;

	memset(big, 'x', sizeof(big) - 1);
	r.fields[1].value = span_of(big);
	rendered(render_server, &r, CONF_TEXT);
	for (full = len, as.limit = 200; as.limit <= full; as.limit++) {
		buf_init(&b, RENDER_MAX);
		ck_assert_int_eq(render_server(&r, &as, &b), 0);
		len = buf_len(&b);
		ck_assert_uint_le(len, as.limit);
		ck_assert_uint_ge(len, n == 0 ? 1 : n / 2);
		n = len;
		memcpy(text, buf_data(&b), len);
		text[len] = '\0';
		is_rfc5424();
		buf_free(&b);
	}
	ck_assert_uint_eq(n, full);
}
END_TEST

START_TEST(a_long_value_is_cut_between_characters)
{
	struct logrec r = login();
	char value[RENDER_VALUE * 2 + 1];
	int i;

	value[0] = 'x';
	for (i = 0; i < RENDER_VALUE - 1; i++)
		memcpy(value + 1 + 2 * i, "\xc3\xa9", 2);
	value[1 + 2 * i] = '\0';
	r.fields[0] = (struct log_field)LOG_STR("user", value);
	rendered(render_line, &r, CONF_JSON);
	ck_assert(utf8_ok(span_mem(text, len)));
	ck_assert_ptr_nonnull(strstr(text, "\xc3\xa9...\","));
	rendered(render_server, &r, CONF_TEXT);
	ck_assert(utf8_ok(span_mem(text, len)));
	ck_assert_ptr_nonnull(strstr(text, "\xc3\xa9...\" "));
	rendered(render_journal, &r, CONF_TEXT);
	ck_assert(utf8_ok(span_mem(text, len)));
}
END_TEST

START_TEST(nothing_known_is_said_as_rfc5424_says_it)
{
	struct logrec r = { .level = LOG_LEVEL_INFO, .wall = WALL,
		.what = "" };
	const struct render_as as = { CONF_TEXT, NULL, 0 };
	struct buf b;

	buf_init(&b, RENDER_MAX);
	ck_assert_int_eq(render_server(&r, &as, &b), 0);
	ck_assert_int_eq(buf_addc(&b, '\0'), 0);
	ck_assert_str_eq(buf_data(&b), "<22>1 2026-11-21T16:31:02.123Z - "
	    "pop3srvd 0 - [pop3srvd@32473 level=\"info\" event=\"\"] ");
	buf_free(&b);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_checked_fixture(tc, set_up, NULL);
	UNIT_ROWS(tc, has_its_shape, shapes);
	UNIT_ROWS(tc, a_level_is_a_severity, levels);
	UNIT_ROWS(tc, imail_says_where, imails);
	UNIT_ROWS(tc, text_stays_one_printable_line, hostile);
	UNIT_ROWS(tc, json_has_every_field, hostile);
	UNIT_ROWS(tc, the_journal_gets_each_value_whole, hostile);
	UNIT_ROWS(tc, a_log_server_gets_its_grammar, hostile);
	UNIT_ROWS(tc, a_parameter_is_escaped, params);
	tcase_add_test(tc, a_limit_leaves_out_what_does_not_fit);
	tcase_add_test(tc, a_long_value_is_cut_between_characters);
	tcase_add_test(tc, nothing_known_is_said_as_rfc5424_says_it);
}

UNIT_MAIN("render", add)
