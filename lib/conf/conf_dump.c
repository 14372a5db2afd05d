/*
 * conf_dump.c - settings as JSON, for people and for programs
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/base/span.h"
#include "lib/conf/conf_find.h"
#include "lib/conf/conf_source.h"
#include "lib/conf/conf_value.h"

#define KEY_MAX	128
#define SHOWN_MAX	256	/* entries of a list */

/* The struct at `at` as members of obj; 0 or -1. */
static int
put_set(json_t *obj, const struct conf_set *set, const void *at)
{
	const struct conf_row *r;
	const char *items;
	json_t *v, *item;
	size_t i, n;
	int status = 0;

	for (r = set->rows; status == 0 && r < set->rows + set->n; r++) {
		if (r->type == CONF_T_SET) {
			status = put_set(obj, r->set,
			    (const char *)at + r->offset);
			continue;
		}
		if (r->type != CONF_T_LIST) {
			v = conf_value_json(r, (const char *)at + r->offset);
			status = conf_path_set(obj, r->key, v);
			continue;
		}
		items = conf_items(r, at, &n);
		v = json_array();
		for (i = 0; status == 0 && i < n; i++) {
			item = json_object();
			status = put_set(item, r->set,
			    items + i * r->set->size);
			if (json_array_append_new(v, item) < 0)
				status = -1;
		}
		if (conf_path_set(obj, r->key, v) < 0)
			status = -1;
	}
	return status;
}

/* A listener shows what it overrides, not all it inherits. */
static void
trim_listener(json_t *listener, const json_t *root)
{
	const struct conf_row *r = conf_server_set.rows;
	size_t i;

	for (i = 0; i < conf_server_set.n; i++)
		if (json_equal(conf_path_get(listener, r[i].key),
		    conf_path_get(root, r[i].key)))
			(void)conf_path_del(listener, r[i].key);
}

json_t *
conf_effective(const struct conf *c)
{
	json_t *obj = json_object(), *listener;
	size_t i;

	if (obj == NULL || put_set(obj, &conf_root_set, c) < 0) {
		json_decref(obj);
		return NULL;
	}
	json_array_foreach(json_object_get(obj, "listeners"), i, listener)
		trim_listener(listener, obj);
	return obj;
}

static int
add_origins(json_t *obj, const struct conf_source *src,
    const struct conf_set *set)
{
	const struct conf_row *r;
	json_t *leaf;

	for (r = set->rows; r < set->rows + set->n; r++) {
		if (r->type == CONF_T_SET) {
			if (add_origins(obj, src, r->set) < 0)
				return -1;
			continue;
		}
		leaf = json_pack("{s:O, s:s}", "value",
		    conf_path_get(obj, r->key), "origin",
		    conf_origin(src, r->key));
		if (leaf == NULL || conf_path_set(obj, r->key, leaf) < 0)
			return -1;
	}
	return 0;
}

/* Of "listener": {…}. */
static int
add_over_origins(json_t *obj, const struct conf_source *src)
{
	char name[CONF_NAME_MAX + 1];
	const struct conf_row *r;
	json_t *v, *all = json_object_get(obj, CONF_OVER);
	const char *key;

	json_object_foreach(src->values, key, v) {
		r = conf_key_row(key, name);
		if (r == NULL || json_object_get(all, name) == NULL)
			continue;
		if (conf_path_set(json_object_get(all, name), r->key,
		    json_pack("{s:O, s:s}", "value", v, "origin",
		    conf_origin(src, key))) < 0)
			return -1;
	}
	return 0;
}

json_t *
conf_shown(const json_t *v)
{
	if (json_array_size(v) <= SHOWN_MAX)
		return json_incref((json_t *)(uintptr_t)v);
	return json_sprintf("(%zu entries)", json_array_size(v));
}

static int
shorten(json_t *v)
{
	const char *key;
	json_t *inner;
	void *next;
	size_t i;
	int status = 0;

	json_array_foreach(v, i, inner)
		status = status < 0 || shorten(inner) < 0 ? -1 : 0;
	json_object_foreach_safe(v, next, key, inner)
		if (json_array_size(inner) > SHOWN_MAX ?
		    json_object_set_new(v, key, conf_shown(inner)) < 0 :
		    shorten(inner) < 0)
			status = -1;
	return status;
}

json_t *
conf_dump(const struct conf_source *src, bool origin)
{
	json_t *obj = json_deep_copy(src->effective);

	if (obj != NULL && ((origin &&
	    (add_origins(obj, src, &conf_root_set) < 0 ||
	    add_over_origins(obj, src) < 0)) || shorten(obj) < 0)) {
		json_decref(obj);
		return NULL;
	}
	return obj;
}

/* An entry of a list by its "name", or by its number from 0. */
static json_t *
list_entry(const json_t *list, const char *which)
{
	const char *name;
	json_t *item;
	uint64_t index;
	size_t i;

	json_array_foreach(list, i, item) {
		name = json_string_value(json_object_get(item, "name"));
		if (name != NULL && strcmp(name, which) == 0)
			return item;
	}
	if (num_u64(span_of(which), SIZE_MAX, &index) < 0)
		return NULL;
	return json_array_get(list, (size_t)index);
}

/* "listener.pop3s.welcom": the same with the keys a listener may override. */
static int
no_over_key(const char *key, struct err *e)
{
	const char *rest = strchr(strchr(key, '.') + 1, '.');
	const char *dot = strrchr(key, '.');
	char group[KEY_MAX] = "";
	struct conf_guess g;

	if (rest == NULL)
		return err_set(e, ERR_NOTFOUND, "%.80s: no such key; a "
		    "listener's are " CONF_OVER ".NAME.KEY", key);
	if (dot > rest && dot - rest <= KEY_MAX)
		snprintf(group, sizeof(group), "%.*s", (int)(dot - rest - 1),
		    rest + 1);
	conf_guess_begin(&g, dot + 1);
	conf_guess_keys(&g, &conf_server_set, group);
	if (g.best.len == 0)
		return err_set(e, ERR_NOTFOUND, "%.80s: no such key, or none "
		    "that a listener may override", key);
	return err_set(e, ERR_NOTFOUND, "%.80s: no such key; did you mean "
	    "%.*s.%.*s?", key, (int)(dot - key > 80 ? 0 : dot - key), key,
	    (int)g.best.len, g.best.ptr);
}

int
conf_no_key(const char *key, struct err *e)
{
	const char *dot = strrchr(key, '.');
	char group[KEY_MAX];
	struct conf_guess g;

	snprintf(group, sizeof(group), "%.*s",
	    dot == NULL ? 0 : (int)(dot - key > KEY_MAX ? 0 : dot - key), key);
	if (strncmp(key, CONF_OVER ".", strlen(CONF_OVER) + 1) == 0)
		return no_over_key(key, e);
	conf_guess_begin(&g, dot == NULL ? key : dot + 1);
	conf_guess_keys(&g, &conf_root_set, group);
	if (g.best.len == 0)
		return err_set(e, ERR_NOTFOUND, "%.80s: no such key", key);
	return err_set(e, ERR_NOTFOUND, "%.80s: no such key; did you mean "
	    "%.80s%s%.*s?", key, group, dot == NULL ? "" : ".",
	    (int)g.best.len, g.best.ptr);
}

json_t *
conf_get(const struct conf_source *src, const char *key, struct err *e)
{
	char part[KEY_MAX], name[CONF_NAME_MAX + 1];
	const char *p = key;
	json_t *v = conf_over_get(src, key);
	size_t n;

	if (v != NULL)
		return v;
	for (v = src->effective;;) {
		n = strcspn(p, ".");
		snprintf(part, sizeof(part), "%.*s",
		    n < sizeof(part) ? (int)n : 0, p);
		v = json_is_array(v) ? list_entry(v, part) :
		    json_object_get(v, part);
		if (v == NULL || p[n] == '\0')
			break;
		p += n + 1;
	}
	if (v == NULL) {
		if (conf_key_row(key, name) == NULL || name[0] == '\0' ||
		    conf_listener_known(src, name, e) == 0)
			conf_no_key(key, e);
		return NULL;
	}
	v = json_array_size(v) > SHOWN_MAX ? conf_shown(v) :
	    json_deep_copy(v);
	if (v == NULL || shorten(v) < 0) {
		json_decref(v);
		v = NULL;
		err_set(e, ERR_TEMP, "no memory");
	}
	return v;
}
