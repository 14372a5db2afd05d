/*
 * render_server.c - a record as a message of RFC 5424
 *
 * The facts are structured data; the message repeats them for people.  Without
 * a number of our own the element's name has the one that RFC 5612 keeps for
 * examples.
 *
 * Runs in: log.  Trusts: nothing in a record.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/utf8.h"

#include "pop3srvd/log/render_own.h"

#define SD_ID		"pop3srvd@32473"
#define BOM		"\xef\xbb\xbf"
#define HOST_MAX	255
#define MSGID_MAX	32
#define NAME_MAX_OCTETS	32

/* PRINTUSASCII (section 6), with other for whatever is none. */
static int
put_word(struct buf *b, const char *s, size_t max, char other)
{
	size_t i;
	int bad = s[0] == '\0' ? buf_addc(b, '-') : 0;

	for (i = 0; s[i] != '\0' && i < max; i++)
		bad |= buf_addc(b, s[i] > ' ' && s[i] <= '~' ? s[i] : other);
	return bad;
}

/* SD-NAME (section 6.3.3) may not have these three. */
static int
put_name(struct buf *b, const char *key)
{
	size_t i;
	int bad = key[0] == '\0' ? buf_addc(b, '_') : 0;

	for (i = 0; key[i] != '\0' && i < NAME_MAX_OCTETS; i++)
		bad |= buf_addc(b, key[i] > ' ' && key[i] <= '~' &&
		    strchr("=]\"", key[i]) == NULL ? key[i] : '_');
	return bad;
}

/* One character: as it is, escaped, or, if it is none that may stand there,
 * spelled \xNN, whose backslash is escaped as any other. */
static int
put_char(struct buf *b, struct span c)
{
	unsigned char u = (unsigned char)c.ptr[0];

	if (c.len == 0 || u < ' ' || u == 0x7f)
		return buf_printf(b, "\\\\x%02x", u);
	if (u == '"' || u == '\\' || u == ']')
		return buf_printf(b, "\\%c", u);
	return buf_add(b, c.ptr, c.len);
}

static int
put_value(struct buf *b, struct span value)
{
	struct span s = utf8_cut(value, RENDER_VALUE);
	size_t n, step;
	int bad = 0;

	for (n = s.len; n > 0; n -= step) {
		struct span c = span_mem(s.ptr, utf8_char(span_mem(s.ptr, n)));

		bad |= put_char(b, c);
		step = c.len > 0 ? c.len : 1;
		s.ptr += step;
	}
	return bad | (s.len < value.len ? buf_adds(b, "...") : 0);
}

/* One that the limit has no room for is left out. */
static int
put_param(struct buf *b, size_t limit, const char *key, struct span value)
{
	struct buf p;
	int bad;

	buf_init(&p, RENDER_MAX);
	bad = buf_addc(&p, ' ');
	bad |= put_name(&p, key);
	bad |= buf_adds(&p, "=\"");
	bad |= put_value(&p, value);
	bad |= buf_addc(&p, '"');
	if (bad == 0 && buf_len(b) + buf_len(&p) + 1 <= limit)
		bad = buf_add(b, buf_data(&p), buf_len(&p));
	buf_free(&p);
	return bad;
}

static int
put_text(struct buf *b, size_t limit, const char *key, const char *text)
{
	return text == NULL ? 0 : put_param(b, limit, key, span_of(text));
}

static int
put_data(const struct logrec *r, size_t limit, struct buf *b)
{
	char number[24];
	uint32_t i;
	int bad = buf_adds(b, " [" SD_ID);

	bad |= put_text(b, limit, "level", render_level(r));
	bad |= put_text(b, limit, "event", r->what);
	bad |= put_text(b, limit, "session", r->where.session);
	bad |= put_text(b, limit, "listener", r->where.listener);
	bad |= put_text(b, limit, "peer", r->where.peer);
	for (i = 0; i < r->n_fields; i++)
		bad |= put_param(b, limit, r->fields[i].key,
		    render_value(&r->fields[i], number));
	return bad | buf_addc(b, ']');
}

static bool
is_ascii(struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] > '~')
			return false;
	return true;
}

/* Section 6.4: UTF-8 begins with the mark; ASCII may go without, which older
 * receivers like better.  A message too long would be cut somewhere: the data
 * has it all, so it is left out. */
static int
put_message(const struct logrec *r, const struct render_as *as, size_t limit,
    struct buf *b)
{
	const char *begin;
	struct buf m;
	int bad;

	buf_init(&m, RENDER_MAX);
	bad = render_message(r, as, &m);
	begin = is_ascii(buf_span(&m)) ? " " : " " BOM;
	if (bad == 0 && buf_len(b) + strlen(begin) + buf_len(&m) <= limit) {
		bad = buf_adds(b, begin);
		bad |= buf_add(b, buf_data(&m), buf_len(&m));
	}
	buf_free(&m);
	return bad;
}

int
render_server(const struct logrec *r, const struct render_as *as,
    struct buf *b)
{
	size_t limit = buf_len(b) + (as->limit > 0 ? as->limit : RENDER_MAX);
	char when[CLOCK_TEXT];
	int bad;

	bad = buf_printf(b, "<%d>1 %s ", render_pri(r),
	    clock_text(r->wall, when));
	bad |= put_word(b, as->conf != NULL ? as->conf->server.hostname : "",
	    HOST_MAX, '-');
	bad |= buf_printf(b, " pop3srvd %u ", (unsigned)r->pid);
	bad |= put_word(b, r->what, MSGID_MAX, '-');
	bad |= put_data(r, limit, b);
	bad |= put_message(r, as, limit, b);
	return bad == 0 ? 0 : -1;
}
