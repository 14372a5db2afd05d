/*
 * ctl_welcome.c - the greeting's text: shown with the reason for it, changed
 *
 * lib/conf refuses what a greeting must not hold (conf_welcome.c); a text that
 * is too long is taken, and not shown.
 *
 * Runs in: keeper.  Trusts: front, for who asked; never a text.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/json.h"

#include "pop3srvd/keeper/ctl_config.h"
#include "pop3srvd/keeper/ctl_welcome.h"

#define KEY		"welcome"

/* Who set it for listener (NULL: for all). */
static const char *
origin_of(const struct keeper *k, const char *listener)
{
	const char *own = NULL;

	if (listener != NULL)
		own = conf_over_origin(k->source, listener, KEY);
	return own != NULL ? own : conf_origin(k->source, KEY);
}

/* Why the text set, of n octets, is not what is shown; "": it is. */
static void
why_not(size_t n, const char *origin, char *out, size_t size)
{
	out[0] = '\0';
	if (n == 0)
		snprintf(out, size, "no text is set (%s)", origin);
	else if (n > CONF_WELCOME_MAX)
		snprintf(out, size, "the text set (%s) has %zu octets, at "
		    "most %d are shown", origin, n, CONF_WELCOME_MAX);
}

static json_t *
show(const struct keeper *k, const struct conf_server *s,
    const char *listener)
{
	const char *origin = origin_of(k, listener);
	size_t n = strlen(s->welcome);
	char why[512], text[320];
	bool host;
	json_t *v;

	why_not(n, origin, why, sizeof(why));
	host = conf_host_shown(s->hostname);
	snprintf(text, sizeof(text), "%s%sPOP3 server ready",
	    host ? s->hostname : "", host ? " " : "");
	v = json_pack("{s:s, s:s, s:s, s:I, s:s, s:s, s:b}", "shown",
	    why[0] == '\0' ? s->welcome : text, "in_force",
	    why[0] == '\0' ? "own" : "built-in", "set", s->welcome,
	    "octets", (json_int_t)n, "origin", origin, "why", why, "apop",
	    s->options.apop ? 1 : 0);
	if (v != NULL && listener != NULL)
		(void)json_object_set_new(v, "listener",
		    json_string(listener));
	return v;
}

static const struct conf_listener *
named(const struct conf *c, const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < c->n_listeners; i++)
		if (strcmp(c->listeners[i].name, name) == 0)
			return &c->listeners[i];
	return NULL;
}

/* Those of the listeners that differ from what all have. */
static json_t *
others(const struct keeper *k)
{
	const struct conf_server *root = &k->conf->server;
	const struct conf_listener *l = k->conf->listeners;
	json_t *list = json_array();
	size_t i;

	for (i = 0; list != NULL && i < k->conf->n_listeners; i++) {
		if (l[i].protocol != CONF_POP3 ||
		    (strcmp(l[i].server.welcome, root->welcome) == 0 &&
		    strcmp(l[i].server.hostname, root->hostname) == 0))
			continue;
		if (json_array_append_new(list, show(k, &l[i].server,
		    l[i].name)) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* As ctl_config_listener(), of those that greet with a text of ours. */
static int
greeter(const struct keeper *k, const json_t *args, const char **name_r,
    struct err *e)
{
	const struct conf_listener *l;

	if (ctl_config_listener(k, args, name_r, e) < 0)
		return -1;
	l = named(k->conf, *name_r);
	if (l != NULL && l->protocol != CONF_POP3)
		return err_set(e, ERR_CONFIG, "listener \"%.80s\" does not "
		    "speak POP3, and its greeting is fixed", *name_r);
	return 0;
}

json_t *
ctl_welcome_show(struct keeper *k, const json_t *args, struct err *e)
{
	const struct conf_listener *l;
	const char *listener;
	json_t *v;

	if (greeter(k, args, &listener, e) < 0)
		return NULL;
	l = named(k->conf, listener);
	v = show(k, l != NULL ? &l->server : &k->conf->server,
	    l != NULL ? l->name : NULL);
	if (v != NULL && l == NULL &&
	    json_object_set_new(v, "listeners", others(k)) < 0) {
		json_decref(v);
		v = NULL;
	}
	if (v == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	return v;
}

/* What ctl_config_… answered, then what is shown now. */
static json_t *
with_shown(struct keeper *k, json_t *changed, const char *listener,
    struct err *e)
{
	const struct conf_listener *l = named(k->conf, listener);
	json_t *v;

	if (changed == NULL)
		return NULL;
	v = show(k, l != NULL ? &l->server : &k->conf->server, listener);
	(void)json_object_del(changed, "key");
	(void)json_object_del(changed, "value");
	if (v == NULL || json_object_update(changed, v) < 0) {
		err_set(e, ERR_TEMP, "out of memory");
		json_decref(changed);
		changed = NULL;
	}
	json_decref(v);
	return changed;
}

json_t *
ctl_welcome_set(struct keeper *k, const json_t *args, struct err *e)
{
	const char *text = json_str(args, "text", NULL, e), *listener;
	char key[CTL_KEY_MAX];
	bool runtime;

	if (text == NULL || greeter(k, args, &listener, e) < 0 ||
	    json_bool(args, "runtime", false, &runtime, e) < 0)
		return NULL;
	return with_shown(k, ctl_config_put(k, ctl_config_key(listener, KEY,
	    key), json_object_get(args, "text"), runtime, e), listener, e);
}

json_t *
ctl_welcome_reset(struct keeper *k, const json_t *args, struct err *e)
{
	char key[CTL_KEY_MAX];
	const char *listener;
	bool runtime;

	if (ctl_config_listener(k, args, &listener, e) < 0 ||
	    json_bool(args, "runtime", false, &runtime, e) < 0)
		return NULL;
	return with_shown(k, ctl_config_take(k, ctl_config_key(listener, KEY,
	    key), runtime, e), listener, e);
}
