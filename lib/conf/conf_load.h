/*
 * conf_load.h - from files to a struct conf: for keeper and -n
 */
#ifndef CONF_LOAD_H
#define CONF_LOAD_H

#include <jansson.h>
#include <stdio.h>

#include "lib/conf/conf.h"

/* Every fault found, not only the first: file, key path, offending text,
 * what would be right. */
struct conf_faults {
	char **text;
	size_t n;
};
void conf_faults_free(struct conf_faults *f);
void conf_faults_print(const struct conf_faults *f, FILE *to);

/*
 * Read file, then file's conf.d in name order, then settings.json of the state
 * directory (a damaged one is a fault of its own), check all by the tables.
 * NULL with faults when anything is wrong; nothing is half taken.
 */
struct conf_source;		/* the merged JSON with the origin of each key */
struct conf *conf_load(const char *file, struct conf_source **src_r,
    struct conf_faults *f);
/* The same with settings instead of what settings.json holds (NULL: read it),
 * and with changes that are not kept laid over all (--runtime; NULL: none):
 * objects that conf_put() fills. */
struct conf *conf_load_layers(const char *file, const json_t *settings,
    const json_t *runtime, struct conf_source **src_r,
    struct conf_faults *f);
void conf_source_free(struct conf_source **s_p);

/* Effective settings as JSON, every key (a list of hundreds of entries as text
 * that says how many); with origin: {"value":…,"origin":
 * "default" | file name | "settings.json" | "runtime"} at each leaf. */
json_t *conf_dump(const struct conf_source *src, bool origin);
/* One key by dotted path ("limits.per_address", "listener.pop3s.welcome": what
 * is in force there); NULL with *e. */
json_t *conf_get(const struct conf_source *src, const char *key,
    struct err *e);

/* Who set key: a file's name, "settings.json", "runtime" or "default". */
const char *conf_origin(const struct conf_source *src, const char *key);
/* Who set it for this listener alone; NULL: it has what all have. */
const char *conf_over_origin(const struct conf_source *src,
    const char *listener, const char *key);
/* 0, or -1 with *e (ERR_NOTFOUND) that says which listeners there are. */
int conf_listener_known(const struct conf_source *src, const char *name,
    struct err *e);
/* Whether greetings show this hostname; a strange one they leave out. */
bool conf_host_shown(const char *host);
/* What is no fault but should be told: array of {"key","origin","text"},
 * borrowed. */
const json_t *conf_notes(const struct conf_source *src);

/* The changes a new load would bring: array of {"key","from","to","needs":
 * "live" | "reload" | "restart"}. */
json_t *conf_diff(const struct conf_source *old,
    const struct conf_source *new);

/*
 * Put one key into an object of changes.  value is JSON, or text that is read
 * by the key's type ("10m", "on", "192.0.2.0/24 198.51.100.7").  -1 with *e:
 * ERR_NOTFOUND no such key, ERR_CONFIG a wrong value or a key that only the
 * configuration file may set, ERR_TEMP.
 */
int conf_put(json_t *changes, const char *key, const json_t *value,
    struct err *e);
/* Take one key out again: ERR_NOTFOUND when it is not in there. */
int conf_take(json_t *changes, const char *key, struct err *e);

/*
 * settings.json, in steps, because a change is tried before it is kept: what
 * it holds (new; {} when there is none; NULL with *e), and putting something
 * else in its place, atomically and durably.  A damaged one is set aside as
 * settings.json.damaged-DATE and reported by ERR_CONFIG; the next call begins
 * with an empty one.
 */
json_t *conf_kept(const char *file, struct err *e);
int conf_keep(const char *file, const json_t *kept, struct err *e);
/* How many faults a load would find with these kept. */
size_t conf_kept_faults(const char *file, const json_t *kept);
/* What settings.json held when src was loaded, but for what --runtime covers:
 * to write it anew when it was damaged.  NULL: out of memory. */
json_t *conf_kept_in(const struct conf_source *src);
/* Before a start: a damaged settings.json is set aside, unless another server
 * holds its folder; 1 with *e that says so, 0 when nothing was done. */
int conf_mend(const char *file, struct err *e);

#endif
