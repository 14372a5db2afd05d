/*
 * guard.h - what peers do that shuts them out: overlong commands, failed
 * logins, harvesting
 *
 * One table for all services: whoever checks a password here tells guard how
 * it went, whatever the protocol.  Entries are asked for at the gate.  Where
 * options.auto_deny is off nothing is counted, entered or refused; addresses
 * of autodeny.never are neither.
 */
#ifndef FRONT_GUARD_H
#define FRONT_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/addr.h"
#include "lib/base/span.h"

#include "lib/policy/autodeny.h"

struct guard;
struct server;
struct session;

struct guard *guard_new(void);		/* NULL: no memory */
void guard_free(struct guard **g_p);
/* The table outlives this process in the memory of fd, which is taken; what a
 * predecessor left there comes into force again. */
void guard_keep(struct server *srv, int fd);
/* The settings are new: who is never shut out. */
void guard_conf(struct server *srv);

/*
 * The octets of a try to log in: a name, a password, a SASL response; begin
 * with the first, add the others.  Only a keyed hash stays, so that the same
 * try again is known for what it is.  Where octets differ each time (SCRAM,
 * APOP) just begin with an empty span.
 */
void guard_try(struct session *s, struct span octets, bool begin);

/*
 * The try failed; user and reason as auth's result names them.  True: the
 * source is shut out now, tell the peer and end the session.
 */
bool guard_failed(struct session *s, const char *user, const char *reason);
/* It succeeded. */
void guard_ok(struct session *s, const char *user);
/* Before a password is checked: was the source shut out while the session
 * went on? */
bool guard_refuses(struct session *s);
/* What to tell those, behind "-ERR ". */
#define GUARD_WORDS	"[AUTH] too many failed logins from your address"

/* More than 512 octets in one command: shut out until restart.  The session
 * ends without a word. */
void guard_overlong(struct session *s, uint64_t octets);

/* The operator takes an address (an IPv6 /64) out; false: it was not in. */
bool guard_let_in(struct server *srv, const struct addr *a);
void guard_let_all_in(struct server *srv);

#endif
