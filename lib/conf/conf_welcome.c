/*
 * conf_welcome.c - what a greeting may hold
 *
 * Octets are counted and printable ASCII is asked for, since a client sees
 * neither characters nor our locale (RFC 2449 section 4: a greeting's line has
 * at most 512 octets, which "+OK ", 400 and CRLF never exceed).
 */
#include <stdio.h>
#include <string.h>

#include "lib/conf/conf_source.h"

#define KEY_OCTETS	128

/* key as an administrator sets it, origin as a fault names it. */
static void
check_text(const struct conf_server *s, const char *key, const char *origin,
    struct conf_faults *f)
{
	const char *p = s->welcome;

	while (*p >= 0x20 && *p <= 0x7e)
		p++;
	if (*p != '\0') {
		conf_fault(f, "%s: %s: printable ASCII only; octet %zu is "
		    "0x%02x", origin, key, (size_t)(p - s->welcome) + 1,
		    (unsigned char)*p);
		return;
	}
	p = s->options.apop ? strpbrk(s->welcome, "<>") : NULL;
	if (p != NULL)
		conf_fault(f, "%s: %s: octet %zu is \"%c\", where an APOP "
		    "client would look for its time stamp (RFC 1939 section "
		    "7); take it out, or switch options.apop off", origin,
		    key, (size_t)(p - s->welcome) + 1, *p);
}

/* No fault: the text may be meant for a server that shows more. */
static void
check_length(const struct conf_server *server, const char *key,
    const char *origin, const struct conf_source *s)
{
	size_t n = strlen(server->welcome);

	if (n > CONF_WELCOME_MAX)
		conf_note(s, key, origin, "%zu octets, at most %d are shown: "
		    "the built-in text is used instead", n, CONF_WELCOME_MAX);
}

bool
conf_host_shown(const char *host)
{
	size_t n = strspn(host, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]");

	return n > 0 && host[n] == '\0';
}

static void
check_host(const struct conf_server *server, const char *key,
    const char *origin, const struct conf_source *s)
{
	if (!conf_host_shown(server->hostname))
		conf_note(s, key, origin, "has octets that no name or address "
		    "of a host has: greetings leave it out");
}

/* A listener only for what differs from the root, which has its fault. */
void
conf_check_welcome(const struct conf *c, const struct conf_source *s,
    struct conf_faults *f)
{
	const struct conf_server *root = &c->server, *own;
	const struct conf_listener *l;
	const char *origin;
	char key[KEY_OCTETS];
	bool same;

	origin = conf_origin(s, "welcome");
	check_text(root, "welcome", origin, f);
	check_length(root, "welcome", origin, s);
	check_host(root, "hostname", conf_origin(s, "hostname"), s);
	for (l = c->listeners; l < c->listeners + c->n_listeners; l++) {
		own = &l->server;
		origin = conf_over_origin(s, l->name, "hostname");
		snprintf(key, sizeof(key), CONF_OVER ".%s.hostname", l->name);
		if (origin != NULL)
			check_host(own, key, origin, s);
		same = strcmp(own->welcome, root->welcome) == 0;
		if (same && own->options.apop == root->options.apop)
			continue;
		snprintf(key, sizeof(key), CONF_OVER ".%s.welcome", l->name);
		origin = conf_over_origin(s, l->name, "welcome");
		if (origin == NULL)
			origin = conf_origin(s, "welcome");
		check_text(own, key, origin, f);
		if (!same)
			check_length(own, key, origin, s);
	}
}
