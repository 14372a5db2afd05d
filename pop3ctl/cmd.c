/*
 * cmd.c - what all commands share
 */
#include <stdlib.h>
#include <string.h>

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

static const struct {
	const char *verb;
	cmd_fn *run;
} rows[] = {
	{ "status", cmd_status },
	{ "version", cmd_version },
	{ "stats", cmd_stats },
	{ "top", cmd_top },
	{ "server.start", cmd_start },
	{ "server.stop", cmd_stop },
	{ "server.restart", cmd_restart },
	{ "reload", cmd_reload },
	{ "audit.show", cmd_audit_show },
	{ "audit.verify", cmd_audit_verify },
	{ "log.follow", cmd_log_follow },
	{ "log.level", cmd_log_level },
	{ "log.debug", cmd_log_debug },
	{ "session.list", cmd_session_list },
	{ "session.show", cmd_session_show },
	{ "session.kill", cmd_session_kill },
	{ "autodeny.list", cmd_autodeny_list },
	{ "autodeny.add", cmd_autodeny_add },
	{ "autodeny.remove", cmd_autodeny_remove },
	{ "autodeny.clear", cmd_autodeny_clear },
	{ "config.show", cmd_config_show },
	{ "config.get", cmd_config_get },
	{ "config.set", cmd_config_set },
	{ "config.reset", cmd_config_reset },
	{ "config.diff", cmd_config_diff },
	{ "completion", cmd_completion },
	{ "option.list", cmd_option_list },
	{ "option.get", cmd_option_get },
	{ "option.set", cmd_option_set },
	{ "option.reset", cmd_option_reset },
	{ "policy.show", cmd_policy_show },
	{ "policy.set", cmd_policy_set },
	{ "grant.list", cmd_ranges_list },
	{ "grant.add", cmd_ranges_edit },
	{ "grant.remove", cmd_ranges_edit },
	{ "grant.import", cmd_ranges_import },
	{ "deny.list", cmd_ranges_list },
	{ "deny.add", cmd_ranges_edit },
	{ "deny.remove", cmd_ranges_edit },
	{ "deny.import", cmd_ranges_import },
	{ "access.test", cmd_access_test },
	{ "welcome.show", cmd_welcome_show },
	{ "welcome.set", cmd_welcome_set },
	{ "welcome.reset", cmd_welcome_reset },
	{ "domain.list", cmd_domain_list },
	{ "domain.add", cmd_domain_name },
	{ "domain.remove", cmd_domain_remove },
	{ "domain.lock", cmd_domain_name },
	{ "domain.unlock", cmd_domain_name },
	{ "domain.stat", cmd_domain_stat },
	{ "domain.alias", cmd_domain_alias },
	{ "domain.unalias", cmd_domain_unalias },
	{ "account.list", cmd_account_list },
	{ "account.show", cmd_account_show },
	{ "account.add", cmd_account_add },
	{ "account.remove", cmd_account_name },
	{ "account.lock", cmd_account_name },
	{ "account.unlock", cmd_account_name },
	{ "account.set", cmd_account_set },
	{ "account.passwd", cmd_account_passwd },
	{ "account.apop", cmd_account_apop },
	{ "account.owned", cmd_account_owned },
	{ "account.import", cmd_account_import },
	{ "account.export", cmd_account_export },
	{ "queue.list", cmd_queue_list },
	{ "queue.show", cmd_queue_show },
	{ "queue.retry", cmd_queue_retry },
	{ "queue.remove", cmd_queue_some },
	{ "queue.badmail.list", cmd_queue_list },
	{ "queue.badmail.retry", cmd_queue_some },
	{ "queue.badmail.remove", cmd_queue_some },
};

/* A text of several lines has a fault in each. */
int
cmd_fail(const struct cmd *c, enum ctl_code code, const char *why)
{
	char *copy = strdup(why), *rest = copy, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (line[0] == '\0' && rest == NULL && line != copy)
			break;
		fprintf(stderr, "pop3ctl: %s: ", c->verb->words);
		print_safe(stderr, line);
		fputc('\n', stderr);
	}
	free(copy);
	return (int)code;
}

int
cmd_usage(const struct cmd *c, const char *why)
{
	cmd_fail(c, CTL_USAGE, why);
	fprintf(stderr, "usage: pop3ctl %s%s%s\n", c->verb->words,
	    c->verb->args[0] == '\0' ? "" : " ", c->verb->args);
	return CTL_USAGE;
}

/* What client.c could not do. */
static int
fail_client(const struct cmd *c, const struct err *e)
{
	char text[sizeof(e->text) + 32];

	switch (e->class) {
	case ERR_NOTFOUND:
		snprintf(text, sizeof(text), "%s; is it running?", e->text);
		fprintf(stderr, "pop3ctl: ");
		print_safe(stderr, text);
		fputc('\n', stderr);
		return CTL_UNREACHABLE;
	case ERR_PERM:
		return cmd_fail(c, CTL_NO_ROLE, e->text);
	case ERR_CONFIG:
	case ERR_LIMIT:
		return cmd_fail(c, CTL_BAD_VALUE, e->text);
	default:
		return cmd_fail(c, CTL_TRY_AGAIN, e->text);
	}
}

static int
fail_reply(const struct cmd *c, const json_t *error)
{
	int64_t code = cmd_int(error, "exit");

	if (code < 1 || code > 125)
		code = CTL_TRY_AGAIN;
	return cmd_fail(c, (enum ctl_code)code, cmd_str(error, "text"));
}

json_t *
cmd_ask(struct cmd *c, const char *verb, json_t *args, int *code_r)
{
	json_t *reply, *result;
	struct err e;

	if (c->client == NULL)
		c->client = client_open(c->socket, &e);
	if (c->client == NULL)
		json_decref(args);
	reply = c->client == NULL ? NULL :
	    client_ask(c->client, verb, args, &e);
	if (reply == NULL) {
		*code_r = fail_client(c, &e);
		return NULL;
	}
	if (c->json) {
		json_dumpf(reply, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
		fputc('\n', stdout);
	}
	if (!c->json && cmd_str(reply, "warning")[0] != '\0')
		cmd_fail(c, CTL_OK, cmd_str(reply, "warning"));
	result = json_incref(json_object_get(reply, "result"));
	if (!json_is_true(json_object_get(reply, "ok"))) {
		json_decref(result);
		result = NULL;
		*code_r = fail_reply(c, json_object_get(reply, "error"));
	}
	json_decref(reply);
	return result;
}

int
cmd_stream(struct cmd *c, json_t *args,
    void (*more)(const struct cmd *c, const json_t *reply))
{
	json_t *reply = NULL;
	struct err e;
	int code = 0;

	if (c->client == NULL)
		c->client = client_open(c->socket, &e);
	if (c->client == NULL)
		json_decref(args);
	else
		reply = client_ask(c->client, c->verb->verb, args, &e);
	while (json_is_true(json_object_get(reply, "more"))) {
		more(c, reply);
		json_decref(reply);
		reply = client_more(c->client, &e);
	}
	if (reply == NULL)
		return fail_client(c, &e);
	if (!json_is_true(json_object_get(reply, "ok")))
		code = fail_reply(c, json_object_get(reply, "error"));
	json_decref(reply);
	return code;
}

int
cmd_pages(struct cmd *c, json_t *args, const char *list,
    void (*row)(void *arg, const json_t *v), void *arg)
{
	json_t *page, *next, *v;
	int code = 0;
	size_t i;

	for (; args != NULL; args = next) {
		next = json_deep_copy(args);
		page = cmd_ask(c, c->verb->verb, args, &code);
		if (!c->json)
			json_array_foreach(json_object_get(page, list), i, v)
				row(arg, v);
		if (json_object_set(next, "after",
		    json_object_get(page, "next")) < 0) {
			json_decref(next);	/* this was the last page */
			next = NULL;
		}
		json_decref(page);
	}
	return code;
}

int
cmd_do(struct cmd *c, json_t *args)
{
	int code = 0;

	json_decref(cmd_ask(c, c->verb->verb, args, &code));
	return code;
}

const char *
cmd_str(const json_t *obj, const char *key)
{
	const char *s = json_string_value(json_object_get(obj, key));

	return s == NULL ? "" : s;
}

int64_t
cmd_int(const json_t *obj, const char *key)
{
	return (int64_t)json_integer_value(json_object_get(obj, key));
}

int
cmd_run(struct cmd *c)
{
	json_t *result;
	size_t i;
	int code = 0;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].verb, c->verb->verb) == 0)
			return rows[i].run(c);
	/* A verb without a view of its own takes no words and shows JSON. */
	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	result = cmd_ask(c, c->verb->verb, NULL, &code);
	if (result != NULL && !c->json)
		print_json(stdout, result);
	json_decref(result);
	return code;
}
