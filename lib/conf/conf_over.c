/*
 * conf_over.c - keys of one listener by its name: "listener.NAME.KEY"
 *
 * In a file they are "listener": {"pop3s": {"welcome": "hi"}}; in a source
 * flat beside those of the root, "listener.pop3s.welcome".  A name may have
 * dots, so a key is split where the rest is a row.
 */
#include <stdio.h>
#include <string.h>

#include "lib/conf/conf_find.h"
#include "lib/conf/conf_source.h"

#define PREFIX		CONF_OVER "."
#define KEY_OCTETS	256

/* What follows "listener." in key, or NULL. */
static const char *
behind(const char *key)
{
	size_t n = strlen(PREFIX);

	return strncmp(key, PREFIX, n) == 0 ? key + n : NULL;
}

/* What follows NAME in text: "" at its end, NULL when it is not there. */
static const char *
behind_name(const char *text, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(text, name, n) != 0)
		return NULL;
	if (text[n] == '.')
		return text + n + 1;
	return text[n] == '\0' ? text + n : NULL;
}

const struct conf_row *
conf_key_row(const char *key, char name[CONF_NAME_MAX + 1])
{
	const char *at = behind(key), *dot;
	const struct conf_row *r;

	name[0] = '\0';
	if (at == NULL)
		return conf_find(&conf_root_set, key);
	for (dot = strchr(at, '.'); dot != NULL; dot = strchr(dot + 1, '.')) {
		r = conf_find(&conf_server_set, dot + 1);
		if (r == NULL || dot == at || dot - at > CONF_NAME_MAX)
			continue;
		memcpy(name, at, (size_t)(dot - at));
		name[dot - at] = '\0';
		return r;
	}
	return NULL;
}

int
conf_key_set(json_t *changes, const char *key, json_t *v)
{
	char name[CONF_NAME_MAX + 1];
	const struct conf_row *r = conf_key_row(key, name);
	json_t *all, *one;

	if (r == NULL || name[0] == '\0')
		return conf_path_set(changes, key, v);
	all = json_object_get(changes, CONF_OVER);
	if (!json_is_object(all)) {
		all = json_object();
		if (json_object_set_new(changes, CONF_OVER, all) < 0)
			all = NULL;
	}
	one = json_object_get(all, name);
	if (!json_is_object(one)) {
		one = json_object();
		if (json_object_set_new(all, name, one) < 0)
			one = NULL;
	}
	if (one != NULL)
		return conf_path_set(one, r->key, v);
	json_decref(v);
	return -1;
}

/* Take path ("": all) of what all says of name away; -1: it is not there. */
static int
del_of(json_t *all, const char *name, const char *path)
{
	json_t *one = json_object_get(all, name);

	if (path[0] != '\0' && conf_path_del(one, path) < 0)
		return -1;
	return path[0] != '\0' && json_object_size(one) > 0 ? 0 :
	    json_object_del(all, name);
}

int
conf_key_del(json_t *changes, const char *key)
{
	char exact[CONF_NAME_MAX + 1];
	const struct conf_row *r = conf_key_row(key, exact);
	const char *at = behind(key), *rest, *name;
	json_t *all = json_object_get(changes, CONF_OVER), *one;
	int status = -1;
	void *next;

	if (at == NULL || !json_is_object(all))
		return conf_path_del(changes, key);
	/* before "a.welcome", which another listener may be called */
	if (r != NULL)
		status = del_of(all, exact, r->key);
	else
		json_object_foreach_safe(all, next, name, one) {
			rest = behind_name(at, name);
			if (status < 0 && rest != NULL)
				status = del_of(all, name, rest);
		}
	if (status == 0 && json_object_size(all) == 0)
		(void)json_object_del(changes, CONF_OVER);
	return status;
}

const char *
conf_listener_name(const char *name, enum conf_protocol p, bool implicit)
{
	if (name != NULL && name[0] != '\0')
		return name;
	if (p == CONF_POPPASS)
		return "poppass";
	return implicit ? "pop3s" : "pop3";
}

/* A flat listener's name. */
static const char *
name_of(const json_t *flat)
{
	const char *mode = json_string_value(json_object_get(flat,
	    "tls.mode"));
	const char *protocol = json_string_value(json_object_get(flat,
	    "protocol"));

	return conf_listener_name(json_string_value(json_object_get(flat,
	    "name")), protocol != NULL && strcmp(protocol, "poppass") == 0 ?
	    CONF_POPPASS : CONF_POP3,
	    mode != NULL && strcmp(mode, "implicit") == 0);
}

int
conf_over_lay(json_t *flat, const json_t *values)
{
	char name[CONF_NAME_MAX + 1], own[CONF_NAME_MAX + 1];
	const struct conf_row *r;
	const char *key;
	json_t *v;

	snprintf(own, sizeof(own), "%s", name_of(flat));
	json_object_foreach((json_t *)(uintptr_t)values, key, v) {
		r = conf_key_row(key, name);
		if (r != NULL && name[0] != '\0' && strcmp(name, own) == 0 &&
		    json_object_set(flat, r->key, v) < 0)
			return -1;
	}
	return 0;
}

static const struct conf_listener *
named(const struct conf *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->n_listeners; i++)
		if (strcmp(c->listeners[i].name, name) == 0)
			return &c->listeners[i];
	return NULL;
}

int
conf_over_effective(json_t *effective, const struct conf *c,
    const struct conf_source *s)
{
	char name[CONF_NAME_MAX + 1];
	const char *key;
	json_t *v;

	json_object_foreach(s->values, key, v) {
		if (conf_key_row(key, name) == NULL || name[0] == '\0' ||
		    named(c, name) == NULL)
			continue;
		if (conf_key_set(effective, key, json_incref(v)) < 0)
			return -1;
	}
	return 0;
}

static void
list_names(const struct conf *c, char out[KEY_OCTETS])
{
	size_t i, n = 0;

	out[0] = '\0';
	for (i = 0; i < c->n_listeners && n < KEY_OCTETS; i++)
		n += (size_t)snprintf(out + n, KEY_OCTETS - n, "%s%.80s",
		    i > 0 ? ", " : "", c->listeners[i].name);
}

/*
 * In the administrator's files a name that no listener has is a slip.  What
 * pop3ctl kept was right once; its listener has gone since, may come back, and
 * is no reason not to serve mail.
 */
void
conf_over_check(const struct conf *c, const struct conf_source *s,
    struct conf_faults *f)
{
	char name[CONF_NAME_MAX + 1], names[KEY_OCTETS];
	const char *key, *origin;
	json_t *v;

	list_names(c, names);
	json_object_foreach(s->values, key, v) {
		if (conf_key_row(key, name) == NULL || name[0] == '\0' ||
		    named(c, name) != NULL)
			continue;
		origin = conf_origin(s, key);
		if (strcmp(origin, CONF_SETTINGS) != 0)
			conf_fault(f, "%s: %s: there is no listener \"%s\"; "
			    "possible are: %s", origin, key, name, names);
		else
			conf_note(s, key, origin, "there is no listener "
			    "\"%s\" any more (but %s); it waits until one "
			    "comes, or until: pop3ctl config reset %s", name,
			    names, key);
	}
}

int
conf_listener_known(const struct conf_source *s, const char *name,
    struct err *e)
{
	char names[KEY_OCTETS] = "";
	const char *one;
	json_t *l;
	size_t i, n = 0;

	json_array_foreach(json_object_get(s->effective, "listeners"), i, l) {
		one = json_string_value(json_object_get(l, "name"));
		if (strcmp(one, name) == 0)
			return 0;
		if (n < sizeof(names))
			n += (size_t)snprintf(names + n, sizeof(names) - n,
			    "%s%.80s", i > 0 ? ", " : "", one);
	}
	return err_set(e, ERR_NOTFOUND, "there is no listener \"%.80s\"; "
	    "possible are: %s", name, names);
}

/* Those members of from that group ("" all, else a key or its beginning)
 * names, into to. */
static int
take_group(json_t *to, const json_t *from, const char *group)
{
	const struct conf_row *r = conf_server_set.rows;
	json_t *v;
	size_t i;

	for (i = 0; i < conf_server_set.n; i++) {
		v = conf_path_get(from, r[i].key);
		if (v != NULL && (group[0] == '\0' ||
		    behind_name(r[i].key, group) != NULL) &&
		    conf_path_set(to, r[i].key, json_incref(v)) < 0)
			return -1;
	}
	return 0;
}

json_t *
conf_over_get(const struct conf_source *s, const char *key)
{
	char exact[CONF_NAME_MAX + 1];
	const struct conf_row *r = conf_key_row(key, exact);
	const char *at = behind(key), *rest = NULL, *name;
	json_t *listeners, *l = NULL, *all, *v;
	size_t i;

	listeners = json_object_get(s->effective, "listeners");
	json_array_foreach(at == NULL ? NULL : listeners, i, l) {
		name = json_string_value(json_object_get(l, "name"));
		if (r != NULL)
			rest = strcmp(name, exact) == 0 ? r->key : NULL;
		else
			rest = behind_name(at, name);
		if (rest != NULL && (rest[0] == '\0' || r != NULL ||
		    conf_find_group(&conf_server_set, rest)))
			break;
		rest = NULL;
	}
	all = rest == NULL ? NULL : json_object();
	if (all == NULL || take_group(all, s->effective, rest) < 0 ||
	    take_group(all, l, rest) < 0) {
		json_decref(all);
		return NULL;
	}
	v = rest[0] == '\0' ? all : conf_path_get(all, rest);
	v = json_deep_copy(v);
	json_decref(all);
	return v;
}

const char *
conf_over_origin(const struct conf_source *s, const char *listener,
    const char *key)
{
	char whole[KEY_OCTETS];
	json_t *l, *flat;
	bool own = false;
	size_t i;

	snprintf(whole, sizeof(whole), PREFIX "%s.%s", listener, key);
	if (json_object_get(s->origins, whole) != NULL)
		return conf_origin(s, whole);
	json_array_foreach(json_object_get(s->values, "listeners"), i, l) {
		flat = conf_flatten(&conf_listener_set, l);
		if (flat != NULL && strcmp(name_of(flat), listener) == 0)
			own = json_object_get(flat, key) != NULL;
		json_decref(flat);
	}
	return own ? conf_origin(s, "listeners") : NULL;
}
