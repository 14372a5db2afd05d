/*
 * ctl_option.c - the switches under "options" by short names
 *
 * The same way as config.set, but for an operator too, who may change these
 * and nothing else of the configuration.
 *
 * Runs in: keeper.  Trusts: front, for who asked; never a name or value.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/json.h"
#include "lib/conf/conf_find.h"
#include "lib/conf/conf_row.h"

#include "pop3srvd/keeper/ctl_config.h"
#include "pop3srvd/keeper/ctl_option.h"

#define PREFIX		"options."

/* The name of an option's row, or NULL. */
static const char *
name_of(const struct conf_row *r)
{
	size_t n = strlen(PREFIX);

	return strncmp(r->key, PREFIX, n) == 0 ? r->key + n : NULL;
}

/* The row of an option, or NULL with what was possible. */
static const struct conf_row *
option(const char *name, struct err *e)
{
	const struct conf_set *set = &conf_server_set;
	const struct conf_row *r;
	struct conf_guess g;
	char all[200] = "";
	size_t n = 0;

	if (name == NULL)
		return NULL;
	for (r = set->rows; r < set->rows + set->n; r++) {
		if (name_of(r) == NULL)
			continue;
		if (strcmp(name_of(r), name) == 0)
			return r;
		if (n < sizeof(all))
			n += (size_t)snprintf(all + n, sizeof(all) - n,
			    "%s%s", n > 0 ? ", " : "", name_of(r));
	}
	conf_guess_begin(&g, name);
	conf_guess_keys(&g, set, "options");
	if (g.best.len > 0)
		err_set(e, ERR_NOTFOUND, "%.40s: no such option; did you mean "
		    "%.*s?", name, (int)g.best.len, g.best.ptr);
	else
		err_set(e, ERR_NOTFOUND, "%.40s: no such option; possible "
		    "are: %s", name, all);
	return NULL;
}

/* [{"listener", "value", "origin"}] of those that have a word of their own. */
static json_t *
overrides(const struct keeper *k, const char *key)
{
	json_t *list = json_array();
	char whole[CTL_KEY_MAX];
	const char *name, *origin;
	size_t i;

	for (i = 0; list != NULL && i < k->conf->n_listeners; i++) {
		name = k->conf->listeners[i].name;
		origin = conf_over_origin(k->source, name, key);
		if (origin == NULL)
			continue;
		if (json_array_append_new(list, json_pack("{s:s, s:o, s:s}",
		    "listener", name, "value", conf_get(k->source,
		    ctl_config_key(name, key, whole), NULL), "origin",
		    origin)) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* What is in force for a listener, or with NULL for all, and who differs. */
static json_t *
show(const struct keeper *k, const struct conf_row *r, const char *listener)
{
	const char *origin = NULL;
	char whole[CTL_KEY_MAX];
	json_t *v;

	if (listener != NULL)
		origin = conf_over_origin(k->source, listener, r->key);
	v = json_pack("{s:s, s:o, s:s, s:s}", "name", name_of(r), "value",
	    conf_get(k->source, ctl_config_key(listener, r->key, whole), NULL),
	    "origin", origin != NULL ? origin : conf_origin(k->source, r->key),
	    "help", r->help);
	if (v != NULL && (listener != NULL ?
	    json_object_set_new(v, "listener", json_string(listener)) :
	    json_object_set_new(v, "listeners", overrides(k, r->key))) < 0) {
		json_decref(v);
		v = NULL;
	}
	return v;
}

static json_t *
out_of_memory(struct err *e)
{
	err_set(e, ERR_TEMP, "out of memory");
	return NULL;
}

json_t *
ctl_option_list(struct keeper *k, const json_t *args, struct err *e)
{
	const struct conf_row *r = conf_server_set.rows;
	const char *listener;
	json_t *list, *result;
	size_t i;

	if (ctl_config_listener(k, args, &listener, e) < 0)
		return NULL;
	list = json_array();
	for (i = 0; list != NULL && i < conf_server_set.n; i++)
		if (name_of(&r[i]) != NULL && json_array_append_new(list,
		    show(k, &r[i], listener)) < 0) {
			json_decref(list);
			list = NULL;
		}
	result = list == NULL ? NULL : json_pack("{s:o}", "options", list);
	return result != NULL ? result : out_of_memory(e);
}

json_t *
ctl_option_get(struct keeper *k, const json_t *args, struct err *e)
{
	const struct conf_row *r;
	const char *listener;
	json_t *v;

	r = option(json_str(args, "name", NULL, e), e);
	if (r == NULL || ctl_config_listener(k, args, &listener, e) < 0)
		return NULL;
	v = show(k, r, listener);
	return v != NULL ? v : out_of_memory(e);
}

/* What ctl_config_… answered, in the words of this noun. */
static json_t *
renamed(json_t *v, const struct conf_row *r, const char *listener)
{
	if (v == NULL)
		return NULL;
	(void)json_object_del(v, "key");
	(void)json_object_set_new(v, "name", json_string(name_of(r)));
	if (listener != NULL)
		(void)json_object_set_new(v, "listener",
		    json_string(listener));
	return v;
}

static int
check_switch(const json_t *value, struct err *e)
{
	const char *text = json_string_value(value);

	if (json_is_boolean(value))
		return 0;
	if (value == NULL)
		return err_set(e, ERR_CONFIG, "value: missing");
	if (text != NULL && (strcmp(text, "on") == 0 ||
	    strcmp(text, "off") == 0 || strcmp(text, "true") == 0 ||
	    strcmp(text, "false") == 0))
		return 0;
	return err_set(e, ERR_CONFIG, "%.40s: must be on or off",
	    text != NULL ? text : "value");
}

json_t *
ctl_option_set(struct keeper *k, const json_t *args, struct err *e)
{
	const json_t *value = json_object_get(args, "value");
	char key[CTL_KEY_MAX];
	const struct conf_row *r;
	const char *listener;
	bool runtime;

	r = option(json_str(args, "name", NULL, e), e);
	if (r == NULL || ctl_config_listener(k, args, &listener, e) < 0 ||
	    json_bool(args, "runtime", false, &runtime, e) < 0 ||
	    check_switch(value, e) < 0)
		return NULL;
	return renamed(ctl_config_put(k, ctl_config_key(listener, r->key, key),
	    value, runtime, e), r, listener);
}

json_t *
ctl_option_reset(struct keeper *k, const json_t *args, struct err *e)
{
	char key[CTL_KEY_MAX];
	const struct conf_row *r;
	const char *listener;
	bool runtime;

	r = option(json_str(args, "name", NULL, e), e);
	if (r == NULL || ctl_config_listener(k, args, &listener, e) < 0 ||
	    json_bool(args, "runtime", false, &runtime, e) < 0)
		return NULL;
	return renamed(ctl_config_take(k, ctl_config_key(listener, r->key,
	    key), runtime, e), r, listener);
}
