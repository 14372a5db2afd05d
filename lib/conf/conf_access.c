/*
 * conf_access.c - what access lists say together
 */
#include "lib/conf/conf_source.h"

/* No fault: somebody may want a server that is closed for an hour. */
void
conf_check_access(const struct conf *c, const struct conf_source *s)
{
	const struct conf_listener *l;
	const struct conf_access *a;
	const char *origin;

	for (l = c->listeners; l < c->listeners + c->n_listeners; l++) {
		a = &l->server.access;
		if (a->policy != CONF_DENY || a->grant.n > 0 ||
		    a->grant_files.n > 0)
			continue;
		origin = conf_over_origin(s, l->name, "access.policy");
		conf_note(s, "access.policy", origin != NULL ? origin :
		    conf_origin(s, "access.policy"), "deny with an empty "
		    "access.grant refuses everybody on listener %.64s, this "
		    "machine included", l->name);
	}
}
