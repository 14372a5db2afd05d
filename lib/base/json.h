/*
 * json.h - typed getters over jansson that say what was wrong
 *
 * For requests: each takes the object, a key and a default; a value of the
 * wrong type is ERR_CONFIG naming key and text.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"

/* One JSON value from text; duplicates and trailing octets are faults. */
json_t *json_read(const char *text, size_t len, struct err *e);

/* Compact text appended to b; 0 or -1. */
int json_write(const json_t *v, struct buf *b);

/* Borrowed string, or dflt when the key is absent; NULL with *e set when it
 * is of another type.  dflt may be NULL for "must be there". */
const char *json_str(const json_t *obj, const char *key, const char *dflt,
    struct err *e);
int json_bool(const json_t *obj, const char *key, bool dflt, bool *v_r,
    struct err *e);
int json_int(const json_t *obj, const char *key, int64_t dflt, int64_t *v_r,
    struct err *e);

/* No other members than those that names lists, with a space between two. */
int json_only(const json_t *obj, const char *names, struct err *e);

#endif
