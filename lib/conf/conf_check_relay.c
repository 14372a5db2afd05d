/*
 * conf_check_relay.c - rules across the keys of relay
 */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include <string.h>

#include "lib/base/num.h"
#include "lib/conf/conf_source.h"

#define PORT_MAX	65535
#define RETRIES_MAX	64

struct check {
	const struct conf *c;
	const struct conf_source *s;
	struct conf_faults *f;
	const char *key;	/* in fault */
};

static bool
name_char(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') ||
	    (ch >= '0' && ch <= '9') || ch == '.' || ch == '-' || ch == '_';
}

/* Of a host name, or of a numeric address in brackets. */
static bool
name_ok(struct span name, const char *more)
{
	size_t i;

	for (i = 0; i < name.len; i++)
		if (!name_char(name.ptr[i]) &&
		    strchr(more, name.ptr[i]) == NULL)
			return false;
	return name.len > 0 && name.ptr[0] != '-' && name.ptr[0] != '.';
}

/* "host:port", "192.0.2.1:25", "[2001:db8::1]:25". */
static bool
host_ok(const char *text)
{
	const char *colon = strrchr(text, ':');
	struct span host;
	uint64_t port;

	if (colon == NULL || colon == text)
		return false;
	if (num_u64(span_of(colon + 1), PORT_MAX, &port) < 0 || port == 0)
		return false;
	host = span_mem(text, (size_t)(colon - text));
	if (host.ptr[0] != '[')
		return name_ok(host, "");
	return host.len > 2 && host.ptr[host.len - 1] == ']' &&
	    name_ok(span_mem(host.ptr + 1, host.len - 2), ":");
}

static void
check_smtp(const struct check *k, const char *host, const struct conf_smtp *to)
{
	const char *origin = conf_origin(k->s, k->key);

	if (host[0] != '\0' && !host_ok(host))
		conf_fault(k->f, "%s: %s: \"%s\" is not host:port, as "
		    "\"mail.example.org:587\"", origin, k->key, host);
	if (to->helo && to->tls != CONF_TLS_NONE)
		conf_fault(k->f, "%s: %s: HELO knows neither TLS nor login: "
		    "with helo set tls to none", origin, k->key);
	if (to->helo && to->user[0] != '\0')
		conf_fault(k->f, "%s: %s: HELO knows no login: take away "
		    "helo or user", origin, k->key);
	if ((to->user[0] == '\0') != (to->password_file[0] == '\0'))
		conf_fault(k->f, "%s: %s: user and password_file come "
		    "together", origin, k->key);
	if (to->user[0] != '\0' && !to->helo && to->tls == CONF_TLS_NONE)
		conf_fault(k->f, "%s: %s: a password is not sent without TLS; "
		    "set tls to starttls or implicit", origin, k->key);
}

static void
check_routes(struct check *k)
{
	const struct conf_route *r = k->c->relay.routes;
	size_t i;
	const char *d;

	k->key = "relay.routes";
	for (i = 0; i < k->c->relay.n_routes; i++, r++) {
		d = strncmp(r->domain, "*.", 2) == 0 ? r->domain + 2 :
		    r->domain;
		if (!name_ok(span_of(d), ""))
			conf_fault(k->f, "%s: relay.routes[%zu].domain: "
			    "\"%s\" is neither a domain nor *.domain",
			    conf_origin(k->s, k->key), i, r->domain);
		check_smtp(k, r->smart_host, &r->to);
	}
}

static void
check_names(const struct check *k)
{
	const struct conf_relay *r = &k->c->relay;

	if (r->helo_name[0] != '\0' && !name_ok(span_of(r->helo_name), "[]:"))
		conf_fault(k->f, "%s: relay.helo_name: \"%s\" is no host name",
		    conf_origin(k->s, "relay.helo_name"), r->helo_name);
	if (r->masquerade_domain[0] != '\0' &&
	    !name_ok(span_of(r->masquerade_domain), ""))
		conf_fault(k->f, "%s: relay.masquerade_domain: \"%s\" is no "
		    "domain", conf_origin(k->s, "relay.masquerade_domain"),
		    r->masquerade_domain);
}

static void
check_retries(const struct check *k)
{
	const struct conf_strings *r = &k->c->relay.retries;
	const char *origin = conf_origin(k->s, "relay.retries");
	int64_t ms;
	size_t i;

	if (r->n == 0 || r->n > RETRIES_MAX)
		conf_fault(k->f, "%s: relay.retries: 1 to %d waiting times",
		    origin, RETRIES_MAX);
	for (i = 0; i < r->n; i++)
		if (num_duration(r->at[i], &ms) < 0 || ms < 100)
			conf_fault(k->f, "%s: relay.retries: \"%s\" is no "
			    "waiting time such as 15m", origin, r->at[i]);
}

/* The key that lets clients send, or NULL. */
static const char *
sends(const struct conf *c)
{
	size_t i;

	if (c->server.options.xtnd_xmit)
		return "options.xtnd_xmit";
	for (i = 0; i < c->n_listeners; i++)
		if (c->listeners[i].server.options.xtnd_xmit)
			return "listeners";
	return NULL;
}

/* Taken for what would be lost otherwise. */
static void
check_way_out(const struct check *k)
{
	const struct conf_relay *r = &k->c->relay;
	const char *key = sends(k->c);

	if (r->smart_host[0] != '\0' && r->sendmail[0] != '\0')
		conf_fault(k->f, "%s: relay.sendmail: relay.smart_host is set "
		    "too; take one of them away",
		    conf_origin(k->s, "relay.sendmail"));
	if (r->smart_host[0] == '\0' && r->sendmail[0] == '\0' && key != NULL)
		conf_fault(k->f, "%s: options.xtnd_xmit: nothing could send "
		    "the mail: set relay.smart_host (\"mail.example.org:587\")"
		    " or, in the configuration file, relay.sendmail "
		    "(\"/usr/sbin/sendmail\") first",
		    conf_origin(k->s, key));
#ifndef HAVE_CURL
	if (r->smart_host[0] != '\0' || r->n_routes > 0)
		conf_fault(k->f, "%s: relay.smart_host, relay.routes: this "
		    "build has no libcurl (--without-curl); use "
		    "relay.sendmail", conf_origin(k->s, "relay.smart_host"));
#endif
}

void
conf_check_relay(const struct conf *c, const struct conf_source *s,
    struct conf_faults *f)
{
	struct check k = { c, s, f, "relay.smart_host" };

	check_smtp(&k, c->relay.smart_host, &c->relay.to);
	check_routes(&k);
	check_names(&k);
	check_retries(&k);
	check_way_out(&k);
}
