/*
 * cmd_access.c - policy, grant, deny, access test
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

json_t *
cmd_with_listener(const struct cmd *c, json_t *args)
{
	if (args != NULL && c->listener != NULL &&
	    json_object_set_new(args, "listener",
	    json_string(c->listener)) < 0) {
		json_decref(args);
		return NULL;
	}
	return args;
}

static int
no_text(const struct cmd *c)
{
	return cmd_fail(c, CTL_BAD_VALUE, "this is no UTF-8 text");
}

void
cmd_print_notes(const struct cmd *c, const json_t *result)
{
	static const char *const keys[] = { "note", "warning" };
	const char *text;
	size_t i;

	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		text = cmd_str(result, keys[i]);
		if (text[0] != '\0')
			(void)cmd_fail(c, CTL_OK, text);
	}
}

static void
policy_row(struct table *t, const json_t *v)
{
	const char *name = cmd_str(v, "listener");

	table_text(t, name[0] == '\0' ? "(all)" : name);
	table_text(t, cmd_str(v, "policy"));
	table_text(t, cmd_str(v, "origin"));
	table_number(t, cmd_int(v, "grant"));
	table_number(t, cmd_int(v, "deny"));
	table_text(t, json_is_true(json_object_get(v, "closed")) ?
	    "nobody" : cmd_str(v, "policy")[0] == 'g' ?
	    "everybody but those denied" : "those granted");
}

static void
print_files(const json_t *files)
{
	static const char *const heads[] = { "file", ">ranges",
		">faulty lines", "state" };
	const char *state;
	struct table t;
	json_t *f;
	size_t i;

	table_begin(&t, heads, 4);
	json_array_foreach(files, i, f) {
		state = cmd_str(f, "state");
		table_text(&t, cmd_str(f, "file"));
		table_number(&t, cmd_int(f, "ranges"));
		table_number(&t, cmd_int(f, "faults"));
		table_text(&t, strcmp(state, "lost") == 0 ?
		    "cannot be read: its last ranges are in force" : state);
	}
	printf("\n");
	table_end(&t, stdout);
}

int
cmd_policy_show(struct cmd *c)
{
	static const char *const heads[] = { "listener", "policy", "origin",
		">grant", ">deny", "served" };
	json_t *args = cmd_with_listener(c, json_object()), *result, *v;
	struct table t;
	int code = 0;
	size_t i;

	if (args == NULL)
		return no_text(c);
	if (c->argc > 0) {
		json_decref(args);
		return cmd_usage(c, "too many words");
	}
	result = cmd_ask(c, c->verb->verb, args, &code);
	if (result != NULL && !c->json) {
		table_begin(&t, heads, 6);
		policy_row(&t, result);
		json_array_foreach(json_object_get(result, "listeners"), i, v)
			policy_row(&t, v);
		table_end(&t, stdout);
		v = json_object_get(result, "files");
		if (json_array_size(v) > 0)
			print_files(v);
	}
	json_decref(result);
	return code;
}

int
cmd_policy_set(struct cmd *c)
{
	json_t *args, *result;
	int code = 0;

	if (c->argc != 1)
		return cmd_usage(c, "needs grant or deny");
	args = cmd_with_listener(c, json_pack("{s:s, s:b}", "policy",
	    c->argv[0], "runtime", c->runtime));
	if (args == NULL)
		return no_text(c);
	result = cmd_ask(c, c->verb->verb, args, &code);
	if (!c->json)
		cmd_print_notes(c, result);
	json_decref(result);
	return code;
}

static void
range_row(void *arg, const json_t *v)
{
	table_text(arg, cmd_str(v, "range"));
	table_text(arg, cmd_str(v, "origin"));
}

int
cmd_ranges_list(struct cmd *c)
{
	static const char *const heads[] = { "range", "origin" };
	json_t *args;
	struct table t;
	int code;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	args = cmd_with_listener(c, json_object());
	if (args == NULL)
		return no_text(c);
	table_begin(&t, heads, 2);
	code = cmd_pages(c, args, "ranges", range_row, &t);
	table_end(&t, c->json || code != 0 ? NULL : stdout);
	return code;
}

static json_t *
ranges(const struct cmd *c)
{
	json_t *list = json_array();
	int i;

	for (i = 0; i < c->argc; i++)
		if (json_array_append_new(list, json_string(c->argv[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return cmd_with_listener(c, json_pack("{s:o, s:b}", "ranges", list,
	    "runtime", c->runtime));
}

static void
print_added(const struct cmd *c, const json_t *result)
{
	const json_t *there = json_object_get(result, "there"), *v;
	int64_t more = cmd_int(result, "n_there");
	size_t i;

	json_array_foreach(there, i, v) {
		print_safe(stdout, json_string_value(v));
		printf(": was in the list already\n");
	}
	more -= (int64_t)json_array_size(there);
	if (more > 0)
		printf("and %lld more were\n", (long long)more);
	cmd_print_notes(c, result);
}

int
cmd_ranges_edit(struct cmd *c)
{
	json_t *args, *result;
	int code = 0;

	if (c->argc < 1)
		return cmd_usage(c, "needs a RANGE, such as 192.0.2.7, "
		    "192.0.2.0/24 or 2001:db8::/32");
	args = ranges(c);
	if (args == NULL)
		return no_text(c);
	result = cmd_ask(c, c->verb->verb, args, &code);
	if (result != NULL && !c->json)
		print_added(c, result);
	json_decref(result);
	return code;
}

static void
test_row(struct table *t, const json_t *v)
{
	const char *verdict = cmd_str(v, "verdict");
	const char *range = cmd_str(v, "range");

	table_text(t, cmd_str(v, "listener"));
	table_text(t, strcmp(verdict, "ok") == 0 ? "served" : "refused");
	table_text(t, strcmp(verdict, "ok") != 0 ? verdict :
	    json_is_true(json_object_get(v, "never_shut_out")) ?
	    "(never shut out)" : "");
	table_text(t, range[0] != '\0' ? range : "no range");
	table_text(t, range[0] != '\0' ? cmd_str(v, "decided") :
	    cmd_str(v, "policy")[0] == 'g' ? "policy grant" : "policy deny");
	table_text(t, cmd_str(v, "origin"));
}

int
cmd_access_test(struct cmd *c)
{
	static const char *const heads[] = { "listener", "now", "why",
		"range", "decides", "origin" };
	json_t *args, *result, *v;
	struct table t;
	int code = 0;
	size_t i;

	if (c->argc != 1)
		return cmd_usage(c, "needs one ADDRESS");
	args = cmd_with_listener(c, json_pack("{s:s}", "address",
	    c->argv[0]));
	if (args == NULL)
		return no_text(c);
	result = cmd_ask(c, c->verb->verb, args, &code);
	if (result != NULL && !c->json) {
		table_begin(&t, heads, 6);
		json_array_foreach(json_object_get(result, "listeners"), i, v)
			test_row(&t, v);
		table_end(&t, stdout);
	}
	if (json_is_true(json_object_get(result, "refused")))
		code = CTL_NO;
	json_decref(result);
	return code;
}
