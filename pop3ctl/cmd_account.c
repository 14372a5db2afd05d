/*
 * cmd_account.c - account list, show, remove, lock, unlock, set
 */
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

static const char *
state_of(const json_t *a)
{
	if (json_is_true(json_object_get(a, "locked")))
		return "locked";
	if (json_is_true(json_object_get(a, "domain_locked")))
		return "domain locked";
	return "";
}

static const char *
quota_of(const json_t *a, char out[PRINT_TEXT])
{
	const json_t *q = json_object_get(a, "quota");

	if (!json_is_integer(q))
		return "default";
	if (json_integer_value(q) == 0)
		return "none";
	return print_size(json_integer_value(q), out);
}

static void
add_account(void *arg, const json_t *a)
{
	struct table *t = arg;
	char text[PRINT_TEXT];

	table_text(t, cmd_str(a, "name"));
	table_text(t, state_of(a));
	table_text(t, quota_of(a, text));
	table_text(t, cmd_str(a, "scheme"));
	table_text(t, cmd_str(a, "maildrop"));
}

int
cmd_account_list(struct cmd *c)
{
	static const char *const heads[] = { "account", "state", ">quota",
		"hash", "maildrop" };
	struct table t;
	json_t *args;
	int code;

	if (c->argc > 1)
		return cmd_usage(c, "needs one DOMAIN, or none");
	args = json_object();
	if (c->argc == 1)
		(void)json_object_set_new(args, "domain",
		    json_string(c->argv[0]));
	table_begin(&t, heads, 5);
	code = cmd_pages(c, args, "accounts", add_account, &t);
	table_end(&t, c->json || (code != 0 && t.n == 0) ? NULL : stdout);
	return code;
}

static const char *
owner_of(const json_t *a, char out[PRINT_TEXT])
{
	const json_t *owner = json_object_get(a, "owner");
	const struct passwd *pw;

	if (!json_is_integer(owner))
		return "none";
	pw = getpwuid((uid_t)json_integer_value(owner));
	if (pw != NULL)
		return pw->pw_name;
	snprintf(out, PRINT_TEXT, "%lld",
	    (long long)json_integer_value(owner));
	return out;
}

static void
add_flags(struct table *t, const json_t *a)
{
	static const char *const flags[] = { "xmit", "password_change",
		"apop" };
	char text[PRINT_TEXT], names[256] = "";
	size_t i, n = 0;
	json_t *v;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		table_text(t, flags[i]);
		table_text(t, json_is_true(json_object_get(a, flags[i])) ?
		    "on" : "off");
	}
	table_text(t, "owner");
	table_text(t, owner_of(a, text));
	json_array_foreach(json_object_get(a, "mechanisms"), i, v)
		if (json_is_string(v) && n < sizeof(names) - 64)
			n += (size_t)snprintf(names + n, 64, "%s%.40s",
			    n > 0 ? " " : "", json_string_value(v));
	table_text(t, "mechanisms");
	table_text(t, names);
}

int
cmd_account_show(struct cmd *c)
{
	static const char *const rows[] = { "name", "maildrop", "scheme" };
	static const char *const times[] = { "created", "password_changed" };
	static const char *const heads[] = { "what", "value" };
	char text[PRINT_TEXT];
	struct table t;
	json_t *a;
	size_t i;
	int code = 0;

	if (c->argc != 1)
		return cmd_usage(c, "needs the NAME of one account");
	a = cmd_ask(c, c->verb->verb, json_pack("{s:s}", "name", c->argv[0]),
	    &code);
	table_begin(&t, heads, 2);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		table_text(&t, rows[i]);
		table_text(&t, cmd_str(a, rows[i]));
	}
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		table_text(&t, times[i]);
		table_text(&t, print_time(cmd_int(a, times[i]), text));
	}
	add_flags(&t, a);
	table_text(&t, "quota");
	table_text(&t, quota_of(a, text));
	table_text(&t, "state");
	table_text(&t, state_of(a)[0] == '\0' ? "open" : state_of(a));
	table_end(&t, a == NULL || c->json ? NULL : stdout);
	json_decref(a);
	return code;
}

/* remove, lock, unlock. */
int
cmd_account_name(struct cmd *c)
{
	json_t *result;
	int code = 0;

	if (c->argc != 1)
		return cmd_usage(c, "needs the NAME of one account");
	result = cmd_ask(c, c->verb->verb, json_pack("{s:s}", "name",
	    c->argv[0]), &code);
	if (!c->json && cmd_str(result, "note")[0] != '\0') {
		print_safe(stdout, cmd_str(result, "note"));
		printf("\n");
	}
	json_decref(result);
	return code;
}

/* "default" and "none" stand for null. */
static int
put_text(json_t *args, const char *key, const char *value, const char *null)
{
	if (value == NULL)
		return 0;
	return json_object_set_new(args, key, strcmp(value, null) == 0 ?
	    json_null() : json_string(value));
}

static int
put_switch(json_t *args, const char *key, const char *value)
{
	if (value == NULL)
		return 0;
	return json_object_set_new(args, key,
	    json_boolean(strcmp(value, "on") == 0));
}

int
cmd_account_options(const struct cmd *c, json_t *args)
{
	if (c->force && json_object_set_new(args, "force", json_true()) < 0)
		return -1;
	if (put_text(args, "quota", c->quota, "default") < 0 ||
	    put_text(args, "maildrop", c->maildrop, "default") < 0 ||
	    put_text(args, "owner", c->owner, "none") < 0 ||
	    put_switch(args, "xmit", c->xmit) < 0)
		return -1;
	return put_switch(args, "password_change", c->password_change);
}

static bool
is_switch(const char *value)
{
	return value == NULL || strcmp(value, "on") == 0 ||
	    strcmp(value, "off") == 0;
}

int
cmd_account_set(struct cmd *c)
{
	json_t *args;

	if (c->argc != 1)
		return cmd_usage(c, "needs the NAME of one account");
	if (!is_switch(c->xmit) || !is_switch(c->password_change))
		return cmd_usage(c, "--xmit and --password-change are on or "
		    "off");
	args = json_pack("{s:s}", "name", c->argv[0]);
	if (args == NULL || cmd_account_options(c, args) < 0) {
		json_decref(args);
		return cmd_fail(c, CTL_BAD_VALUE, "this is no UTF-8 text");
	}
	if (json_object_size(args) == 1) {
		json_decref(args);
		return cmd_usage(c, "needs an option: what to change");
	}
	return cmd_do(c, args);
}
