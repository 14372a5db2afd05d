/*
 * cmd_config.c - config show, get, set, reset, diff
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

#define KEY_MAX	128

void
cmd_print_changes(const json_t *changes)
{
	json_t *c;
	size_t i;

	json_array_foreach(changes, i, c) {
		print_safe(stdout, cmd_str(c, "key"));
		printf(": ");
		print_value(stdout, json_object_get(c, "from"));
		printf(" -> ");
		print_value(stdout, json_object_get(c, "to"));
		if (strcmp(cmd_str(c, "needs"), "restart") == 0)
			printf(" (after a restart)");
		printf("\n");
	}
}

/* A leaf of config show --origin. */
static bool
is_leaf(const json_t *v)
{
	return json_object_size(v) == 2 &&
	    json_object_get(v, "value") != NULL &&
	    json_is_string(json_object_get(v, "origin"));
}

static void
add_leaves(struct table *t, json_t *group, const char *prefix)
{
	char name[KEY_MAX], *text;
	const char *key;
	json_t *v;

	json_object_foreach(group, key, v) {
		snprintf(name, sizeof(name), "%s%s%s", prefix,
		    prefix[0] == '\0' ? "" : ".", key);
		if (!is_leaf(v)) {
			add_leaves(t, v, name);
			continue;
		}
		text = json_dumps(json_object_get(v, "value"),
		    JSON_COMPACT | JSON_ENCODE_ANY);
		table_text(t, name);
		table_text(t, cmd_str(v, "origin"));
		table_text(t, text);
		free(text);
	}
}

int
cmd_config_show(struct cmd *c)
{
	static const char *const heads[] = { "key", "origin", "value" };
	json_t *result, *settings;
	struct table t;
	int code = 0;

	if (c->argc > 0)
		return cmd_usage(c, "too many words; config get KEY shows "
		    "one");
	result = cmd_ask(c, c->verb->verb, json_pack("{s:b}", "origin",
	    c->origin), &code);
	settings = json_object_get(result, "settings");
	if (settings != NULL && !c->json && !c->origin) {
		print_json(stdout, settings);
	} else if (settings != NULL && !c->json) {
		table_begin(&t, heads, 3);
		add_leaves(&t, settings, "");
		table_end(&t, stdout);
	}
	json_decref(result);
	return code;
}

int
cmd_config_get(struct cmd *c)
{
	json_t *result, *v;
	int code = 0;

	if (c->argc != 1)
		return cmd_usage(c, "needs one KEY");
	result = cmd_ask(c, c->verb->verb, json_pack("{s:s}", "key",
	    c->argv[0]), &code);
	v = json_object_get(result, "value");
	if (v != NULL && !c->json) {
		if (json_is_object(v) || json_is_array(v)) {
			print_json(stdout, v);
		} else {
			print_value(stdout, v);
			printf("\n");
		}
	}
	json_decref(result);
	return code;
}

static int
change(struct cmd *c, json_t *args)
{
	json_t *result;
	int code = 0;

	if (args == NULL)
		return cmd_fail(c, CTL_BAD_VALUE, "this is no UTF-8 text");
	result = cmd_ask(c, c->verb->verb, args, &code);
	if (result != NULL && !c->json &&
	    strcmp(cmd_str(result, "needs"), "restart") == 0)
		printf("in force after: pop3ctl restart\n");
	json_decref(result);
	return code;
}

int
cmd_config_set(struct cmd *c)
{
	json_t *value;

	if (c->argc != 2)
		return cmd_usage(c, "needs a KEY and a VALUE");
	value = json_loads(c->argv[1], JSON_DECODE_ANY |
	    JSON_REJECT_DUPLICATES, NULL);
	if (value == NULL)
		value = json_string(c->argv[1]);
	return change(c, json_pack("{s:s, s:o, s:b}", "key", c->argv[0],
	    "value", value, "runtime", c->runtime));
}

int
cmd_config_reset(struct cmd *c)
{
	if (c->argc != 1)
		return cmd_usage(c, "needs one KEY");
	return change(c, json_pack("{s:s, s:b}", "key", c->argv[0],
	    "runtime", c->runtime));
}

int
cmd_config_diff(struct cmd *c)
{
	json_t *result;
	int code = 0;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	result = cmd_ask(c, c->verb->verb, NULL, &code);
	if (result != NULL && !c->json)
		cmd_print_changes(json_object_get(result, "changes"));
	json_decref(result);
	return code;
}
