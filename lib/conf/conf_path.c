/*
 * conf_path.c - dotted paths through nested objects
 */
#include <stdio.h>
#include <string.h>

#include "lib/conf/conf_source.h"

#define COMPONENT_MAX	64	/* longer than any component of a row */

/* The first component of path into out; what follows its dot, or NULL for
 * none.  A component that is too long becomes "", which is no key. */
static const char *
split(const char *path, char out[COMPONENT_MAX])
{
	size_t n = strcspn(path, ".");

	snprintf(out, COMPONENT_MAX, "%.*s", n < COMPONENT_MAX ? (int)n : 0,
	    path);
	return path[n] == '.' ? path + n + 1 : NULL;
}

json_t *
conf_path_get(const json_t *obj, const char *path)
{
	char key[COMPONENT_MAX];
	json_t *v = NULL;

	while (path != NULL) {
		path = split(path, key);
		v = json_object_get(obj, key);
		obj = v;
	}
	return v;
}

int
conf_path_set(json_t *obj, const char *path, json_t *v)
{
	char key[COMPONENT_MAX];
	json_t *inner;

	while ((path = split(path, key)) != NULL) {
		inner = json_object_get(obj, key);
		if (!json_is_object(inner)) {
			inner = json_object();
			if (json_object_set_new(obj, key, inner) < 0) {
				json_decref(v);
				return -1;
			}
		}
		obj = inner;
	}
	return json_object_set_new(obj, key, v);
}

int
conf_path_del(json_t *obj, const char *path)
{
	char key[COMPONENT_MAX];
	const char *rest = split(path, key);
	json_t *inner;

	if (rest == NULL)
		return json_object_del(obj, key);
	inner = json_object_get(obj, key);
	if (!json_is_object(inner) || conf_path_del(inner, rest) < 0)
		return -1;
	return json_object_size(inner) > 0 ? 0 : json_object_del(obj, key);
}

static int
flatten_into(json_t *flat, const struct conf_set *set, const json_t *obj)
{
	const struct conf_row *r;
	json_t *v;

	for (r = set->rows; r < set->rows + set->n; r++) {
		if (r->type == CONF_T_SET) {
			if (flatten_into(flat, r->set, obj) < 0)
				return -1;
			continue;
		}
		v = conf_path_get(obj, r->key);
		if (v != NULL && json_object_set(flat, r->key, v) < 0)
			return -1;
	}
	return 0;
}

json_t *
conf_flatten(const struct conf_set *set, const json_t *obj)
{
	json_t *flat = json_object();

	if (flat == NULL || flatten_into(flat, set, obj) < 0) {
		json_decref(flat);
		return NULL;
	}
	return flat;
}
