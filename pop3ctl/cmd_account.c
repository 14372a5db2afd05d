/*
 * cmd_account.c - account list, show, add, remove, lock, unlock, set, passwd
 */
#include <stdio.h>
#include <string.h>

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"
#include "pop3ctl/prompt.h"

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

/* --quota and --maildrop into args; "default" is null. */
static int
put_options(const struct cmd *c, json_t *args)
{
	json_t *v;

	if (c->quota != NULL) {
		v = strcmp(c->quota, "default") == 0 ? json_null() :
		    json_string(c->quota);
		if (json_object_set_new(args, "quota", v) < 0)
			return -1;
	}
	if (c->maildrop != NULL) {
		v = strcmp(c->maildrop, "default") == 0 ? json_null() :
		    json_string(c->maildrop);
		if (json_object_set_new(args, "maildrop", v) < 0)
			return -1;
	}
	return 0;
}

/* {name, password, …}, or NULL with *code_r. */
static json_t *
with_password(struct cmd *c, int *code_r)
{
	json_t *args = NULL, *password;
	struct buf word;
	struct err e;

	buf_init(&word, PROMPT_MAX);
	if (prompt_password(c->password_file, c->argv[0], &word, &e) < 0) {
		*code_r = cmd_fail(c, e.class == ERR_TEMP ? CTL_TRY_AGAIN :
		    CTL_BAD_VALUE, e.text);
	} else {
		password = json_stringn(buf_data(&word), buf_len(&word));
		args = json_pack("{s:s, s:o}", "name", c->argv[0], "password",
		    password);
		if (args == NULL || put_options(c, args) < 0) {
			json_decref(args);
			args = NULL;
			*code_r = cmd_fail(c, CTL_BAD_VALUE,
			    "name or password is no UTF-8 text");
		}
	}
	buf_wipe(&word);
	return args;
}

int
cmd_account_add(struct cmd *c)
{
	json_t *args;
	int code = 0;

	if (c->argc != 1)
		return cmd_usage(c, "needs the NAME of one account");
	args = with_password(c, &code);
	return args == NULL ? code : cmd_do(c, args);
}

int
cmd_account_passwd(struct cmd *c)
{
	return cmd_account_add(c);
}

int
cmd_account_set(struct cmd *c)
{
	json_t *args;

	if (c->argc != 1)
		return cmd_usage(c, "needs the NAME of one account");
	if (c->quota == NULL && c->maildrop == NULL)
		return cmd_usage(c, "needs --quota or --maildrop");
	args = json_pack("{s:s}", "name", c->argv[0]);
	if (args == NULL || put_options(c, args) < 0) {
		json_decref(args);
		return cmd_fail(c, CTL_BAD_VALUE, "this is no UTF-8 text");
	}
	return cmd_do(c, args);
}
