/*
 * ctl_config.c - settings shown and changed while the server runs
 *
 * A change is tried as a whole reload first (files, certificates, sockets),
 * then kept, then taken over: what is in settings.json has worked.
 *
 * Runs in: keeper.  Trusts: front, for who asked; never a value.
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/json.h"

#include "pop3srvd/keeper/ctl_config.h"
#include "pop3srvd/keeper/reload.h"

#define VALUE_MAX	32768	/* octets of one in an answer */

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
		v = json_null();	/* a reset of what is no key any more */
	else if (json_dumpb(v, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY) >
	    VALUE_MAX) {
		json_decref(v);
		v = json_string("(long)");
	}
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

/*
 * What settings.json holds; NULL with *e.  A damaged one was set aside then:
 * the running server still knows what it kept, so that nothing is lost but
 * this one request, whose caller must hear of it.
 */
static json_t *
kept_settings(struct keeper *k, struct err *e)
{
	json_t *kept = conf_kept(k->file, e), *known;
	struct err told;

	if (kept != NULL || e->class != ERR_CONFIG)
		return kept;
	told = *e;
	kept = conf_kept(k->file, e);	/* gone aside, or still a fault */
	known = kept == NULL ? NULL : conf_kept_in(k->source);
	if (known != NULL && conf_keep(k->file, known, e) == 0) {
		log_error(k->log, LOG_LEVEL_ERROR, NULL, "settings set aside",
		    &told);
		err_set(e, ERR_CONFIG, "%.330s. It was written anew from what "
		    "is in force: look at it, then try again", told.text);
	}
	json_decref(kept);
	json_decref(known);
	return NULL;
}

/* Tried whole before it is kept, and without what --runtime covers until the
 * next load: what is in settings.json has worked. */
static int
try_kept(struct keeper *k, const json_t *kept, const json_t *over,
    struct err *e)
{
	if (json_object_size(k->runtime) > 0 &&
	    reload_try(k, kept, NULL, e) < 0)
		return -1;
	return reload_try(k, kept, over, e);
}

/* Both or neither: what ran out since it was tried (descriptors, memory) must
 * not leave in settings.json what was answered with a fault. */
static json_t *
keep_and_take(struct keeper *k, const json_t *kept, json_t *over,
    const char *key, struct err *e)
{
	json_t *was = conf_kept(k->file, e), *r = NULL;
	uint32_t generation = k->generation;
	struct err why;

	if (was == NULL)
		return NULL;
	if (conf_keep(k->file, kept, e) == 0)
		r = take(k, over, key, true, e);
	if (r == NULL && k->generation == generation &&
	    conf_keep(k->file, was, &why) < 0)
		log_error(k->log, LOG_LEVEL_ERROR, NULL,
		    "settings not written", &why);
	json_decref(was);
	return r;
}

json_t *
ctl_config_put(struct keeper *k, const char *key, const json_t *value,
    bool runtime, struct err *e)
{
	json_t *over = json_deep_copy(k->runtime), *kept = NULL, *r = NULL;
	int status = over == NULL ? -1 : conf_put(over, key, value, e);

	if (over == NULL)
		err_set(e, ERR_TEMP, "out of memory");
	if (status == 0 && runtime) {
		r = take(k, over, key, false, e);
	} else if (status == 0) {
		kept = kept_settings(k, e);
		if (kept != NULL && conf_put(kept, key, value, e) == 0 &&
		    try_kept(k, kept, over, e) == 0) {
			/* an older --runtime value covers it no longer */
			(void)conf_take(over, key, NULL);
			r = keep_and_take(k, kept, over, key, e);
		}
	}
	json_decref(kept);
	json_decref(over);
	return r;
}

/* Out of a settings.json that no load takes, a step a time: the server keeps
 * what it has, the caller hears what is still wrong. */
static void
lead_out(struct keeper *k, size_t before, const json_t *kept)
{
	size_t after = conf_kept_faults(k->file, kept);
	struct err e;

	if (after > 0 && after < before && conf_keep(k->file, kept, &e) < 0)
		log_error(k->log, LOG_LEVEL_ERROR, NULL,
		    "settings not written", &e);
}

static json_t *
take_back(struct keeper *k, const char *key, json_t *over, struct err *e)
{
	json_t *kept = kept_settings(k, e), *r = NULL;
	size_t before;
	int status;

	if (kept == NULL)
		return NULL;
	before = conf_kept_faults(k->file, kept);
	status = conf_take(kept, key, e);
	if (conf_take(over, key, NULL) == 0 && status < 0)
		err_set(e, ERR_NOTFOUND, "%.80s: set for now only; reset "
		    "--runtime takes it back", key);
	if (status == 0 && try_kept(k, kept, over, e) == 0)
		r = keep_and_take(k, kept, over, key, e);
	else if (status == 0)
		lead_out(k, before, kept);
	json_decref(kept);
	return r;
}

json_t *
ctl_config_take(struct keeper *k, const char *key, bool runtime,
    struct err *e)
{
	json_t *over = json_deep_copy(k->runtime), *r = NULL;

	if (over == NULL)
		return result(NULL, e);
	if (!runtime)
		r = take_back(k, key, over, e);
	else if (conf_take(over, key, e) == 0)
		r = take(k, over, key, false, e);
	json_decref(over);
	return r;
}

int
ctl_config_listener(const struct keeper *k, const json_t *args,
    const char **name_r, struct err *e)
{
	*name_r = NULL;
	if (json_object_get(args, "listener") == NULL)
		return 0;
	*name_r = json_str(args, "listener", NULL, e);
	return *name_r == NULL ? -1 :
	    conf_listener_known(k->source, *name_r, e);
}

const char *
ctl_config_key(const char *listener, const char *key, char out[CTL_KEY_MAX])
{
	if (listener == NULL)
		return key;
	snprintf(out, CTL_KEY_MAX, "listener.%s.%s", listener, key);
	return out;
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
	return ctl_config_put(k, key, value, runtime, e);
}

json_t *
ctl_config_reset(struct keeper *k, const json_t *args, struct err *e)
{
	const char *key = json_str(args, "key", NULL, e);
	bool runtime;

	if (key == NULL || json_bool(args, "runtime", false, &runtime, e) < 0)
		return NULL;
	return ctl_config_take(k, key, runtime, e);
}
