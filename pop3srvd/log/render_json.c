/*
 * render_json.c - a record as one JSON object
 *
 * Runs in: log.  Trusts: nothing in a record.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/base/utf8.h"
#include "lib/base/visible.h"

#include "pop3srvd/log/render_own.h"

#define KEY_MAX		32	/* octets; spelled out four times as many */
#define TEXT_MAX	(RENDER_VALUE * 4 + 8)

/* JSON takes UTF-8 only; other octets are spelled as in a text line. */
static json_t *
text_of(struct span s)
{
	struct span some = utf8_cut(s, RENDER_VALUE);
	char text[TEXT_MAX];

	if (!utf8_ok(some))
		return json_string(visible(s, RENDER_VALUE, text,
		    sizeof(text)));
	if (some.len == s.len)
		return json_stringn(s.ptr, s.len);
	memcpy(text, some.ptr, some.len);
	memcpy(text + some.len, "...", 3);
	return json_stringn(text, some.len + 3);
}

/* A key that is there already gets a number: no field takes the place of
 * another one. */
static int
put(json_t *obj, const char *key, json_t *v)
{
	char name[KEY_MAX * 4 + 16];
	size_t len;
	int n;

	visible(span_of(key), KEY_MAX, name, sizeof(name) - 8);
	len = strlen(name);
	for (n = 2; json_object_get(obj, name) != NULL; n++)
		snprintf(name + len, sizeof(name) - len, "_%d", n);
	return json_object_set_new(obj, name, v);
}

static int
put_where(json_t *obj, const struct log_where *w)
{
	int bad = 0;

	if (w->session != NULL)
		bad |= put(obj, "session", text_of(span_of(w->session)));
	if (w->listener != NULL)
		bad |= put(obj, "listener", text_of(span_of(w->listener)));
	if (w->peer != NULL)
		bad |= put(obj, "peer", text_of(span_of(w->peer)));
	return bad;
}

static int
put_fields(json_t *obj, const struct logrec *r)
{
	const struct log_field *f;
	uint32_t i;
	int bad = 0;

	for (i = 0; i < r->n_fields; i++) {
		f = &r->fields[i];
		bad |= put(obj, f->key, f->value.ptr != NULL ?
		    text_of(f->value) : json_integer((json_int_t)f->number));
	}
	return bad;
}

int
render_json(const struct logrec *r, struct buf *b)
{
	json_t *obj = json_object();
	char when[CLOCK_TEXT];
	int bad;

	bad = put(obj, "time", json_string(clock_text(r->wall, when)));
	bad |= put(obj, "pid", json_integer(r->pid));
	bad |= put(obj, "level", json_string(render_level(r)));
	bad |= put_where(obj, &r->where);
	bad |= put(obj, "event", text_of(span_of(r->what)));
	bad |= put_fields(obj, r);
	if (bad == 0)
		bad = json_write(obj, b);
	json_decref(obj);
	return bad == 0 ? 0 : -1;
}
