/*
 * conf_layer.c - one file: read, checked by the rows, laid over the others
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/json.h"
#include "lib/base/path.h"
#include "lib/conf/conf_find.h"
#include "lib/conf/conf_source.h"
#include "lib/conf/conf_value.h"

#define FILE_MAX	(64u << 20)
#define PATH_OCTETS	256

struct layer {
	struct conf_source *s;
	const char *origin;
	bool kept;
	struct conf_faults *f;
};

static void
unknown_key(const struct layer *l, const struct conf_set *set,
    const char *group, const char *shown, const char *key)
{
	struct conf_guess g;

	if (strchr(key, '.') != NULL) {
		conf_fault(l->f, "%s: %s\"%.80s\": a dot is no part of a key; "
		    "write an object in an object", l->origin, shown, key);
		return;
	}
	conf_guess_begin(&g, key);
	conf_guess_keys(&g, set, group);
	if (g.best.len > 0)
		conf_fault(l->f, "%s: %s%.80s: no such key; did you mean "
		    "\"%.*s\"?", l->origin, shown, key, (int)g.best.len,
		    g.best.ptr);
	else
		conf_fault(l->f, "%s: %s%.80s: no such key", l->origin,
		    shown, key);
}

/* Every key of obj is a row, or a group that holds rows. */
static void
check_keys(const struct layer *l, const struct conf_set *set, json_t *obj,
    const char *group, const char *shown)
{
	char path[PATH_OCTETS], show[PATH_OCTETS];
	const char *key;
	json_t *v;

	json_object_foreach(obj, key, v) {
		snprintf(path, sizeof(path), "%s%s%.80s", group,
		    group[0] == '\0' ? "" : ".", key);
		snprintf(show, sizeof(show), "%.160s%.80s", shown, key);
		if (strchr(key, '.') != NULL) {
			unknown_key(l, set, group, shown, key);
		} else if (conf_find_group(set, path)) {
			strncat(show, ".", sizeof(show) - strlen(show) - 1);
			if (json_is_object(v))
				check_keys(l, set, v, path, show);
			else
				conf_fault(l->f, "%s: %s%.80s: must be an "
				    "object, {...}", l->origin, shown, key);
		} else if (conf_find(set, path) == NULL) {
			unknown_key(l, set, group, shown, key);
		}
	}
}

static void
check_value(const struct layer *l, const struct conf_row *r,
    const json_t *v, const char *shown)
{
	struct err e;

	if (v == NULL) {
		if (r->lo > 0 && r->dflt[0] == '\0' && shown[0] != '\0')
			conf_fault(l->f, "%s: %s%s: missing: %s", l->origin,
			    shown, r->key, r->help);
	} else if (l->kept && (r->when & CONF_FILE_ONLY) != 0) {
		conf_fault(l->f, "%s: %s%s: can be set in the configuration "
		    "file only", l->origin, shown, r->key);
	} else if (r->type == CONF_T_LIST) {
		conf_fault(l->f, "%s: %s%s: must be a list of objects, "
		    "[{...}, {...}]", l->origin, shown, r->key);
	} else if (conf_value_check(r, v, &e) < 0) {
		conf_fault(l->f, "%s: %s%s: %s", l->origin, shown, r->key,
		    e.text);
	}
}

/* shown is "" at the top, "listeners[0]." in an entry. */
static void
check_rows(const struct layer *l, const struct conf_set *set,
    const json_t *obj, const char *shown)
{
	char show[PATH_OCTETS];
	const struct conf_row *r;
	json_t *v, *item;
	size_t i, before = l->f->n;

	for (r = set->rows; r < set->rows + set->n; r++) {
		if (r->type == CONF_T_SET) {
			check_rows(l, r->set, obj, shown);
			continue;
		}
		v = conf_path_get(obj, r->key);
		if (r->type != CONF_T_LIST || (v != NULL && !json_is_array(v)))
			check_value(l, r, v, shown);
		json_array_foreach(r->type == CONF_T_LIST ? v : NULL, i, item) {
			snprintf(show, sizeof(show), "%.160s%s[%zu].", shown,
			    r->key, i);
			if (!json_is_object(item)) {
				conf_fault(l->f, "%s: %s%s[%zu]: must be an "
				    "object, {...}", l->origin, shown, r->key,
				    i);
				continue;
			}
			check_keys(l, r->set, item, "", show);
			check_rows(l, r->set, item, show);
		}
	}
	if (set == &conf_listener_set && l->f->n > before)
		l->s->listeners_bad = true;
}

/* "tls": "none" of a listener is short for "tls": {"mode": "none"}. */
static void
spell_out(json_t *layer)
{
	json_t *item, *mode, *tls;
	size_t i;

	json_array_foreach(json_object_get(layer, "listeners"), i, item) {
		mode = json_object_get(item, "tls");
		if (!json_is_string(mode))
			continue;
		tls = json_object();
		(void)json_object_set(tls, "mode", mode);
		(void)json_object_set_new(item, "tls", tls);
	}
}

/* obj's rows of set over what came before, each key with prefix; obj is not
 * ours. */
static void
lay(const struct layer *l, const struct conf_set *set, const json_t *obj,
    const char *prefix)
{
	json_t *flat = conf_flatten(set, obj), *v;
	char whole[PATH_OCTETS];
	const char *key;

	if (flat == NULL)
		conf_fault(l->f, "%s: no memory", l->origin);
	json_object_foreach(flat, key, v) {
		snprintf(whole, sizeof(whole), "%s%s", prefix, key);
		if (json_object_set(l->s->values, whole, v) < 0 ||
		    json_object_set_new(l->s->origins, whole,
		    json_string(l->origin)) < 0)
			conf_fault(l->f, "%s: no memory", l->origin);
	}
	json_decref(flat);
}

/* "listener": {NAME: {what a listener may override}}. */
static void
take_over(const struct layer *l, json_t *all)
{
	char shown[PATH_OCTETS];
	const char *name;
	json_t *one;

	if (all != NULL && !json_is_object(all))
		conf_fault(l->f, "%s: " CONF_OVER ": must be an object by "
		    "names of listeners, {\"pop3\": {...}}; the list of "
		    "listeners is \"listeners\"", l->origin);
	json_object_foreach(all, name, one) {
		snprintf(shown, sizeof(shown), CONF_OVER ".%.80s", name);
		if (name[0] == '\0' || strlen(name) > CONF_NAME_MAX)
			conf_fault(l->f, "%s: " CONF_OVER ".\"%.80s\": a "
			    "listener's name has 1 to %d octets", l->origin,
			    name, CONF_NAME_MAX);
		else if (!json_is_object(one))
			conf_fault(l->f, "%s: %s: must be an object, {...}",
			    l->origin, shown);
		if (name[0] == '\0' || strlen(name) > CONF_NAME_MAX ||
		    !json_is_object(one))
			continue;
		strncat(shown, ".", sizeof(shown) - strlen(shown) - 1);
		check_keys(l, &conf_server_set, one, "", shown);
		check_rows(l, &conf_server_set, one, shown);
		lay(l, &conf_server_set, one, shown);
	}
}

void
conf_layer(struct conf_source *s, json_t *layer, const char *origin,
    bool kept, struct conf_faults *f)
{
	struct layer l = { s, origin, kept, f };
	json_t *over = json_incref(json_object_get(layer, CONF_OVER));

	(void)json_object_del(layer, CONF_OVER);
	spell_out(layer);
	check_keys(&l, &conf_root_set, layer, "", "");
	check_rows(&l, &conf_root_set, layer, "");
	lay(&l, &conf_root_set, layer, "");
	take_over(&l, over);
	json_decref(over);
}

json_t *
conf_layer_read(const char *path, bool *absent_r, struct conf_faults *f)
{
	json_t *layer = NULL;
	struct err e;
	char *text;
	size_t n;

	if (absent_r != NULL)
		*absent_r = false;
	if (path_read(path, FILE_MAX, &text, &n, &e) < 0) {
		if (absent_r != NULL && e.class == ERR_NOTFOUND)
			*absent_r = true;
		else
			conf_fault(f, "%s", e.text);
		return NULL;
	}
	layer = json_read(text, n, &e);
	free(text);
	if (layer == NULL) {
		conf_fault(f, "%s: %s", path, e.text);
	} else if (!json_is_object(layer)) {
		conf_fault(f, "%s: must hold one JSON object, {...}", path);
		json_decref(layer);
		layer = NULL;
	}
	return layer;
}
