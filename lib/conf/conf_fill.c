/*
 * conf_fill.c - from merged layers to the struct
 */
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "lib/base/mem.h"
#include "lib/conf/conf_find.h"
#include "lib/conf/conf_source.h"
#include "lib/conf/conf_value.h"

#define PORT_PLAIN	110
#define PORT_TLS	995
#define PORT_POPPASS	106	/* IANA says 3com-tsmux, clients do not */

/* With a certificate and no word about listeners these serve. */
static const char usual_listeners[] =
    "[{\"name\": \"pop3\", \"tls\": {\"mode\": \"starttls\"}},"
    " {\"name\": \"pop3s\", \"tls\": {\"mode\": \"implicit\"}}]";

struct scope {
	const json_t *flat;
	const json_t *outer;	/* where a listener inherits from, or NULL */
};

static json_t *
lookup(const struct scope *sc, const char *key)
{
	json_t *v = json_object_get(sc->flat, key);

	if (v != NULL || sc->outer == NULL)
		return v;
	/* A listener's own certificate comes with its own key and names: the
	 * root's would belong to another server. */
	if (json_object_get(sc->flat, "tls.certificate") != NULL &&
	    strncmp(key, "tls.", 4) == 0 &&
	    strcmp(key, "tls.min_version") != 0)
		return NULL;
	return json_object_get(sc->outer, key);
}

/* A value that is wrong has its fault already; the default stands in, so that
 * the rules across keys can still be checked. */
static int
fill_field(const struct conf_row *r, const json_t *v, void *field)
{
	struct err e;
	json_t *dflt;
	int status;

	if (v != NULL && conf_value_read(r, v, field, &e) == 0)
		return 0;
	dflt = conf_value_text(r, r->dflt);
	if (dflt == NULL)
		return -1;
	if (json_is_string(dflt) && r->lo > 0 && r->dflt[0] == '\0') {
		*(char **)field = mem_strdup("");
		status = *(char **)field == NULL ? -1 : 0;
	} else {
		status = conf_value_read(r, dflt, field, &e);
	}
	json_decref(dflt);
	return status;
}

static json_t *
list_value(const struct conf_row *r, const struct scope *sc)
{
	json_t *v = lookup(sc, r->key);

	if (json_is_array(v))
		return json_incref(v);
	if (r->set == &conf_listener_set && v == NULL &&
	    json_object_get(sc->flat, "tls.certificate") != NULL)
		return json_loads(usual_listeners, 0, NULL);
	return conf_value_text(r, r->dflt);
}

static int
fill_set(const struct conf_set *set, void *at, const struct scope *sc)
{
	struct scope inner = { NULL, NULL };
	const struct conf_row *r;
	json_t *list, *flat;
	char *field, *items;
	size_t i, n;
	int status = 0;

	for (r = set->rows; status == 0 && r < set->rows + set->n; r++) {
		field = (char *)at + r->offset;
		if (r->type == CONF_T_SET) {
			status = fill_set(r->set, field, sc);
			continue;
		}
		if (r->type != CONF_T_LIST) {
			status = fill_field(r, lookup(sc, r->key), field);
			continue;
		}
		list = list_value(r, sc);
		n = json_array_size(list);
		items = mem_new(n, r->set->size);
		status = list == NULL || items == NULL ? -1 : 0;
		conf_items_put(r, at, items, items == NULL ? 0 : n);
		for (i = 0; status == 0 && i < n; i++) {
			flat = conf_flatten(r->set, json_array_get(list, i));
			inner.flat = flat;
			inner.outer = r->set == &conf_listener_set ?
			    sc->flat : NULL;
			if (flat == NULL || (inner.outer != NULL &&
			    conf_over_lay(flat, sc->flat) < 0))
				status = -1;
			else
				status = fill_set(r->set,
				    items + i * r->set->size, &inner);
			json_decref(flat);
		}
		json_decref(list);
	}
	return status;
}

static int
replace(char **s_p, const char *with)
{
	free(*s_p);
	*s_p = mem_strdup(with);
	return *s_p == NULL ? -1 : 0;
}

static int
settle_server(struct conf_server *s)
{
	struct utsname u;

	if (s->hostname[0] == '\0' &&
	    replace(&s->hostname, uname(&u) == 0 ? u.nodename :
	    "localhost") < 0)
		return -1;
	if (s->default_domain[0] == '\0')
		return replace(&s->default_domain, s->hostname);
	return 0;
}

/* RFC 5426, 6587 and 5425; 601 is IANA's syslog-conn. */
static void
settle_log(struct conf_log *l)
{
	static const int64_t ports[] = { [CONF_LOG_UDP] = 514,
		[CONF_LOG_TCP] = 601, [CONF_LOG_TLS] = 6514 };

	if (l->to != CONF_LOG_SERVER)
		return;
	if (l->transport == CONF_LOG_AUTO)
		l->transport = CONF_LOG_UDP;
	if (l->port == 0 && l->transport <= CONF_LOG_TLS)
		l->port = ports[l->transport];
}

static int64_t
usual_port(const struct conf_listener *l)
{
	if (l->protocol == CONF_POPPASS)
		return PORT_POPPASS;
	return l->tls_mode == CONF_TLS_IMPLICIT ? PORT_TLS : PORT_PLAIN;
}

/* Defaults that depend on something else. */
static int
settle(struct conf *c)
{
	struct conf_listener *l;
	size_t i;

	for (i = 0; i < c->n_logs; i++)
		settle_log(&c->logs[i]);
	if (settle_server(&c->server) < 0)
		return -1;
	for (l = c->listeners; l < c->listeners + c->n_listeners; l++) {
		if (settle_server(&l->server) < 0)
			return -1;
		if (l->path[0] == '\0' && l->port == 0)
			l->port = usual_port(l);
		if (l->name[0] == '\0' && replace(&l->name,
		    conf_listener_name(NULL, l->protocol,
		    l->tls_mode == CONF_TLS_IMPLICIT)) < 0)
			return -1;
	}
	return 0;
}

int
conf_fill(struct conf *c, const struct conf_source *s)
{
	struct scope sc = { s->values, NULL };

	if (fill_set(&conf_root_set, c, &sc) < 0)
		return -1;
	return settle(c);
}

char *
conf_fill_state_dir(const struct conf_source *s)
{
	struct scope sc = { s->values, NULL };
	const struct conf_row *r = conf_find(&conf_root_set, "state_dir");
	char *dir = NULL;

	if (fill_field(r, lookup(&sc, r->key), &dir) < 0)
		return NULL;
	return dir;
}
