/*
 * cmd_option.c - option list, get, set, reset
 */
#include <stdio.h>
#include <string.h>

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

static const char *
on_off(const json_t *v)
{
	return json_is_true(json_object_get(v, "value")) ? "on" : "off";
}

/* NULL in args stays away: the server takes what is absent for all. */
static json_t *
with_listener(const struct cmd *c, json_t *args)
{
	if (args != NULL && c->listener != NULL &&
	    json_object_set_new(args, "listener",
	    json_string(c->listener)) < 0) {
		json_decref(args);
		return NULL;
	}
	return args;
}

static void
add_rows(struct table *t, const json_t *option)
{
	json_t *other;
	size_t i;

	table_text(t, cmd_str(option, "name"));
	table_text(t, on_off(option));
	table_text(t, cmd_str(option, "origin"));
	table_text(t, cmd_str(option, "listener"));
	table_text(t, cmd_str(option, "help"));
	json_array_foreach(json_object_get(option, "listeners"), i, other) {
		table_text(t, "");
		table_text(t, on_off(other));
		table_text(t, cmd_str(other, "origin"));
		table_text(t, cmd_str(other, "listener"));
		table_text(t, "");
	}
}

int
cmd_option_list(struct cmd *c)
{
	static const char *const heads[] = { "option", "is", "origin",
		"listener", "what it does" };
	json_t *result, *option, *args;
	struct table t;
	int code = 0;
	size_t i;

	if (c->argc > 0)
		return cmd_usage(c, "too many words; option get OPTION shows "
		    "one");
	args = with_listener(c, json_object());
	if (args == NULL)
		return cmd_fail(c, CTL_BAD_VALUE, "this is no UTF-8 text");
	result = cmd_ask(c, c->verb->verb, args, &code);
	if (result != NULL && !c->json) {
		table_begin(&t, heads, 5);
		json_array_foreach(json_object_get(result, "options"), i,
		    option)
			add_rows(&t, option);
		table_end(&t, stdout);
	}
	json_decref(result);
	return code;
}

/* Ask with args; the option's state is printed when show says so. */
static int
ask(struct cmd *c, json_t *args, bool show)
{
	json_t *result;
	int code = 0;

	args = with_listener(c, args);
	if (args == NULL)
		return cmd_fail(c, CTL_BAD_VALUE, "this is no UTF-8 text");
	result = cmd_ask(c, c->verb->verb, args, &code);
	if (result != NULL && !c->json && show)
		printf("%s\n", on_off(result));
	json_decref(result);
	return code;
}

int
cmd_option_get(struct cmd *c)
{
	if (c->argc != 1)
		return cmd_usage(c, "needs one OPTION");
	return ask(c, json_pack("{s:s}", "name", c->argv[0]), true);
}

int
cmd_option_set(struct cmd *c)
{
	if (c->argc != 2)
		return cmd_usage(c, "needs an OPTION, and on or off");
	return ask(c, json_pack("{s:s, s:s, s:b}", "name", c->argv[0],
	    "value", c->argv[1], "runtime", c->runtime), false);
}

int
cmd_option_reset(struct cmd *c)
{
	if (c->argc != 1)
		return cmd_usage(c, "needs one OPTION");
	return ask(c, json_pack("{s:s, s:b}", "name", c->argv[0], "runtime",
	    c->runtime), false);
}
