/*
 * json.c - typed getters over jansson that say what was wrong
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/json.h"

/* The value as JSON text, cut so that a fault stays one readable line. */
static int
wrong(const char *key, const json_t *v, const char *expected, struct err *e)
{
	char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	err_set(e, ERR_CONFIG, "%.80s: expected %s, not %.80s", key, expected,
	    text == NULL ? "that" : text);
	free(text);
	return -1;
}

/* 1 with the member, 0 when absent, -1 when obj has no members at all. */
static int
member(const json_t *obj, const char *key, json_t **v_r, struct err *e)
{
	*v_r = NULL;
	if (obj != NULL && !json_is_object(obj))
		return wrong(key, obj, "a member of an object", e);
	*v_r = json_object_get(obj, key);
	return *v_r != NULL;
}

json_t *
json_read(const char *text, size_t len, struct err *e)
{
	json_error_t fault;
	json_t *v;

	/* jansson skips them, so two readers could see different texts */
	if (memchr(text, '\0', len) != NULL) {
		err_set(e, ERR_CONFIG, "a NUL octet is no part of JSON");
		return NULL;
	}
	v = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
	    &fault);
	if (v == NULL)
		err_set(e, json_error_code(&fault) == json_error_out_of_memory ?
		    ERR_TEMP : ERR_CONFIG, "line %d, column %d: %s",
		    fault.line, fault.column, fault.text);
	return v;
}

int
json_write(const json_t *v, struct buf *b)
{
	size_t flags = JSON_COMPACT | JSON_ENCODE_ANY;
	size_t n = json_dumpb(v, NULL, 0, flags);
	char *to;

	/* Twice, so that no copy of a password is left in freed memory. */
	if (n == 0 || (to = buf_reserve(b, n)) == NULL ||
	    json_dumpb(v, to, n, flags) != n)
		return -1;
	buf_added(b, n);
	return 0;
}

const char *
json_str(const json_t *obj, const char *key, const char *dflt, struct err *e)
{
	json_t *v;
	int r = member(obj, key, &v, e);

	if (r < 0)
		return NULL;
	if (r == 0) {
		if (dflt == NULL)
			err_set(e, ERR_CONFIG, "%.80s: missing", key);
		return dflt;
	}
	if (!json_is_string(v))
		wrong(key, v, "a string", e);
	return json_string_value(v);
}

int
json_bool(const json_t *obj, const char *key, bool dflt, bool *v_r,
    struct err *e)
{
	json_t *v;
	int r = member(obj, key, &v, e);

	if (r > 0 && !json_is_boolean(v))
		return wrong(key, v, "true or false", e);
	if (r >= 0)
		*v_r = r == 0 ? dflt : json_is_true(v);
	return r < 0 ? -1 : 0;
}

int
json_int(const json_t *obj, const char *key, int64_t dflt, int64_t *v_r,
    struct err *e)
{
	json_t *v;
	int r = member(obj, key, &v, e);

	if (r > 0 && !json_is_integer(v))
		return wrong(key, v, "a whole number", e);
	if (r >= 0)
		*v_r = r == 0 ? dflt : json_integer_value(v);
	return r < 0 ? -1 : 0;
}

static bool
among(const char *key, const char *names)
{
	size_t n;

	for (; *names != '\0'; names += n + (names[n] == ' ')) {
		n = strcspn(names, " ");
		if (strlen(key) == n && memcmp(key, names, n) == 0)
			return true;
	}
	return false;
}

int
json_only(const json_t *obj, const char *names, struct err *e)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)(uintptr_t)obj, key, v)
		if (!among(key, names))
			return err_set(e, ERR_CONFIG,
			    "no such argument: %.40s", key);
	return 0;
}
