/*
 * grammar_ctl.c - requests of the control socket, and configuration
 */
#include <ctype.h>
#include <string.h>

#include "lib/conf/conf_row.h"
#include "lib/conf/conf_source.h"
#include "lib/ctl/ctl.h"

#include "t/fuzz/grammar.h"

static json_t *
text(struct dice *d, grammar_fn *fn)
{
	struct buf b;
	json_t *v;

	buf_init(&b, 16384);
	fn(d, &b);
	v = json_stringn(buf_data(&b), buf_len(&b));
	buf_free(&b);
	return v == NULL ? json_string("x") : v;	/* no UTF-8 */
}

/* A value of any type. */
static json_t *
anything(struct dice *d)
{
	json_t *list;

	switch (dice(d, 8)) {
	case 0:
		return json_true();
	case 1:
		return json_integer((json_int_t)dice(d, 5) - 1);
	case 2:
		return json_integer(INT64_MAX - (json_int_t)dice(d, 2));
	case 3:
		return json_null();
	case 4:
		list = json_array();
		(void)json_array_append_new(list, text(d, grammar_word));
		return list;
	case 5:
		return json_object();
	case 6:
		return text(d, grammar_number);
	default:
		return text(d, grammar_word);
	}
}

/* One of the argument names in a row's usage text: "[--for DURATION] ID...". */
static void
arg_name(struct dice *d, const char *usage, char out[32])
{
	size_t n = 0, words = 0;
	const char *p, *name = "";

	for (p = usage; *p != '\0'; p += n + (p[n] != '\0')) {
		n = strcspn(p, " ");
		if (dice(d, (uint32_t)++words) == 0)
			name = p;
	}
	name += strspn(name, "[-");
	words = strcspn(name, " ].|-");
	for (n = 0; n < 31 && n < words; n++)
		out[n] = (char)tolower(name[n]);
	out[n] = '\0';
}

void
grammar_request(struct dice *d, json_t *o)
{
	const struct ctl_verb *v = &ctl_verbs[dice(d, (uint32_t)ctl_n_verbs)];
	json_t *args = json_object_get(o, "args");
	const char *verb = json_string_value(json_object_get(o, "verb"));
	char name[32];

	if (dice(d, 4) == 0 || verb == NULL) {
		(void)json_object_set_new(o, "v", json_integer(CTL_VERSION));
		(void)json_object_set_new(o, "id", json_integer(dice(d, 9)));
		(void)json_object_set_new(o, "verb", json_string(v->verb));
		(void)json_object_set_new(o, "args", json_object());
	} else if (dice(d, 12) == 0) {
		static const char *const names[] = { "v", "id", "verb", "args",
			"x" };

		(void)json_object_set_new(o, names[dice(d, 5)], anything(d));
	} else if (json_is_object(args)) {
		v = ctl_find(verb) == NULL ? v : ctl_find(verb);
		arg_name(d, v->args, name);
		(void)json_object_set_new(args, name, anything(d));
	}
}

/* One of "a b c". */
static json_t *
one_of(struct dice *d, const char *words)
{
	const char *p, *word = words;
	uint32_t n = 0;

	for (p = words; *p != '\0'; p += strcspn(p, " ")) {
		p += strspn(p, " ");
		if (dice(d, ++n) == 0)
			word = p;
	}
	return json_stringn(word, strcspn(word, " "));
}

static json_t *
value_of(struct dice *d, const struct conf_row *r)
{
	static const char *const texts[] = { "/var/x", "192.0.2.1", "*", "::1",
		"192.0.2.0/24", "10m", "90s", "1G", "512", "a" };
	json_t *v, *list;

	if (dice(d, 10) == 0)
		return anything(d);
	if (r->words != NULL)
		v = one_of(d, r->words);
	else if (r->type == CONF_T_BOOL)
		v = json_boolean(dice(d, 2));
	else if (r->type == CONF_T_NUMBER || r->type == CONF_T_SIZE ||
	    r->type == CONF_T_DURATION)
		v = json_integer(dice(d, 3) == 0 ? r->hi - dice(d, 2) :
		    r->lo + (json_int_t)dice(d, 100) - (dice(d, 8) == 0));
	else
		v = json_string(texts[dice(d, 10)]);
	if (r->type != CONF_T_STRINGS && r->type != CONF_T_RANGES &&
	    r->type != CONF_T_PATHS)
		return v;
	list = json_array();
	(void)json_array_append_new(list, v);
	return list;
}

static void
put_member(struct dice *d, const struct conf_set *set, json_t *o)
{
	const struct conf_row *r = &set->rows[dice(d, (uint32_t)set->n)];
	json_t *list, *entry;

	if (r->type == CONF_T_SET) {
		put_member(d, r->set, o);
		return;
	}
	if (r->type != CONF_T_LIST) {
		(void)conf_path_set(o, r->key, value_of(d, r));
		return;
	}
	list = conf_path_get(o, r->key);
	if (!json_is_array(list)) {
		list = json_array();
		if (conf_path_set(o, r->key, list) < 0)
			return;
	}
	if (json_array_size(list) < 4 && dice(d, 3) == 0)
		(void)json_array_append_new(list, json_object());
	entry = json_array_get(list, dice(d, 4));
	if (json_is_object(entry))
		put_member(d, r->set, entry);
}

static void
drop_member(struct dice *d, json_t *o)
{
	uint32_t n = (uint32_t)json_object_size(o);
	void *it = json_object_iter(o);

	for (n = n > 0 ? dice(d, n) : 0; it != NULL && n > 0; n--)
		it = json_object_iter_next(o, it);
	if (it != NULL)
		(void)json_object_del(o, json_object_iter_key(it));
}

/* The object that is member key of o, made when it is not there. */
static json_t *
inner(json_t *o, const char *key)
{
	json_t *v = json_object_get(o, key);

	if (!json_is_object(v)) {
		(void)json_object_set_new(o, key, json_object());
		v = json_object_get(o, key);
	}
	return v;
}

void
grammar_settings(struct dice *d, json_t *o)
{
	static const char *const names[] = { "pop3", "pop3s", "a", "" };
	uint32_t way = dice(d, 6);

	if (way == 0)
		drop_member(d, o);
	else if (way == 1)
		put_member(d, &conf_listener_set,
		    inner(inner(o, CONF_OVER), names[dice(d, 4)]));
	else
		put_member(d, &conf_root_set, o);
}
