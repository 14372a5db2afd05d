/*
 * ctl_config.c - settings shown and changed while the server runs
 *
 * A change is tried as a whole reload first (files, certificates, sockets),
 * then kept, then taken over: what is in settings.json has worked.
 *
 * Runs in: keeper.  Trusts: front, for who asked; never a value.
 */
#include <string.h>

#include "lib/base/json.h"

#include "pop3srvd/keeper/ctl_config.h"
#include "pop3srvd/keeper/reload.h"

static json_t *
result(json_t *v, struct err *e)
{
	if (v == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	return v;
}

json_t *
ctl_config_show(struct keeper *k, const json_t *args, struct err *e)
{
	bool origin;

	if (json_bool(args, "origin", false, &origin, e) < 0)
		return NULL;
	return result(json_pack("{s:o}", "settings",
	    conf_dump(k->source, origin)), e);
}

json_t *
ctl_config_get(struct keeper *k, const json_t *args, struct err *e)
{
	const char *key = json_str(args, "key", NULL, e);
	json_t *v;

	if (key == NULL || (v = conf_get(k->source, key, e)) == NULL)
		return NULL;
	return result(json_pack("{s:s, s:o}", "key", key, "value", v), e);
}

json_t *
ctl_config_diff(struct keeper *k, const json_t *args, struct err *e)
{
	json_t *changes = NULL;

	(void)args;
	if (reload_run(k, NULL, true, &changes, e) < 0)
		return NULL;
	return result(json_pack("{s:o}", "changes", changes), e);
}

/* What key needs, by the list of changes; "live" when it did not change. */
static const char *
needs(const json_t *changes, const char *key)
{
	const char *other, *n;
	json_t *c;
	size_t i;

	json_array_foreach(changes, i, c) {
		other = json_string_value(json_object_get(c, "key"));
		n = json_string_value(json_object_get(c, "needs"));
		if (other != NULL && n != NULL && strcmp(other, key) == 0)
			return n;
	}
	return "live";
}

static json_t *
changed(struct keeper *k, const char *key, const json_t *changes, bool kept,
    struct err *e)
{
	json_t *v = conf_get(k->source, key, e);

	if (v == NULL)
		return NULL;
	return result(json_pack("{s:s, s:o, s:s, s:b}", "key", key, "value",
	    v, "needs", needs(changes, key), "kept", kept ? 1 : 0), e);
}

/* Take over what over says; it is the runtime layer from then on. */
static json_t *
take(struct keeper *k, json_t *over, const char *key, bool kept,
    struct err *e)
{
	json_t *changes = NULL, *r;

	if (reload_run(k, over, false, &changes, e) < 0)
		return NULL;
	json_decref(k->runtime);
	k->runtime = json_incref(over);
	r = changed(k, key, changes, kept, e);
	json_decref(changes);
	return r;
}

/* value over the present settings: tried, and kept unless for now only. */
static json_t *
set(struct keeper *k, const char *key, const json_t *value, bool runtime,
    struct err *e)
{
	json_t *over = json_deep_copy(k->runtime), *r = NULL;

	if (over == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	else if (conf_put(over, key, value, e) < 0)
		r = NULL;
	else if (runtime)
		r = take(k, over, key, false, e);
	else if (reload_run(k, over, true, NULL, e) == 0 &&
	    conf_set(k->file, key, value, e) == 0) {
		/* kept now; an older --runtime value no longer covers it */
		(void)conf_take(over, key, NULL);
		r = take(k, over, key, true, e);
	}
	json_decref(over);
	return r;
}

json_t *
ctl_config_set(struct keeper *k, const json_t *args, struct err *e)
{
	const char *key = json_str(args, "key", NULL, e);
	const json_t *value = json_object_get(args, "value");
	bool runtime;

	if (key == NULL || json_bool(args, "runtime", false, &runtime, e) < 0)
		return NULL;
	if (value == NULL) {
		err_set(e, ERR_CONFIG, "value: missing");
		return NULL;
	}
	return set(k, key, value, runtime, e);
}

json_t *
ctl_config_reset(struct keeper *k, const json_t *args, struct err *e)
{
	const char *key = json_str(args, "key", NULL, e);
	json_t *over, *r = NULL;
	bool runtime;
	int done;

	if (key == NULL || json_bool(args, "runtime", false, &runtime, e) < 0)
		return NULL;
	over = json_deep_copy(k->runtime);
	if (over == NULL)
		return result(NULL, e);
	done = conf_take(over, key, e);
	if (!runtime)
		done = conf_reset(k->file, key, e);
	if (done == 0)
		r = take(k, over, key, !runtime, e);
	json_decref(over);
	return r;
}
