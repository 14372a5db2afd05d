/*
 * fuzz_log.c - records from a process in hostile hands, in every format
 *
 * Checked: text and imail are one printable line, JSON one object with every
 * field, a message for a log server keeps RFC 5424's grammar and its limit, a
 * record for the journal divides into the fields that were put in.
 */
#include <jansson.h>

#include "lib/base/utf8.h"
#include "pop3srvd/log/render.h"

#include "t/fuzz/fuzz.h"

#define LIMIT	2048

static struct conf_listener listener = { .name = (char *)"pop3",
	.address = (char *)"192.0.2.1", .path = (char *)"" };
static struct conf conf = { .server = { .hostname = (char *)"host" },
	.listeners = &listener, .n_listeners = 1 };

static void
is_printable(struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		must(s.ptr[i] >= ' ' && s.ptr[i] <= '~');
}

static void
is_object(struct span s, uint32_t n_fields)
{
	json_t *o = json_loadb(s.ptr, s.len, JSON_REJECT_DUPLICATES |
	    JSON_ALLOW_NUL, NULL);

	must(o != NULL && json_object_size(o) >= n_fields + 4u);
	must(memchr(s.ptr, '\n', s.len) == NULL);
	json_decref(o);
}

/* What follows a word and the space behind it. */
static struct span
behind_word(struct span s, size_t max)
{
	struct span word = span_word(&s);

	must(word.len > 0 && word.len <= max);
	is_printable(word);
	return s;
}

static struct span
behind(struct span s, const char *text)
{
	size_t n = strlen(text);

	must(s.len >= n && memcmp(s.ptr, text, n) == 0);
	return span_mem(s.ptr + n, s.len - n);
}

/* RFC 5424 section 6.3. */
static struct span
behind_data(struct span s)
{
	size_t i;

	s = behind(s, "[pop3srvd@32473");
	while (s.len > 0 && s.ptr[0] == ' ') {
		for (i = 1; i < s.len && s.ptr[i] != '='; i++)
			must(s.ptr[i] > ' ' && s.ptr[i] <= '~' &&
			    s.ptr[i] != ']' && s.ptr[i] != '"');
		must(i > 1 && i <= 33);
		s = behind(span_mem(s.ptr + i, s.len - i), "=\"");
		for (i = 0; i < s.len && s.ptr[i] != '"'; i++) {
			must((unsigned char)s.ptr[i] >= ' ' &&
			    s.ptr[i] != ']');
			if (s.ptr[i] == '\\')
				must(++i < s.len && strchr("\"\\]",
				    s.ptr[i]) != NULL);
		}
		s = behind(span_mem(s.ptr + i, s.len - i), "\"");
	}
	return behind(s, "]");
}

static void
is_message(struct span s)
{
	size_t i;

	must(s.len <= LIMIT && utf8_ok(s));
	must(memchr(s.ptr, '\n', s.len) == NULL);
	s = behind_word(s, 7);
	s = behind_word(s, 32);
	s = behind_word(s, 255);
	s = behind_word(s, 48);
	s = behind_word(s, 128);
	s = behind_word(s, 32);
	s = behind_data(s);
	must(s.len == 0 || s.ptr[0] == ' ');
	for (i = 0; i < s.len && (unsigned char)s.ptr[i] < 0x80; i++)
		;
	if (i < s.len)
		(void)behind(s, " \xef\xbb\xbf");
}

/* The fields of the native protocol. */
static void
are_fields(struct span s, uint32_t want)
{
	const char *p = s.ptr, *end = s.ptr + s.len;
	uint64_t len;
	uint32_t n;
	int i;

	for (n = 0; p < end; n++) {
		const char *name = p;

		while (p < end && *p != '=' && *p != '\n')
			must(strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_",
			    *p++) != NULL);
		must(p > name && p - name <= 64 && p < end);
		if (*p++ == '=') {
			p = memchr(p, '\n', (size_t)(end - p));
			must(p++ != NULL);
			continue;
		}
		must(end - p > 8);
		for (len = 0, i = 7; i >= 0; i--)
			len = len << 8 | (unsigned char)p[i];
		p += 8;
		must(len < (uint64_t)(end - p) && p[len] == '\n');
		p += len + 1;
	}
	must(n == want);
}

typedef int render_fn(const struct logrec *, const struct render_as *,
    struct buf *);

/* NUL-terminated for nobody: an exact copy, so that reading on is noticed. */
static struct span
render(render_fn *f, const struct logrec *r, enum conf_log_format format)
{
	const struct render_as as = { format, &conf, LIMIT };
	struct buf b;
	char *copy;
	size_t n;

	buf_init(&b, RENDER_MAX);
	must(f(r, &as, &b) == 0);
	n = buf_len(&b);
	copy = malloc(n + 1);
	must(copy != NULL && n > 0);
	memcpy(copy, buf_data(&b), n);
	buf_free(&b);
	return span_mem(copy, n);
}

static void
drop(struct span s)
{
	free((void *)(uintptr_t)s.ptr);
}

static void
try_format(const struct logrec *r, enum conf_log_format format)
{
	struct span s = render(render_line, r, format);
	uint32_t where = (r->where.session != NULL) +
	    (r->where.listener != NULL) + (r->where.peer != NULL);

	if (format == CONF_JSON)
		is_object(s, r->n_fields + where);
	else
		is_printable(s);
	drop(s);
	s = render(render_syslog, r, format);
	if (format != CONF_JSON)
		is_printable(s);
	must(utf8_ok(s) && memchr(s.ptr, '\n', s.len) == NULL);
	drop(s);
	s = render(render_server, r, format);
	is_message(s);
	drop(s);
	s = render(render_journal, r, format);
	are_fields(s, 5 + 1 + where + r->n_fields);
	drop(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct logrec r;

	if (logrec_unpack(&r, span_mem(data, n)) < 0)
		return 0;
	try_format(&r, CONF_TEXT);
	try_format(&r, CONF_JSON);
	try_format(&r, CONF_IMAIL);
	return 0;
}
