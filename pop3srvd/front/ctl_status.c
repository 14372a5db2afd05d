/*
 * ctl_status.c - verbs "version" and front's part of "status"
 *
 * Runs in: front.
 * Trusts: nothing is read here.
 */
#include <string.h>

#include "config.h"
#include "lib/base/digest.h"
#include "lib/base/json.h"

#include "lib/ctl/ctl.h"

#include "pop3srvd/front/ctl_own.h"
#include "pop3srvd/front/ctl_server.h"
#include "pop3srvd/front/server.h"
#include "pop3srvd/front/session.h"

json_t *
ctl_version(struct server *srv, const json_t *args, struct err *e)
{
	json_t *v;

	(void)srv;
	if (json_object_size(args) > 0) {
		err_set(e, ERR_CONFIG, "version takes no arguments");
		return NULL;
	}
	v = json_pack("{s:s, s:i, s:s}", "version", PACKAGE_VERSION,
	    "protocol", CTL_VERSION,
	    "openssl", digest_library());
	if (v == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	return v;
}

static json_int_t
sessions_on(const struct server *srv, const char *listener)
{
	const struct session *s;
	json_int_t n = 0;
	int i;

	for (i = 0; i < SESSIONS_LISTS; i++)
		for (s = sessions_first(srv->sessions,
		    (enum sessions_list)i); s != NULL; s = s->next)
			n += strcmp(s->vs->name, listener) == 0;
	return n;
}

static json_t *
listener(const struct server *srv, const struct conf_listener *l)
{
	static const char *const modes[] = { "none", "starttls", "implicit" };
	json_t *v = json_pack("{s:s, s:s, s:I, s:s, s:I}", "name", l->name,
	    "address", l->address, "port", (json_int_t)l->port,
	    "tls", modes[l->tls_mode],
	    "sessions", sessions_on(srv, l->name));

	if (v != NULL && l->path[0] != '\0')
		json_object_set_new(v, "path", json_string(l->path));
	return v;
}

static json_t *
listeners(const struct server *srv)
{
	const struct conf *c = srv->conf;
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < c->n_listeners; i++)
		json_array_append_new(list, listener(srv, &c->listeners[i]));
	return list;
}

static void
set(json_t *o, const char *key, uint64_t v)
{
	json_object_set_new(o, key, json_integer((json_int_t)v));
}

void
ctl_status_add(struct server *srv, json_t *status)
{
	if (srv->stopping)
		json_object_set_new(status, "state", json_string("stopping"));
	json_object_set_new(status, "listeners", listeners(srv));
	set(status, "sessions", gate_total(srv->gate));
	set(status, "logins", metrics_read(srv, METRIC_LOGINS));
	set(status, "failures", metrics_read(srv, METRIC_LOGIN_FAILURES));
	set(status, "log_drops", metrics_read(srv, METRIC_LOG_DROPS));
	set(status, "audit_missing", metrics_read(srv, METRIC_AUDIT_MISSING));
	set(status, "queue", metrics_read(srv, METRIC_QUEUE));
	set(status, "badmail", metrics_read(srv, METRIC_BADMAIL));
}
