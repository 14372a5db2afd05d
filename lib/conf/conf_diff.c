/*
 * conf_diff.c - what a new load would change, and when it takes effect
 */
#include <stdio.h>
#include <string.h>

#include "lib/conf/conf_source.h"

#define KEY_MAX	256

static const char *
needs(const struct conf_row *r)
{
	if ((r->when & CONF_RESTART) != 0)
		return "restart";
	return (r->when & CONF_RELOAD) != 0 ? "reload" : "live";
}

/* from or to may be NULL: not there. */
static int
add_change(json_t *out, const char *key, const json_t *from,
    const json_t *to, const char *when)
{
	json_t *none = json_null();

	return json_array_append_new(out, json_pack("{s:s, s:O, s:O, s:s}",
	    "key", key, "from", from == NULL ? none : from,
	    "to", to == NULL ? none : to, "needs", when));
}

static json_t *
named(const json_t *list, const char *name)
{
	json_t *item;
	const char *s;
	size_t i;

	json_array_foreach(list, i, item) {
		s = json_string_value(json_object_get(item, "name"));
		if (s != NULL && strcmp(s, name) == 0)
			return item;
	}
	return NULL;
}

/* Leaves of two objects of one set.  Listeners are matched by name, so that
 * one that moved in the list is no change. */
static int
diff_set(json_t *out, const struct conf_set *set, const char *prefix,
    const json_t *old, const json_t *new)
{
	const struct conf_row *r;
	const char *name;
	char key[KEY_MAX];
	json_t *from, *to, *item, *was;
	size_t i;
	int status = 0;

	for (r = set->rows; status == 0 && r < set->rows + set->n; r++) {
		if (r->type == CONF_T_SET) {
			status = diff_set(out, r->set, prefix, old, new);
			continue;
		}
		from = conf_path_get(old, r->key);
		to = conf_path_get(new, r->key);
		if (r->set != &conf_listener_set) {
			snprintf(key, sizeof(key), "%s%s", prefix, r->key);
			if (from != to && !json_equal(from, to))
				status = add_change(out, key, from, to,
				    needs(r));
			continue;
		}
		json_array_foreach(from, i, item) {
			name = json_string_value(json_object_get(item,
			    "name"));
			snprintf(key, sizeof(key), "%s.%s", r->key, name);
			if (named(to, name) == NULL && add_change(out, key,
			    item, NULL, needs(r)) < 0)
				status = -1;
		}
		json_array_foreach(to, i, item) {
			name = json_string_value(json_object_get(item,
			    "name"));
			was = named(from, name);
			snprintf(key, sizeof(key), "%s.%s%s", r->key, name,
			    was == NULL ? "" : ".");
			if (was == NULL ? add_change(out, key, NULL, item,
			    needs(r)) < 0 :
			    diff_set(out, r->set, key, was, item) < 0)
				status = -1;
		}
	}
	return status;
}

json_t *
conf_diff(const struct conf_source *old, const struct conf_source *new)
{
	json_t *out = json_array();

	if (out == NULL || diff_set(out, &conf_root_set, "", old->effective,
	    new->effective) < 0) {
		json_decref(out);
		return NULL;
	}
	return out;
}
