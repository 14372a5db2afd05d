/*
 * render_imail.c - "MM:DD HH:MM NAME(HEX8) [address] text"
 *
 * The line of an older server whose logs some evaluate still.  Its address is
 * that of the virtual host: ours is the listener's as the configuration says
 * it, 0.0.0.0 where that is every address of the machine or nothing.
 *
 * Runs in: log.  Trusts: nothing in a record; the configuration's addresses.
 */
#include <string.h>
#include <time.h>

#include "lib/base/visible.h"

#include "pop3srvd/log/render_own.h"

#define ANY_ADDRESS	"0.0.0.0"

static const char *
address_of(const struct conf *c, const char *listener)
{
	const struct conf_listener *l;
	size_t i;

	for (i = 0; c != NULL && listener != NULL && i < c->n_listeners; i++) {
		l = &c->listeners[i];
		if (strcmp(l->name, listener) == 0 && l->path[0] == '\0' &&
		    strcmp(l->address, "*") != 0)
			return l->address;
	}
	return ANY_ADDRESS;
}

/* The last eight hexadecimal digits of a session's name. */
static unsigned
number_of(const char *session)
{
	static const char digits[] = "0123456789abcdef";
	const char *at;
	uint32_t n = 0;

	for (; *session != '\0'; session++) {
		at = strchr(digits, *session);
		if (at != NULL)
			n = n << 4 | (uint32_t)(at - digits);
	}
	return n;
}

int
render_imail(const struct logrec *r, const struct conf *c, struct buf *b)
{
	const char *session = r->where.session;
	time_t when = (time_t)(r->wall / 1000);
	char text[32] = "-", address[64];
	struct logrec rest = *r;
	struct tm tm;

	if (localtime_r(&when, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%m:%d %H:%M", &tm);
	visible(span_of(address_of(c, r->where.listener)), 48, address,
	    sizeof(address));
	if (buf_printf(b, "%s %s(%08X) [%s]", text,
	    session != NULL ? "POP3D" : "POP3SRVD",
	    session != NULL ? number_of(session) : (unsigned)r->pid,
	    address) < 0)
		return -1;
	rest.where.session = NULL;
	rest.where.listener = NULL;
	return logrec_body(&rest, b);
}
