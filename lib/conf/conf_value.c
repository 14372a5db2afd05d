/*
 * conf_value.c - one value from JSON into its field
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/addr.h"
#include "lib/base/mem.h"
#include "lib/base/num.h"
#include "lib/conf/conf.h"
#include "lib/conf/conf_find.h"
#include "lib/conf/conf_value.h"

#define STRING_MAX	1024
#define VARIABLE	"CREDENTIALS_DIRECTORY"
#define CREDENTIALS	"$" VARIABLE

/* The offending text, then what would be right. */
static int
wrong(const json_t *v, const char *right, struct err *e)
{
	char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	err_set(e, ERR_CONFIG, "%.80s%s: %.200s",
	    text == NULL ? "value" : text,
	    text != NULL && strlen(text) > 80 ? "..." : "", right);
	free(text);
	return -1;
}

static int
no_memory(struct err *e)
{
	return err_set(e, ERR_TEMP, "no memory for the settings");
}

/* word is none of r's, or one that this version lacks. */
static int
check_word(const struct conf_row *r, const char *word, struct err *e)
{
	struct conf_guess g;

	if (r->words == NULL)
		return 0;
	if (conf_word_index(r->words, word) < 0) {
		conf_guess_begin(&g, word);
		conf_guess_words(&g, r->words);
		if (g.best.len > 0)
			return err_set(e, ERR_CONFIG, "\"%.60s\": did you "
			    "mean \"%.*s\"? one of: %.160s", word,
			    (int)g.best.len, g.best.ptr, r->words);
		return err_set(e, ERR_CONFIG, "\"%.60s\": must be one of: "
		    "%.200s", word, r->words);
	}
	if (r->later != NULL && conf_word_index(r->later, word) >= 0)
		return err_set(e, ERR_CONFIG,
		    "\"%.60s\": not available in this version", word);
	return 0;
}

static int
check_length(const struct conf_row *r, const json_t *v, struct err *e)
{
	size_t n = json_string_length(v);
	size_t max = r->hi > 0 ? (size_t)r->hi : STRING_MAX;

	if (n == 0 && r->lo > 0)
		return err_set(e, ERR_CONFIG, "\"\": must not be empty");
	if (n > max)
		return err_set(e, ERR_CONFIG, "\"%.40s...\": %zu octets, at "
		    "most %zu are possible", json_string_value(v), n, max);
	return 0;
}

static int
check_octets(const json_t *v, struct err *e)
{
	const char *text = json_string_value(v), *p;
	char right[80];

	for (p = text; *p != '\0'; p++) {
		if ((unsigned char)*p >= ' ' && *p != 0x7f)
			continue;
		snprintf(right, sizeof(right), "has a control character: "
		    "octet %zu is 0x%02x", (size_t)(p - text) + 1,
		    (unsigned char)*p);
		return wrong(v, right, e);
	}
	return 0;
}

/* The text a field will hold: *to is for the caller to free. */
static int
expand(const char *text, char **to, struct err *e)
{
	size_t n = strlen(CREDENTIALS);
	const char *dir;

	if (strncmp(text, CREDENTIALS, n) != 0) {
		*to = mem_strdup(text);
		return *to == NULL ? no_memory(e) : 0;
	}
	dir = getenv(VARIABLE);
	if (dir == NULL || dir[0] != '/' || text[n] != '/')
		return err_set(e, ERR_CONFIG, "\"%.100s\": the service "
		    "manager set no %s; use LoadCredential= and %s/NAME, or "
		    "an absolute path", text, VARIABLE, CREDENTIALS);
	if (asprintf(to, "%s%s", dir, text + n) < 0) {
		*to = NULL;
		return no_memory(e);
	}
	return 0;
}

static int
check_kind(const struct conf_row *r, const char *text, struct err *e)
{
	struct addr a;

	switch (r->type) {
	case CONF_T_WORD:
		return check_word(r, text, e);
	case CONF_T_PATH:
	case CONF_T_FILE:
	case CONF_T_SECRET:
		if (text[0] == '/' || text[0] == '\0')
			return 0;
		return err_set(e, ERR_CONFIG, "\"%.100s\": must be an "
		    "absolute path, beginning with /", text);
	case CONF_T_ADDRESS:
		if (strcmp(text, "*") == 0)
			return 0;
		if (addr_parse(text, &a, NULL) == 0)
			return 0;
		return err_set(e, ERR_CONFIG, "\"%.100s\": must be * or a "
		    "numeric address, such as 192.0.2.7 or 2001:db8::1", text);
	default:
		return 0;
	}
}

static int
read_string(const struct conf_row *r, const json_t *v, char **field,
    struct err *e)
{
	char *text = NULL;

	if (!json_is_string(v))
		return wrong(v, "must be a string, in double quotes", e);
	if (check_length(r, v, e) < 0 || check_octets(v, e) < 0)
		return -1;
	if (r->type == CONF_T_SECRET) {
		if (expand(json_string_value(v), &text, e) < 0)
			return -1;
	} else if ((text = mem_strdup(json_string_value(v))) == NULL) {
		return no_memory(e);
	}
	if (check_kind(r, text, e) < 0) {
		free(text);
		return -1;
	}
	*field = text;
	return 0;
}

static int
read_bool(const struct conf_row *r, const json_t *v, bool *field,
    struct err *e)
{
	if (!json_is_boolean(v))
		return wrong(v, "must be true or false, without quotes", e);
	if (json_is_true(v) && r->later != NULL)
		return wrong(v, "not available in this version", e);
	*field = json_is_true(v);
	return 0;
}

static int
read_enum(const struct conf_row *r, const json_t *v, unsigned *field,
    struct err *e)
{
	const char *text = json_string_value(v);
	char right[300];

	if (text == NULL) {
		snprintf(right, sizeof(right), "must be a string, one of: %s",
		    r->words);
		return wrong(v, right, e);
	}
	if (check_word(r, text, e) < 0)
		return -1;
	*field = (unsigned)r->lo +
	    (unsigned)conf_word_index(r->words, text);
	return 0;
}

/* 0 when v can be understood as a number of r's kind. */
static int
number_of(const struct conf_row *r, const json_t *v, int64_t *n_r)
{
	const char *text = json_string_value(v);
	uint64_t octets;

	if (json_is_integer(v)) {
		*n_r = json_integer_value(v);
		if (r->type != CONF_T_DURATION)
			return 0;
		if (*n_r < 0 || *n_r > INT64_MAX / 1000)
			return -1;
		*n_r *= 1000;		/* a bare number is seconds */
		return 0;
	}
	if (text == NULL)
		return -1;
	if (r->type == CONF_T_DURATION)
		return num_duration(text, n_r);
	if (r->type != CONF_T_SIZE || num_size(text, &octets) < 0 ||
	    octets > INT64_MAX)
		return -1;
	*n_r = (int64_t)octets;
	return 0;
}

static void
show_number(enum conf_type type, int64_t n, char out[24])
{
	if (type == CONF_T_DURATION)
		num_duration_text(n, out);
	else if (type == CONF_T_SIZE)
		num_size_text((uint64_t)n, out);
	else
		snprintf(out, 24, "%" PRId64, n);
}

static int
read_number(const struct conf_row *r, const json_t *v, int64_t *field,
    struct err *e)
{
	char lo[24], hi[24], right[160];
	int64_t n;

	if (number_of(r, v, &n) == 0 && n >= r->lo && n <= r->hi) {
		if (r->later != NULL && n != 0)
			return wrong(v, "not available in this version", e);
		*field = n;
		return 0;
	}
	show_number(r->type, r->lo, lo);
	show_number(r->type, r->hi, hi);
	if (r->type == CONF_T_DURATION)
		snprintf(right, sizeof(right), "must be a duration from %s "
		    "to %s, such as \"90s\" (units ms s m h d)", lo, hi);
	else if (r->type == CONF_T_SIZE && r->hi == INT64_MAX)
		snprintf(right, sizeof(right), "must be a size, such as "
		    "\"10M\" (units K M G T)");
	else if (r->type == CONF_T_SIZE)
		snprintf(right, sizeof(right), "must be a size from %s to "
		    "%s, such as \"10K\" (units K M G T)", lo, hi);
	else
		snprintf(right, sizeof(right),
		    "must be a whole number from %s to %s", lo, hi);
	return wrong(v, right, e);
}

static int
check_item(const struct conf_row *r, const json_t *v, struct err *e)
{
	struct prefix p;

	if (!json_is_string(v))
		return wrong(v, "must be a string, in double quotes", e);
	if (json_string_length(v) == 0)
		return err_set(e, ERR_CONFIG, "\"\": must not be empty");
	if (check_octets(v, e) < 0)
		return -1;
	if (r->type == CONF_T_RANGES)
		return prefix_parse(json_string_value(v), &p, e);
	if (r->type == CONF_T_PATHS && json_string_value(v)[0] != '/')
		return wrong(v, "must be an absolute path, beginning with /",
		    e);
	return check_word(r, json_string_value(v), e);
}

static int
add_item(const struct conf_row *r, const json_t *v, struct conf_strings *s,
    struct err *e)
{
	size_t i;

	if (check_item(r, v, e) < 0)
		return -1;
	for (i = 0; i < s->n && r->words != NULL; i++)
		if (strcmp(s->at[i], json_string_value(v)) == 0)
			return wrong(v, "stands there twice", e);
	s->at[s->n] = mem_strdup(json_string_value(v));
	if (s->at[s->n] == NULL)
		return no_memory(e);
	s->n++;
	return 0;
}

static int
read_strings(const struct conf_row *r, const json_t *v,
    struct conf_strings *s, struct err *e)
{
	size_t i, n = json_array_size(v);

	if (!json_is_array(v))
		return wrong(v, "must be a list of strings, such as [\"a\", "
		    "\"b\"]", e);
	if (n == 0)
		return 0;
	s->at = mem_new(n, sizeof(*s->at));
	if (s->at == NULL)
		return no_memory(e);
	for (i = 0; i < n; i++)
		if (add_item(r, json_array_get(v, i), s, e) < 0)
			return -1;
	return 0;
}

int
conf_value_read(const struct conf_row *r, const json_t *v, void *field,
    struct err *e)
{
	struct conf_row here = *r;
	struct conf_set alone = { .rows = &here, .n = 1 };

	switch (r->type) {
	case CONF_T_BOOL:
		return read_bool(r, v, field, e);
	case CONF_T_ENUM:
		return read_enum(r, v, field, e);
	case CONF_T_NUMBER:
	case CONF_T_SIZE:
	case CONF_T_DURATION:
		return read_number(r, v, field, e);
	case CONF_T_STRINGS:
	case CONF_T_RANGES:
	case CONF_T_PATHS:
		if (read_strings(r, v, field, e) == 0)
			return 0;
		here.offset = 0;
		conf_set_clear(&alone, field);
		return -1;
	default:
		return read_string(r, v, field, e);
	}
}

int
conf_value_check(const struct conf_row *r, const json_t *v, struct err *e)
{
	union {
		char *text;
		struct conf_strings strings;
		int64_t number;
		unsigned word;
		bool yes;
	} u;
	struct conf_row at_zero = *r;
	struct conf_set alone = { .rows = &at_zero, .n = 1 };
	int status;

	memset(&u, 0, sizeof(u));
	at_zero.offset = 0;
	status = conf_value_read(&at_zero, v, &u, e);
	if (status == 0)
		conf_set_clear(&alone, &u);
	return status;
}
