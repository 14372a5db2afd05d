/*
 * ctl_own.c - the verbs that front serves itself: a row each
 *
 * Runs in: front.
 * Trusts: nothing is read here.
 */
#include <stddef.h>
#include <string.h>

#include "pop3srvd/front/ctl_own.h"

static const struct {
	const char *verb;
	ctl_own_fn *run;
} rows[] = {
	{ "version", ctl_version },
	{ "session.list", ctl_session_list },
	{ "session.show", ctl_session_show },
	{ "session.kill", ctl_session_kill }
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
