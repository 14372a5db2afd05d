/*
 * err.c - the one error value
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/err.h"

static const char *const names[] = {
	[ERR_NONE] = "none",
	[ERR_LIMIT] = "limit",
	[ERR_CONFIG] = "config",
	[ERR_TEMP] = "temporary",
	[ERR_PERM] = "permanent",
	[ERR_PROTO] = "protocol",
	[ERR_NOTFOUND] = "not-found",
	[ERR_BUSY] = "busy",
	[ERR_BUG] = "bug",
};

__attribute__((format(printf, 3, 0)))
static void
fill(struct err *e, enum err_class class, const char *fmt, va_list ap)
{
	e->class = class;
	e->errnum = 0;
	if (vsnprintf(e->text, sizeof(e->text), fmt, ap) < 0)
		e->text[0] = '\0';
}

/* The reason stays whole: when both do not fit, the words before it are cut. */
static void
append_reason(struct err *e, int errnum)
{
	char reason[128];
	int len;
	size_t at = strlen(e->text), n;

	len = snprintf(reason, sizeof(reason), ": %s", strerror(errnum));
	if (len < 0)
		return;
	n = strlen(reason);
	if (at + n >= sizeof(e->text))
		at = sizeof(e->text) - n - 1;
	memcpy(e->text + at, reason, n + 1);
}

int
err_set(struct err *e, enum err_class class, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return -1;
	va_start(ap, fmt);
	fill(e, class, fmt, ap);
	va_end(ap);
	return -1;
}

int
err_sys(struct err *e, enum err_class class, const char *fmt, ...)
{
	int errnum = errno;
	va_list ap;

	if (e == NULL)
		return -1;
	va_start(ap, fmt);
	fill(e, class, fmt, ap);
	va_end(ap);
	append_reason(e, errnum);
	e->errnum = errnum;
	errno = errnum;
	return -1;
}

void
err_clear(struct err *e)
{
	e->class = ERR_NONE;
	e->errnum = 0;
	e->text[0] = '\0';
}

const char *
err_class_name(enum err_class class)
{
	if ((unsigned)class >= sizeof(names) / sizeof(names[0]))
		return "unknown";
	return names[class];
}
