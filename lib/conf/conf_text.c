/*
 * conf_text.c - one value from its field, or as typed, to JSON
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"
#include "lib/conf/conf.h"
#include "lib/conf/conf_value.h"

static json_t *
strings_json(const struct conf_strings *s)
{
	json_t *a = json_array();
	size_t i;

	for (i = 0; a != NULL && i < s->n; i++) {
		if (json_array_append_new(a, json_string(s->at[i])) < 0) {
			json_decref(a);
			return NULL;
		}
	}
	return a;
}

static json_t *
word_json(const char *words, unsigned index)
{
	struct span rest = span_of(words), word = span_word(&rest);

	while (index-- > 0)
		word = span_word(&rest);
	return json_stringn(word.ptr, word.len);
}

/* Below 1 K a number, else the shortest exact form with its unit. */
static json_t *
size_json(int64_t n)
{
	char text[24];

	if (n < 1024)
		return json_integer(n);
	return json_string(num_size_text((uint64_t)n, text));
}

json_t *
conf_value_json(const struct conf_row *r, const void *field)
{
	char text[24];

	switch (r->type) {
	case CONF_T_BOOL:
		return json_boolean(*(const bool *)field);
	case CONF_T_ENUM:
		return word_json(r->words,
		    *(const unsigned *)field - (unsigned)r->lo);
	case CONF_T_NUMBER:
		return json_integer(*(const int64_t *)field);
	case CONF_T_SIZE:
		return size_json(*(const int64_t *)field);
	case CONF_T_DURATION:
		return json_string(num_duration_text(*(const int64_t *)field,
		    text));
	case CONF_T_STRINGS:
	case CONF_T_RANGES:
	case CONF_T_PATHS:
		return strings_json(field);
	default:
		return json_string(*(char *const *)field);
	}
}

static json_t *
number_text(const char *text)
{
	const char *digits = text[0] == '-' ? text + 1 : text;
	uint64_t n;

	if (num_u64(span_of(digits), INT64_MAX, &n) < 0)
		return json_string(text);
	return json_integer(digits == text ? (int64_t)n : -(int64_t)n);
}

/* Words between spaces or commas. */
static json_t *
words_text(const char *text)
{
	json_t *a = json_array();
	size_t n;

	while (a != NULL && *(text += strspn(text, " ,")) != '\0') {
		n = strcspn(text, " ,");
		if (json_array_append_new(a, json_stringn(text, n)) < 0) {
			json_decref(a);
			return NULL;
		}
		text += n;
	}
	return a;
}

static json_t *
bool_text(const char *text)
{
	if (strcmp(text, "true") == 0 || strcmp(text, "on") == 0)
		return json_true();
	if (strcmp(text, "false") == 0 || strcmp(text, "off") == 0)
		return json_false();
	return json_string(text);
}

json_t *
conf_value_text(const struct conf_row *r, const char *text)
{
	json_t *v;

	switch (r->type) {
	case CONF_T_BOOL:
		return bool_text(text);
	case CONF_T_NUMBER:
		return number_text(text);
	case CONF_T_STRINGS:
	case CONF_T_RANGES:
	case CONF_T_PATHS:
		return words_text(text);
	case CONF_T_LIST:
		if (text[0] == '\0')
			return json_array();
		v = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
		return v != NULL ? v : json_string(text);
	default:
		return json_string(text);
	}
}
