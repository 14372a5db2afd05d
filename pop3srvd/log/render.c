/*
 * render.c - a record as a line, and for the local syslog daemon
 *
 * The text grammar itself is logrec_text(), since a process without a log
 * writes the same lines to standard error.
 *
 * Runs in: log.  Trusts: nothing in a record; see logrec.c.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "pop3srvd/log/render_own.h"

#define FACILITY_MAIL	(2 << 3)

static const struct {
	const char *name;
	int severity;
} levels[] = {
	[LOG_LEVEL_ERROR] = { "error", 3 },
	[LOG_LEVEL_WARNING] = { "warning", 4 },
	[LOG_LEVEL_INFO] = { "info", 6 },
	[LOG_LEVEL_DEBUG] = { "debug", 7 },
};

const char *
render_level(const struct logrec *r)
{
	return levels[r->level].name;
}

int
render_severity(const struct logrec *r)
{
	return levels[r->level].severity;
}

int
render_pri(const struct logrec *r)
{
	return FACILITY_MAIL | render_severity(r);
}

struct span
render_value(const struct log_field *f, char number[24])
{
	if (f->value.ptr != NULL)
		return f->value;
	snprintf(number, 24, "%" PRIu64, f->number);
	return span_of(number);
}

int
render_line(const struct logrec *r, const struct render_as *as, struct buf *b)
{
	switch (as->format) {
	case CONF_JSON:
		return render_json(r, b);
	case CONF_IMAIL:
		return render_imail(r, as->conf, b);
	case CONF_TEXT:
		break;
	}
	return logrec_text(r, b);
}

int
render_message(const struct logrec *r, const struct render_as *as,
    struct buf *b)
{
	struct buf body;
	struct span s;
	int bad;

	if (as->format != CONF_TEXT)
		return render_line(r, as, b);
	buf_init(&body, RENDER_MAX);
	bad = logrec_body(r, &body);
	s = span_ltrim(buf_span(&body));
	bad |= buf_add(b, s.ptr, s.len);
	buf_free(&body);
	return bad == 0 ? 0 : -1;
}

/* Local time: the form that every syslog daemon reads (RFC 3164 section 4). */
int
render_syslog(const struct logrec *r, const struct render_as *as,
    struct buf *b)
{
	time_t when = (time_t)(r->wall / 1000);
	char text[32] = "";
	struct tm tm;

	if (localtime_r(&when, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%b %e %H:%M:%S", &tm);
	if (buf_printf(b, "<%d>%s pop3srvd[%u]: ", render_pri(r), text,
	    (unsigned)r->pid) < 0)
		return -1;
	return render_message(r, as, b);
}
