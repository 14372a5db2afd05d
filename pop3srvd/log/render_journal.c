/*
 * render_journal.c - a record for the journal's native protocol
 *
 * "NAME=value" LF; a value that could be taken for more than one line comes
 * with its length: NAME LF, 64 bits little-endian, the octets, LF.
 * (systemd.io/JOURNAL_NATIVE_PROTOCOL; names: systemd.journal-fields(7).)
 *
 * Runs in: log.  Trusts: nothing in a record.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/utf8.h"

#include "pop3srvd/log/render_own.h"

#define NAME_MAX_OCTETS	64

static bool
is_line(struct span s)
{
	size_t i;

	for (i = 0; i < s.len; i++)
		if ((unsigned char)s.ptr[i] < ' ' && s.ptr[i] != '\t')
			return false;
	return true;
}

static int
put_length(struct buf *b, uint64_t n)
{
	unsigned char octets[8];
	int i;

	for (i = 0; i < 8; i++)
		octets[i] = (unsigned char)(n >> (8 * i));
	return buf_add(b, octets, sizeof(octets));
}

static int
put(struct buf *b, const char *name, struct span value)
{
	int bad = buf_adds(b, name);

	if (is_line(value)) {
		bad |= buf_addc(b, '=');
	} else {
		bad |= buf_addc(b, '\n');
		bad |= put_length(b, value.len);
	}
	bad |= buf_add(b, value.ptr, value.len);
	return bad | buf_addc(b, '\n');
}

/* Capital letters, digits and underscores are all that a name may have. */
static int
put_own(struct buf *b, const char *key, struct span value)
{
	char name[NAME_MAX_OCTETS + 1] = "POP3_";
	size_t n = strlen(name);

	for (; *key != '\0' && n < NAME_MAX_OCTETS; key++) {
		char c = *key;

		if (c >= 'a' && c <= 'z')
			c = (char)(c - 'a' + 'A');
		else if ((c < 'A' || c > 'Z') && (c < '0' || c > '9'))
			c = '_';
		name[n++] = c;
	}
	name[n] = '\0';
	return put(b, name, utf8_cut(value, RENDER_VALUE));
}

static int
put_text(struct buf *b, const char *key, const char *text)
{
	return text == NULL ? 0 : put_own(b, key, span_of(text));
}

static int
put_number(struct buf *b, const char *name, unsigned n)
{
	return buf_printf(b, "%s=%u\n", name, n);
}

static int
put_message(struct buf *b, const struct logrec *r, const struct render_as *as)
{
	struct buf message;
	int bad;

	buf_init(&message, RENDER_MAX);
	bad = render_message(r, as, &message);
	bad |= put(b, "MESSAGE", buf_span(&message));
	buf_free(&message);
	return bad;
}

int
render_journal(const struct logrec *r, const struct render_as *as,
    struct buf *b)
{
	char number[24];
	uint32_t i;
	int bad = put_message(b, r, as);

	bad |= put_number(b, "PRIORITY", (unsigned)render_severity(r));
	bad |= put_number(b, "SYSLOG_FACILITY", 2);
	bad |= buf_adds(b, "SYSLOG_IDENTIFIER=pop3srvd\n");
	bad |= put_number(b, "SYSLOG_PID", r->pid);
	bad |= put_text(b, "event", r->what);
	bad |= put_text(b, "session", r->where.session);
	bad |= put_text(b, "listener", r->where.listener);
	bad |= put_text(b, "peer", r->where.peer);
	for (i = 0; i < r->n_fields; i++)
		bad |= put_own(b, r->fields[i].key,
		    render_value(&r->fields[i], number));
	return bad == 0 ? 0 : -1;
}
