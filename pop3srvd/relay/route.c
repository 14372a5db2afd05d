/*
 * route.c - which way a recipient's mail goes
 *
 * Runs in: relay.  Trusts: its configuration.
 */
#include <string.h>
#include <strings.h>

#include "pop3srvd/relay/route.h"

/* "*.example.com" is all below it, not the domain itself. */
static bool
fits(const char *pattern, const char *domain)
{
	size_t n, p;

	if (strncmp(pattern, "*.", 2) != 0)
		return strcasecmp(pattern, domain) == 0;
	n = strlen(domain);
	p = strlen(pattern + 1);
	return n > p && strcasecmp(domain + n - p, pattern + 1) == 0;
}

int
route_of(const struct conf_relay *c, const char *address)
{
	const char *at = strrchr(address, '@');
	size_t i;

	for (i = 0; at != NULL && i < c->n_routes; i++)
		if (fits(c->routes[i].domain, at + 1))
			return (int)i;
	if (c->smart_host[0] != '\0')
		return ROUTE_SMART_HOST;
	return c->sendmail[0] != '\0' ? ROUTE_SENDMAIL : ROUTE_NONE;
}

const struct conf_smtp *
route_smtp(const struct conf_relay *c, int route, const char **host_r)
{
	if (route < 0) {
		*host_r = c->smart_host;
		return &c->to;
	}
	*host_r = c->routes[route].smart_host;
	return &c->routes[route].to;
}
