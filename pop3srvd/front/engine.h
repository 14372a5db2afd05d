/*
 * engine.h - what a session asks of its protocol, whichever that is
 *
 * A protocol is one table, at the end of pop3_session.c or poppass_session.c.
 * The engine itself (lib/proto) does no I/O; turn.c moves octets to it and
 * from it, and serve() serves its wants.
 */
#ifndef FRONT_ENGINE_H
#define FRONT_ENGINE_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/json.h"
#include "lib/base/span.h"

#include "lib/proto/trace.h"

#include "pop3srvd/ipc/logrec.h"
#include "pop3srvd/ipc/msg.h"

struct session;
struct turn;

#define ENGINE_FIELDS	4

struct engine_ops {
	const char *no_memory;		/* said before there is an engine */
	bool opens_mail;		/* a login opens a maildrop */

	/* The connection is up, and TLS if it comes first.  0 or -1. */
	int (*begin)(struct session *s);
	void (*tls_up)(struct session *s);	/* NULL: no TLS on the way */
	void (*free)(struct session *s);

	/* Serve one want; false: the session must wait. */
	bool (*serve)(struct session *s, struct turn *t);

	/* Some of what was read: how much was taken, or -1 when input is
	 * wanted and none is taken. */
	long (*feed)(struct session *s, struct span input);
	struct span (*out)(const struct session *s);
	void (*sent)(struct session *s, size_t n);
	void (*abort)(struct session *s, const char *text);

	/* Tell fn the dialogue, s as arg; NULL: no more. */
	void (*trace)(struct session *s, trace_fn *fn);
	bool (*idle)(const struct session *s);
	/* The input it waits for is a message's: single octets of that do not
	 * count as activity. */
	bool (*taking)(const struct session *s);
	/* Octets of the command that it closed for (I-30); 0: for another
	 * reason, or it is open. */
	uint64_t (*overlong)(const struct session *s);
	/* How many commands it took, and the last one's verb, a constant; for
	 * metrics.  NULL: not counted. */
	const char *(*command)(const struct session *s, uint64_t *count_r);
	const char *(*state)(const struct session *s);	/* "login", … */
	const char *(*end)(const struct session *s);	/* "quit", … */

	/* Send auth the question that the engine has; 0 or -1. */
	int (*ask)(struct session *s);
	/* auth's word, or ours instead of it. */
	void (*told)(struct session *s, const struct msg_auth_result *r);

	/* What the last log line and "session show" say of it. */
	size_t (*fields)(const struct session *s,
	    struct log_field f[ENGINE_FIELDS]);
	void (*details)(const struct session *s, json_t *o);
	size_t (*memory)(const struct session *s);
};

extern const struct engine_ops engine_pop3;
extern const struct engine_ops engine_poppass;

#endif
