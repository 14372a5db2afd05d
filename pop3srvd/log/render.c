/*
 * render.c - a record in the shape that a target wants
 *
 * The text grammar itself is logrec_text(), since a process without a log
 * writes the same lines to standard error.
 *
 * Runs in: log.  Trusts: nothing in a record; see logrec.c.
 */
#include <jansson.h>
#include <stdio.h>
#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/json.h"
#include "lib/base/visible.h"

#include "pop3srvd/log/render.h"

#define FACILITY_MAIL	(2 << 3)	/* RFC 5424 section 6.2.1 */
#define TEXT_MAX	1100

static const char *const level_names[] = {
	[LOG_LEVEL_ERROR] = "error",
	[LOG_LEVEL_WARNING] = "warning",
	[LOG_LEVEL_INFO] = "info",
	[LOG_LEVEL_DEBUG] = "debug",
};

static const int severities[] = {
	[LOG_LEVEL_ERROR] = 3,
	[LOG_LEVEL_WARNING] = 4,
	[LOG_LEVEL_INFO] = 6,
	[LOG_LEVEL_DEBUG] = 7,
};

/* JSON takes UTF-8 only; other octets are spelled as in a text line. */
static json_t *
json_text(struct span s)
{
	char text[TEXT_MAX];
	json_t *v;

	if (s.len > 256)
		s.len = 256;
	v = json_stringn(s.ptr, s.len);
	if (v == NULL)
		v = json_string(visible(s, s.len, text, sizeof(text)));
	return v;
}

static int
put(json_t *obj, const char *key, json_t *v)
{
	char safe[TEXT_MAX];

	return json_object_set_new(obj,
	    visible(span_of(key), 32, safe, sizeof(safe)), v);
}

static int
put_where(json_t *obj, const struct log_where *w)
{
	int r = 0;

	if (w->session != NULL)
		r |= put(obj, "session", json_text(span_of(w->session)));
	if (w->listener != NULL)
		r |= put(obj, "listener", json_text(span_of(w->listener)));
	if (w->peer != NULL)
		r |= put(obj, "peer", json_text(span_of(w->peer)));
	return r;
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
		    json_text(f->value) : json_integer((json_int_t)f->number));
	}
	return bad;
}

static int
render_json(const struct logrec *r, struct buf *b)
{
	json_t *obj = json_object();
	char when[CLOCK_TEXT];
	int bad;

	bad = put(obj, "time", json_string(clock_text(r->wall, when)));
	bad |= put(obj, "pid", json_integer(r->pid));
	bad |= put(obj, "level", json_string(level_names[r->level]));
	bad |= put_where(obj, &r->where);
	bad |= put(obj, "event", json_text(span_of(r->what)));
	bad |= put_fields(obj, r);
	if (bad == 0)
		bad = json_write(obj, b);
	json_decref(obj);
	return bad == 0 ? 0 : -1;
}

int
render_line(const struct logrec *r, enum conf_log_format format, struct buf *b)
{
	return format == CONF_JSON ? render_json(r, b) : logrec_text(r, b);
}

/* Local time: the form that every syslog daemon reads (RFC 3164 section 4). */
static int
put_header(const struct logrec *r, struct buf *b)
{
	time_t when = (time_t)(r->wall / 1000);
	char text[32] = "";
	struct tm tm;

	if (localtime_r(&when, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%b %e %H:%M:%S", &tm);
	return buf_printf(b, "<%d>%s pop3srvd[%u]:",
	    FACILITY_MAIL | severities[r->level], text, (unsigned)r->pid);
}

int
render_syslog(const struct logrec *r, enum conf_log_format format,
    struct buf *b)
{
	if (put_header(r, b) < 0)
		return -1;
	if (format != CONF_JSON)
		return logrec_body(r, b);
	return buf_addc(b, ' ') < 0 ? -1 : render_json(r, b);
}
