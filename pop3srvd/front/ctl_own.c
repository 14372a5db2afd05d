/*
 * ctl_own.c - the verbs that front serves itself: a row each
 *
 * Runs in: front.
 * Trusts: nothing is read here.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "pop3srvd/front/ctl_own.h"

static const struct {
	const char *verb;
	ctl_own_fn *run;
} rows[] = {
	{ "version", ctl_version },
	{ "log.debug", ctl_log_debug },
	{ "stats", ctl_stats },
	{ "access.test", ctl_access_test },
	{ "session.list", ctl_session_list },
	{ "session.show", ctl_session_show },
	{ "session.kill", ctl_session_kill },
	{ "autodeny.list", ctl_autodeny_list },
	{ "autodeny.add", ctl_autodeny_add },
	{ "autodeny.remove", ctl_autodeny_remove },
	{ "autodeny.clear", ctl_autodeny_clear }
};

ctl_own_fn *
ctl_own_find(const char *verb)
{
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].verb, verb) == 0)
			return rows[i].run;
	return NULL;
}
