/*
 * ctl_log.c - log.level: how much each target of the log takes
 *
 * What changes is the key "log" as a whole, as by config.set; its other
 * members stay as they are now.
 *
 * Runs in: keeper.  Trusts: front, for who asked; never a value.
 */
#include <string.h>

#include "lib/base/json.h"
#include "lib/base/num.h"

#include "pop3srvd/keeper/ctl_config.h"
#include "pop3srvd/keeper/ctl_log.h"

#define KEY	"log"

static const char *
text_of(const json_t *target, const char *key)
{
	const char *s = json_string_value(json_object_get(target, key));

	return s == NULL ? "" : s;
}

/* n from 1; or what it is, or where. */
static bool
meant(const json_t *target, size_t n, const char *name)
{
	uint64_t number;

	if (num_u64(span_of(name), UINT32_MAX, &number) == 0)
		return number == n;
	return strcmp(text_of(target, "to"), name) == 0 ||
	    (text_of(target, "path")[0] != '\0' &&
	    strcmp(text_of(target, "path"), name) == 0) ||
	    (text_of(target, "address")[0] != '\0' &&
	    strcmp(text_of(target, "address"), name) == 0);
}

static json_t *
brief(const json_t *target, size_t n)
{
	static const char *const where[] = { "path", "folder", "address" };
	json_t *v = json_pack("{s:i, s:s, s:s}", "n", (int)n, "to",
	    text_of(target, "to"), "level", text_of(target, "level"));
	size_t i;

	for (i = 0; i < sizeof(where) / sizeof(where[0]); i++)
		if (text_of(target, where[i])[0] != '\0')
			(void)json_object_set_new(v, "where",
			    json_string(text_of(target, where[i])));
	return v;
}

static json_t *
show(struct keeper *k, struct err *e)
{
	json_t *list = conf_get(k->source, KEY, e), *out = json_array(), *t;
	size_t i;

	json_array_foreach(list, i, t)
		(void)json_array_append_new(out, brief(t, i + 1));
	json_decref(list);
	t = json_pack("{s:o, s:s}", "targets", out, "origin",
	    conf_origin(k->source, KEY));
	if (t == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	return t;
}

/* Set what is meant in list; 0, or -1: nothing is. */
static int
set(json_t *list, const char *name, const char *level, struct err *e)
{
	json_t *t;
	size_t i, n = 0;

	json_array_foreach(list, i, t) {
		if (name != NULL && !meant(t, i + 1, name))
			continue;
		if (json_object_set_new(t, "level", json_string(level)) < 0)
			return err_set(e, ERR_TEMP, "out of memory");
		n++;
	}
	if (n > 0)
		return 0;
	return err_set(e, ERR_NOTFOUND, "%.60s: no such target; log level "
	    "without a level shows them", name == NULL ? "log" : name);
}

static json_t *
change(struct keeper *k, const char *name, const char *level, bool runtime,
    struct err *e)
{
	json_t *list = conf_get(k->source, KEY, e), *copy, *r = NULL;

	copy = list == NULL ? NULL : json_deep_copy(list);
	if (list != NULL && copy == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	if (copy != NULL && set(copy, name, level, e) == 0)
		r = ctl_config_put(k, KEY, copy, runtime, e);
	json_decref(list);
	json_decref(copy);
	return r;
}

json_t *
ctl_log_level(struct keeper *k, const json_t *args, struct err *e)
{
	const char *level = json_str(args, "level", "", e);
	const char *name = json_str(args, "target", "", e);
	json_t *r = NULL;
	bool runtime;

	if (level == NULL || name == NULL ||
	    json_bool(args, "runtime", false, &runtime, e) < 0)
		return NULL;
	if (level[0] == '\0')
		return show(k, e);
	if (strcmp(level, "default") != 0)
		r = change(k, name[0] == '\0' ? NULL : name, level, runtime,
		    e);
	else if (name[0] != '\0')
		err_set(e, ERR_CONFIG, "default: takes back what was set for "
		    "all targets; it takes no target");
	else
		r = ctl_config_take(k, KEY, runtime, e);
	if (r == NULL)
		return NULL;
	json_decref(r);
	return show(k, e);
}
