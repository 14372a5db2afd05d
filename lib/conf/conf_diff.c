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

	return json_array_append_new(out, json_pack("{s:s, s:o, s:o, s:s}",
	    "key", key, "from", conf_shown(from == NULL ? none : from),
	    "to", conf_shown(to == NULL ? none : to), "needs", when));
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

/* A listener before and after, with what it inherits from. */
struct pair {
	const json_t *old, *new;
	const json_t *old_root, *new_root;
	const char *name;
};

/* Of a key that a listener may override: only what is not the root's change. */
static int
diff_over(json_t *out, const struct conf_row *r, const struct pair *p)
{
	const json_t *was = conf_path_get(p->old_root, r->key);
	const json_t *is = conf_path_get(p->new_root, r->key);
	const json_t *from = conf_path_get(p->old, r->key);
	const json_t *to = conf_path_get(p->new, r->key);
	char key[KEY_MAX];

	from = from == NULL ? was : from;
	to = to == NULL ? is : to;
	if (json_equal(from, to) ||
	    (json_equal(from, was) && json_equal(to, is)))
		return 0;
	snprintf(key, sizeof(key), CONF_OVER ".%s.%s", p->name, r->key);
	return add_change(out, key, from, to, needs(r));
}

static int
diff_listener(json_t *out, const struct pair *p)
{
	const struct conf_row *r = conf_listener_set.rows;
	const json_t *from, *to;
	char key[KEY_MAX];
	size_t i, k;
	int status = 0;

	for (i = 0; status == 0 && i < conf_listener_set.n; i++) {
		for (k = 0; r[i].type == CONF_T_SET && status == 0 &&
		    k < r[i].set->n; k++)
			status = diff_over(out, &r[i].set->rows[k], p);
		if (r[i].type == CONF_T_SET)
			continue;
		from = conf_path_get(p->old, r[i].key);
		to = conf_path_get(p->new, r[i].key);
		snprintf(key, sizeof(key), "listeners.%s.%s", p->name,
		    r[i].key);
		if (!json_equal(from, to))
			status = add_change(out, key, from, to, needs(&r[i]));
	}
	return status;
}

/* Matched by name, so that one that moved in the list is no change. */
static int
diff_listeners(json_t *out, const struct conf_row *r, const json_t *old,
    const json_t *new)
{
	const json_t *from = conf_path_get(old, r->key);
	const json_t *to = conf_path_get(new, r->key);
	struct pair p = { .old_root = old, .new_root = new };
	char key[KEY_MAX];
	json_t *item;
	size_t i;
	int status = 0;

	json_array_foreach(from, i, item) {
		p.name = json_string_value(json_object_get(item, "name"));
		snprintf(key, sizeof(key), "%s.%s", r->key, p.name);
		if (status == 0 && named(to, p.name) == NULL)
			status = add_change(out, key, item, NULL, needs(r));
	}
	json_array_foreach(to, i, item) {
		p.name = json_string_value(json_object_get(item, "name"));
		p.old = named(from, p.name);
		p.new = item;
		snprintf(key, sizeof(key), "%s.%s", r->key, p.name);
		if (status == 0)
			status = p.old != NULL ? diff_listener(out, &p) :
			    add_change(out, key, NULL, item, needs(r));
	}
	return status;
}

static int
diff_set(json_t *out, const struct conf_set *set, const json_t *old,
    const json_t *new)
{
	const struct conf_row *r;
	json_t *from, *to;
	int status = 0;

	for (r = set->rows; status == 0 && r < set->rows + set->n; r++) {
		if (r->type == CONF_T_SET) {
			status = diff_set(out, r->set, old, new);
			continue;
		}
		if (r->set == &conf_listener_set) {
			status = diff_listeners(out, r, old, new);
			continue;
		}
		from = conf_path_get(old, r->key);
		to = conf_path_get(new, r->key);
		if (!json_equal(from, to))
			status = add_change(out, r->key, from, to, needs(r));
	}
	return status;
}

json_t *
conf_diff(const struct conf_source *old, const struct conf_source *new)
{
	json_t *out = json_array();

	if (out == NULL || diff_set(out, &conf_root_set, old->effective,
	    new->effective) < 0) {
		json_decref(out);
		return NULL;
	}
	return out;
}
