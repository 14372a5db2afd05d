/*
 * conf_source.h - the layers while they become settings
 *
 * Private to the loader.  Every file is a layer; what it says is checked on
 * its own, so that a fault names the file, then laid over what came before,
 * key by key.
 */
#ifndef CONF_SOURCE_H
#define CONF_SOURCE_H

#include <jansson.h>
#include <stdbool.h>

#include "lib/conf/conf_load.h"
#include "lib/conf/conf_row.h"

#define CONF_SETTINGS	"settings.json"
#define CONF_RUNTIME	"runtime"
#define CONF_OVER	"listener"	/* "listener": {NAME: {…}} */
#define CONF_NAME_MAX	64		/* octets of a listener's name */

struct conf_source {
	char *file;		/* the administrator's */
	json_t *values;		/* row key -> value as written */
	json_t *origins;	/* row key -> file name */
	bool listeners_bad;	/* one has a fault: compare them later */
	json_t *effective;	/* nested, every key; set when all is well */
	json_t *notes;		/* no faults, but to be told; see conf_notes() */
};

/* Append a fault; beyond a few hundred only a last line says so. */
void conf_fault(struct conf_faults *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Append a note on key, which origin has set. */
void conf_note(const struct conf_source *s, const char *key,
    const char *origin, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The value at a dotted path through nested objects, borrowed; or NULL. */
json_t *conf_path_get(const json_t *obj, const char *path);
/* Put v (stolen) there, making objects on the way; 0 or -1. */
int conf_path_set(json_t *obj, const char *path, json_t *v);
/* Take it away, with objects that become empty; -1 when it is not there. */
int conf_path_del(json_t *obj, const char *path);

/* The members of obj that are rows of set, as row key -> value; new. */
json_t *conf_flatten(const struct conf_set *set, const json_t *obj);

/*
 * A whole key of the root, or "listener.NAME.KEY": its row and NAME ("" for
 * the root); NULL: there is no such key.
 */
const struct conf_row *conf_key_row(const char *key,
    char name[CONF_NAME_MAX + 1]);
/* As conf_path_set() and conf_path_del() with either kind of key. */
int conf_key_set(json_t *changes, const char *key, json_t *v);
int conf_key_del(json_t *changes, const char *key);

/* What a listener is called that may have no name of its own. */
const char *conf_listener_name(const char *name, enum conf_protocol p,
    bool implicit);
/* What values say of this flat listener by its name, over it; 0 or -1. */
int conf_over_lay(json_t *flat, const json_t *values);
/* Names that no listener has. */
void conf_over_check(const struct conf *c, const struct conf_source *s,
    struct conf_faults *f);
/* Add "listener": {…} to the effective settings; 0 or -1. */
int conf_over_effective(json_t *effective, const struct conf *c,
    const struct conf_source *s);
/* The value in force of "listener.NAME", with a group or key behind it; new,
 * NULL when there is none. */
json_t *conf_over_get(const struct conf_source *s, const char *key);

/* Check a layer and lay it over s.  kept: settings.json and runtime changes,
 * where CONF_FILE_ONLY keys are refused. */
void conf_layer(struct conf_source *s, json_t *layer, const char *origin,
    bool kept, struct conf_faults *f);

/* Read a file as a layer: an object or NULL with the fault added.  absent_r
 * (may be NULL) tells a missing file, which then is no fault. */
json_t *conf_layer_read(const char *path, bool *absent_r,
    struct conf_faults *f);

/* c (zeroed) from s and the defaults.  -1: out of memory. */
int conf_fill(struct conf *c, const struct conf_source *s);
/* The state directory as far as s knows; NULL: out of memory. */
char *conf_fill_state_dir(const struct conf_source *s);

/* Rules across keys.  early: faults were found before, so what is missing
 * may only be mistyped. */
void conf_check_relay(const struct conf *c, const struct conf_source *s,
    struct conf_faults *f);
void conf_check(const struct conf *c, const struct conf_source *s,
    bool early, struct conf_faults *f);
/* Those of the log targets. */
void conf_check_logs(const struct conf *c, const struct conf_source *s,
    struct conf_faults *f);

/* state_dir as main file and conf.d say it; NULL with a fault. */
char *conf_load_state_dir(const char *file, struct conf_faults *f);

/* Notes on access lists that let nobody in. */
void conf_check_access(const struct conf *c, const struct conf_source *s);

/* What a greeting may hold; "welcome" of the root and of each listener. */
void conf_check_welcome(const struct conf *c, const struct conf_source *s,
    struct conf_faults *f);

/* "no such key; did you mean …": always -1, ERR_NOTFOUND. */
int conf_no_key(const char *key, struct err *e);

/* v as people are shown it: "(100000 entries)" when it is a list that no reply
 * or log line has room for.  A new reference. */
json_t *conf_shown(const json_t *v);

/* Every key as nested JSON; listeners show what differs from the root. */
json_t *conf_effective(const struct conf *c);

#endif
