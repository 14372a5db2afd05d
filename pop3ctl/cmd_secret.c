/*
 * cmd_secret.c - account add, passwd, apop, owned: the commands with a password
 */
#include <stdio.h>
#include <string.h>

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"
#include "pop3ctl/prompt.h"

/* The password that prompt_X() made goes into args under key. */
static int
put_password(struct cmd *c, json_t *args, const char *key,
    const struct buf *word)
{
	json_t *v = json_stringn(buf_data(word), buf_len(word));

	if (json_object_set_new(args, key, v) == 0)
		return 0;
	return cmd_fail(c, CTL_BAD_VALUE, "the password is no UTF-8 text");
}

static int
fail_prompt(const struct cmd *c, const struct err *e)
{
	return cmd_fail(c, e->class == ERR_TEMP ? CTL_TRY_AGAIN :
	    CTL_BAD_VALUE, e->text);
}

/* Ask for the new password of name into args; an exit code. */
static int
add_password(struct cmd *c, json_t *args, const char *name)
{
	struct buf word;
	struct err e;
	int code;

	buf_init(&word, PROMPT_MAX);
	if (prompt_password(c->password_file, name, &word, &e) < 0)
		code = fail_prompt(c, &e);
	else
		code = put_password(c, args, "password", &word);
	buf_wipe(&word);
	return code;
}

/* The present one comes first: from the terminal, or as the first of two
 * lines. */
static int
add_present(struct cmd *c, json_t *args, const char *name)
{
	struct buf word;
	struct err e;
	int code;

	buf_init(&word, PROMPT_MAX);
	if (prompt_present(name, &word, &e) < 0)
		code = fail_prompt(c, &e);
	else
		code = put_password(c, args, "present_password", &word);
	buf_wipe(&word);
	return code;
}

static json_t *
begin(struct cmd *c, const char *name, int *code_r)
{
	json_t *args = json_pack("{s:s}", "name", name);

	if (args != NULL && cmd_account_options(c, args) == 0)
		return args;
	json_decref(args);
	*code_r = cmd_fail(c, CTL_BAD_VALUE, "this is no UTF-8 text");
	return NULL;
}

/* What an administrator is only warned of. */
static int
ask_and_warn(struct cmd *c, json_t *args)
{
	int code = 0;
	json_t *result = cmd_ask(c, c->verb->verb, args, &code);

	if (!c->json)
		cmd_print_notes(c, result);
	json_decref(result);
	return code;
}

int
cmd_account_add(struct cmd *c)
{
	json_t *args;
	int code = 0;

	if (c->argc != 1)
		return cmd_usage(c, "needs the NAME of one account");
	args = begin(c, c->argv[0], &code);
	if (args != NULL)
		code = add_password(c, args, c->argv[0]);
	if (code == 0)
		return ask_and_warn(c, args);
	json_decref(args);
	return code;
}

int
cmd_account_apop(struct cmd *c)
{
	json_t *args;
	int code = 0;

	if (!c->off)
		return cmd_account_add(c);
	if (c->argc != 1)
		return cmd_usage(c, "needs the NAME of one account");
	args = begin(c, c->argv[0], &code);
	if (args == NULL)
		return code;
	(void)json_object_set_new(args, "off", json_true());
	return cmd_do(c, args);
}

/* What the server knows of who asks; not shown. */
static json_t *
who_am_i(struct cmd *c, int *code_r)
{
	bool json = c->json;
	json_t *v;

	c->json = false;
	v = cmd_ask(c, "account.owned", NULL, code_r);
	c->json = json;
	return v;
}

int
cmd_account_passwd(struct cmd *c)
{
	json_t *me, *args = NULL;
	const char *name;
	int code = 0;

	if (c->argc > 1)
		return cmd_usage(c, "needs the NAME of one account, or none");
	me = who_am_i(c, &code);
	if (me == NULL)
		return code;
	name = c->argc == 1 ? c->argv[0] : cmd_str(me, "name");
	if (name[0] == '\0')
		code = cmd_fail(c, CTL_NOT_FOUND, "no account is yours, or "
		    "several: give its NAME");
	if (code == 0)
		args = begin(c, name, &code);
	if (code == 0 && !json_is_true(json_object_get(me, "admin")))
		code = add_present(c, args, name);
	if (code == 0)
		code = add_password(c, args, name);
	if (code == 0)
		code = ask_and_warn(c, json_incref(args));
	json_decref(args);
	json_decref(me);
	return code;
}

int
cmd_account_owned(struct cmd *c)
{
	json_t *me;
	int code = 0;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	me = cmd_ask(c, c->verb->verb, NULL, &code);
	if (me == NULL || c->json) {
		json_decref(me);
		return code;
	}
	if (cmd_str(me, "name")[0] == '\0')
		code = cmd_fail(c, CTL_NOT_FOUND, "no account is yours, or "
		    "several");
	print_safe(stdout, cmd_str(me, "name"));
	if (code == 0)
		putchar('\n');
	json_decref(me);
	return code;
}
