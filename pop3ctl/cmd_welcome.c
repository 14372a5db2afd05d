/*
 * cmd_welcome.c - welcome show, set, reset
 */
#include <stdio.h>
#include <string.h>

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

static void
print_welcome(const json_t *v)
{
	const char *why = cmd_str(v, "why"), *listener = cmd_str(v,
	    "listener");

	if (listener[0] != '\0') {
		printf("listener  ");
		print_safe(stdout, listener);
		printf("\n");
	}
	printf("text      ");
	print_safe(stdout, cmd_str(v, "shown"));
	printf("\nwhose     ");
	if (why[0] == '\0') {
		print_safe(stdout, cmd_str(v, "origin"));
	} else {
		printf("built-in: ");
		print_safe(stdout, why);
	}
	if (json_is_true(json_object_get(v, "apop")))
		printf("\nAPOP      adds its time stamp; above 400 octets the "
		    "text is cut");
	printf("\n");
}

/* Ask with args; set and reset print only what is not as expected. */
static int
ask(struct cmd *c, json_t *args, bool show)
{
	json_t *result, *other;
	bool too_long;
	int code = 0;
	size_t i;

	if (args == NULL || (c->listener != NULL && json_object_set_new(args,
	    "listener", json_string(c->listener)) < 0)) {
		json_decref(args);
		return cmd_fail(c, CTL_BAD_VALUE, "this is no UTF-8 text");
	}
	result = cmd_ask(c, c->verb->verb, args, &code);
	too_long = cmd_int(result, "octets") > 0 &&
	    cmd_str(result, "why")[0] != '\0';
	if (result != NULL && !c->json && (show || too_long))
		print_welcome(result);
	if (!c->json)
		json_array_foreach(json_object_get(result, "listeners"), i,
		    other) {
			printf("\n");
			print_welcome(other);
		}
	json_decref(result);
	return code;
}

int
cmd_welcome_show(struct cmd *c)
{
	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	return ask(c, json_object(), true);
}

int
cmd_welcome_set(struct cmd *c)
{
	if (c->argc != 1)
		return cmd_usage(c, c->argc == 0 ? "needs a TEXT" :
		    "needs one TEXT; put it between quotes");
	return ask(c, json_pack("{s:s, s:b}", "text", c->argv[0], "runtime",
	    c->runtime), false);
}

int
cmd_welcome_reset(struct cmd *c)
{
	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	return ask(c, json_pack("{s:b}", "runtime", c->runtime), false);
}
