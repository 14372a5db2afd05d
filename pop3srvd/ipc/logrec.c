/*
 * logrec.c - one event as a record and as a line
 *
 * Runs in: every process writes, log reads.  Trusts: nothing; a record that is
 * not whole is refused, and every octet of a line is made safe here, keys too:
 * front could be in hostile hands.
 */
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/pack.h"
#include "lib/base/visible.h"
#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/ipc/text.h"

#define VALUE_MAX	256	/* octets of a value that a line shows */

static void
pack_field(struct pack *p, const struct log_field *f)
{
	text_pack_some(p, f->key);
	pack_u8(p, f->value.ptr == NULL);
	if (f->value.ptr == NULL)
		pack_u64(p, f->number);
	else
		pack_span(p, f->value);
}

int
logrec_pack(const struct logrec *r, struct buf *b)
{
	struct pack p;
	uint32_t i;

	pack_begin(&p, b);
	pack_u8(&p, (uint8_t)r->level);
	pack_i64(&p, r->wall);
	pack_u32(&p, r->pid);
	text_pack(&p, r->where.session);
	text_pack(&p, r->where.listener);
	text_pack(&p, r->where.peer);
	text_pack_some(&p, r->what);
	pack_u32(&p, r->n_fields);
	for (i = 0; i < r->n_fields; i++)
		pack_field(&p, &r->fields[i]);
	return r->n_fields > LOGREC_FIELDS ? -1 : pack_end(&p);
}

static void
unpack_field(struct unpack *u, struct log_field *f)
{
	f->key = text_unpack_some(u);
	f->value = (struct span){ NULL, 0 };
	f->number = 0;
	if (unpack_flag(u))
		f->number = unpack_u64(u);
	else
		f->value = unpack_span(u);	/* ptr never NULL */
}

int
logrec_unpack(struct logrec *r, struct span body)
{
	struct unpack u;
	uint32_t i;

	memset(r, 0, sizeof(*r));
	unpack_begin(&u, body.ptr, body.len);
	r->level = (enum log_level)unpack_choice(&u, LOG_LEVEL_DEBUG);
	r->wall = unpack_i64(&u);
	r->pid = unpack_u32(&u);
	r->where.session = text_unpack(&u);
	r->where.listener = text_unpack(&u);
	r->where.peer = text_unpack(&u);
	r->what = text_unpack_some(&u);
	r->n_fields = unpack_u32(&u);
	if (r->n_fields > LOGREC_FIELDS)
		return -1;
	for (i = 0; i < r->n_fields; i++)
		unpack_field(&u, &r->fields[i]);
	return unpack_end(&u);
}

/* The words of an event keep their spaces; nothing else is let through. */
static int
add_words(struct buf *b, struct span s)
{
	char text[VALUE_MAX * 4 + 8];
	struct span word;
	int r = 0;

	while (s.len > 0) {
		word = span_word(&s);
		visible(word, VALUE_MAX, text, sizeof(text));
		r |= buf_addc(b, ' ');
		r |= buf_adds(b, text);
	}
	return r;
}

/*
 * Our own wording of a fault stays readable: in quotes, where a space means
 * nothing.  A quote inside is spelled \x22, so none can end the value early.
 * spelled: what a peer said in it has its \xNN already.
 */
static int
add_quoted(struct buf *b, struct span s, bool spelled)
{
	size_t i;
	int r = buf_addc(b, '"');
	char c;

	for (i = 0; i < s.len && i < 2 * VALUE_MAX; i++) {
		c = s.ptr[i];
		if (c < ' ' || c > '~' || c == '"' || (c == '\\' && !spelled))
			r |= buf_printf(b, "\\x%02x", (unsigned char)c);
		else
			r |= buf_addc(b, c);
	}
	return r | buf_addc(b, '"');
}

static int
add_key(struct buf *b, const char *key)
{
	char text[32 * 4 + 8];

	return buf_addc(b, ' ') |
	    buf_adds(b, visible(span_of(key), 32, text, sizeof(text))) |
	    buf_addc(b, '=');
}

static int
add_field(struct buf *b, const char *key, struct span value)
{
	char text[VALUE_MAX * 4 + 8];
	int r = add_key(b, key);

	if (strcmp(key, "error") == 0 || strcmp(key, "text") == 0)
		return r | add_quoted(b, value, key[0] == 't');
	return r | buf_adds(b, visible(value, VALUE_MAX, text,
	    sizeof(text)));
}

static int
add_number(struct buf *b, const char *key, uint64_t number)
{
	char text[24];
	size_t i = sizeof(text);

	do {
		text[--i] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return add_key(b, key) | buf_add(b, text + i, sizeof(text) - i);
}

static int
add_where(struct buf *b, const struct log_where *w)
{
	int r = 0;

	if (w->session != NULL)
		r |= add_field(b, "session", span_of(w->session));
	if (w->listener != NULL)
		r |= add_field(b, "listener", span_of(w->listener));
	if (w->peer != NULL)
		r |= add_field(b, "peer", span_of(w->peer));
	return r;
}

int
logrec_body(const struct logrec *r, struct buf *b)
{
	const struct log_field *f;
	uint32_t i;
	int bad = add_where(b, &r->where);

	bad |= add_words(b, span_of(r->what));
	for (i = 0; i < r->n_fields; i++) {
		f = &r->fields[i];
		bad |= f->value.ptr != NULL ? add_field(b, f->key, f->value) :
		    add_number(b, f->key, f->number);
	}
	return bad == 0 ? 0 : -1;
}

int
logrec_text(const struct logrec *r, struct buf *b)
{
	char when[CLOCK_TEXT];

	if (buf_printf(b, "%s pop3srvd[%u]:", clock_text(r->wall, when),
	    (unsigned)r->pid) < 0)
		return -1;
	return logrec_body(r, b);
}
