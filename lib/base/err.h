/*
 * err.h - the one error value
 *
 * Filled where the fault is seen, with the offending text and a hint; passed
 * up untouched; put into words for a peer or a log once.  Decisions read the
 * class, never the text.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_class {
	ERR_NONE,
	ERR_LIMIT,	/* a ceiling was reached */
	ERR_CONFIG,	/* an administrator's value is wrong */
	ERR_TEMP,	/* our trouble, may pass: [SYS/TEMP] */
	ERR_PERM,	/* our trouble, will stay: [SYS/PERM] */
	ERR_PROTO,	/* the peer broke the protocol */
	ERR_NOTFOUND,	/* no such account, range, session, message */
	ERR_BUSY,	/* held by another: [IN-USE] */
	ERR_BUG		/* we are wrong */
};

struct err {
	enum err_class class;
	int errnum;		/* errno, or 0 */
	char text[384];
};

/* Fill *e (NULL is fine) and return -1, so that "return err_set(…)" reads. */
int err_set(struct err *e, enum err_class class, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with errno kept, and ": " and its text appended. */
int err_sys(struct err *e, enum err_class class, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

void err_clear(struct err *e);

/* "limit", "config", … for logs. */
const char *err_class_name(enum err_class class);

#endif
