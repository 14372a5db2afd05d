/*
 * conf_check.c - rules across keys, and the files that keys name
 *
 * What one value alone can get wrong is in its row.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/addr.h"
#include "lib/base/mem.h"
#include "lib/base/path.h"
#include "lib/conf/conf_source.h"

#define PEM_MAX		(1u << 20)

struct check {
	const struct conf *c;
	const struct conf_source *s;
	bool early;
	struct conf_faults *f;
};

static void
check_readable(const struct check *k, const char *key, const char *path,
    bool secret)
{
	struct err e;
	char *mem;
	size_t n;
	int status;

	if (path[0] == '\0')
		return;
	status = secret ? path_read_secret(path, PEM_MAX, &mem, &n, &e) :
	    path_read(path, PEM_MAX, &mem, &n, &e);
	if (status < 0) {
		conf_fault(k->f, "%s: %s: %s", conf_origin(k->s, key), key,
		    e.text);
		return;
	}
	mem_wipe(mem, n);
	free(mem);
}

/* A chain and its key come together. */
static void
check_pair(const struct check *k, const char *what, const char *certificate,
    const char *key_file)
{
	if (certificate[0] != '\0' && key_file[0] == '\0')
		conf_fault(k->f, "%s: %s: \"%s\" has no key_file beside it",
		    conf_origin(k->s, "tls.certificate"), what, certificate);
	if (certificate[0] == '\0' && key_file[0] != '\0')
		conf_fault(k->f, "%s: %s: key_file \"%s\" has no certificate "
		    "beside it", conf_origin(k->s, "tls.key_file"), what,
		    key_file);
}

static void
check_tls(const struct check *k, const struct conf_tls *t)
{
	size_t i;

	check_pair(k, "tls", t->certificate, t->key_file);
	check_pair(k, "tls (second pair)", t->certificate2, t->key_file2);
	if (t->certificate2[0] != '\0' && t->certificate[0] == '\0')
		conf_fault(k->f, "%s: tls.certificate2: set tls.certificate "
		    "first", conf_origin(k->s, "tls.certificate2"));
	check_readable(k, "tls.certificate", t->certificate, false);
	check_readable(k, "tls.key_file", t->key_file, true);
	check_readable(k, "tls.certificate2", t->certificate2, false);
	check_readable(k, "tls.key_file2", t->key_file2, true);
	for (i = 0; i < t->n_names; i++) {
		check_readable(k, "tls.names", t->names[i].certificate, false);
		check_readable(k, "tls.names", t->names[i].key_file, true);
	}
}

static bool
is_any(const struct addr *a)
{
	static const uint8_t zero[16];

	return memcmp(a->ip + (addr_is_v4(a) ? 12 : 0), zero,
	    addr_is_v4(a) ? 4 : 16) == 0;
}

/* Would one bind() be in the way of the other? */
static bool
overlap(const char *x, const char *y)
{
	struct addr a, b;

	if (strcmp(x, "*") == 0 || strcmp(y, "*") == 0)
		return true;
	if (addr_parse(x, &a, NULL) < 0 || addr_parse(y, &b, NULL) < 0)
		return false;
	if (addr_is_v4(&a) != addr_is_v4(&b))
		return false;
	return addr_same_ip(&a, &b) || is_any(&a) || is_any(&b);
}

static bool
same_place(const struct conf_listener *a, const struct conf_listener *b)
{
	if (a->path[0] != '\0' || b->path[0] != '\0')
		return strcmp(a->path, b->path) == 0;
	return a->port == b->port && overlap(a->address, b->address);
}

static void
check_two(const struct check *k, const struct conf_listener *a,
    const struct conf_listener *b)
{
	const char *origin = conf_origin(k->s, "listeners");

	if (strcmp(a->name, b->name) == 0)
		conf_fault(k->f, "%s: listeners: two are called \"%s\"; give "
		    "one another \"name\"", origin, a->name);
	if (!same_place(a, b))
		return;
	if (a->path[0] != '\0')
		conf_fault(k->f, "%s: listeners: \"%s\" and \"%s\" are both "
		    "at %s", origin, a->name, b->name, a->path);
	else
		conf_fault(k->f, "%s: listeners: \"%s\" and \"%s\" cannot "
		    "share %s port %d (%s port %d); change one", origin,
		    a->name, b->name, a->address, (int)a->port, b->address,
		    (int)b->port);
}

/* What it takes are passwords, two of them (seeds.md P-20). */
static void
check_poppass(const struct check *k, const struct conf_listener *l)
{
	const char *origin = conf_origin(k->s, "listeners");
	struct addr a;

	if (l->tls_mode == CONF_TLS_STARTTLS)
		conf_fault(k->f, "%s: listeners: \"%s\": poppass has no "
		    "STARTTLS; say \"tls\": \"implicit\", or \"none\" with "
		    "\"address\": \"127.0.0.1\"", origin, l->name);
	else if (l->tls_mode == CONF_TLS_NONE && l->path[0] == '\0' &&
	    (addr_parse(l->address, &a, NULL) < 0 || !addr_is_loopback(&a)))
		conf_fault(k->f, "%s: listeners: \"%s\" would take passwords "
		    "without TLS at %s; say \"tls\": \"implicit\", or "
		    "\"address\": \"127.0.0.1\"", origin, l->name,
		    l->address);
}

static void
check_listener(const struct check *k, const struct conf_listener *l)
{
	const struct conf_tls *root = &k->c->server.tls;

	if (l->server.tls.certificate[0] == '\0' && !k->early &&
	    l->tls_mode != CONF_TLS_NONE)
		conf_fault(k->f, "%s: listeners: \"%s\" has no certificate; "
		    "set tls.certificate and tls.key_file, or for service "
		    "without TLS \"tls\": \"none\" on this listener",
		    conf_origin(k->s, "listeners"), l->name);
	if (strcmp(l->server.tls.certificate, root->certificate) != 0 ||
	    strcmp(l->server.tls.key_file, root->key_file) != 0)
		check_tls(k, &l->server.tls);
	if (l->protocol == CONF_POPPASS)
		check_poppass(k, l);
	if (l->path[0] != '\0' && strcmp(l->path, k->c->control.path) == 0)
		conf_fault(k->f, "%s: listeners: \"%s\" is at control.path, "
		    "%s", conf_origin(k->s, "listeners"), l->name, l->path);
}

static void
check_listeners(const struct check *k)
{
	const struct conf *c = k->c;
	size_t i, j;

	if (c->n_listeners == 0 && !k->early &&
	    strcmp(conf_origin(k->s, "listeners"), "default") == 0)
		conf_fault(k->f, "%s: nothing to serve: set tls.certificate "
		    "and tls.key_file (then ports 110 and 995 are served), "
		    "or say \"listeners\"", k->s->file);
	else if (c->n_listeners == 0 && !k->early)
		conf_fault(k->f, "%s: listeners: must have one entry at least",
		    conf_origin(k->s, "listeners"));
	for (i = 0; i < c->n_listeners; i++) {
		check_listener(k, &c->listeners[i]);
		if (k->s->listeners_bad)
			continue;
		for (j = i + 1; j < c->n_listeners; j++)
			check_two(k, &c->listeners[i], &c->listeners[j]);
	}
}

static void
check_relay_files(const struct check *k)
{
	const struct conf_relay *r = &k->c->relay;
	size_t i;

	check_readable(k, "relay.ca_file", r->to.ca_file, false);
	check_readable(k, "relay.password_file", r->to.password_file, true);
	for (i = 0; i < r->n_routes; i++) {
		check_readable(k, "relay.routes", r->routes[i].to.ca_file,
		    false);
		check_readable(k, "relay.routes",
		    r->routes[i].to.password_file, true);
	}
}

void
conf_check(const struct conf *c, const struct conf_source *s, bool early,
    struct conf_faults *f)
{
	struct check k = { c, s, early, f };

	check_tls(&k, &c->server.tls);
	conf_check_welcome(c, s, f);
	check_listeners(&k);
	if (!s->listeners_bad && c->n_listeners > 0)
		conf_over_check(c, s, f);
	conf_check_logs(c, s, f);
	conf_check_access(c, s);
	check_relay_files(&k);
	check_readable(&k, "auth.apop_key_file", c->auth.apop_key_file, true);
	conf_check_relay(c, s, f);
	if (c->auth.backends.n == 0)
		conf_fault(f, "%s: auth.backends: must have one entry at "
		    "least, such as \"accounts\"",
		    conf_origin(s, "auth.backends"));
}
