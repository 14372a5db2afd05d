/*
 * cmd_domain.c - domain list, add, remove, lock, unlock, stat, alias, unalias
 */
#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

static void
add_domain(void *arg, const json_t *d)
{
	struct table *t = arg;

	table_text(t, cmd_str(d, "name"));
	table_text(t, cmd_str(d, "alias_of"));
	table_text(t, json_is_true(json_object_get(d, "locked")) ? "locked" :
	    "");
}

int
cmd_domain_list(struct cmd *c)
{
	static const char *const heads[] = { "domain", "alias of", "state" };
	struct table t;
	int code;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	table_begin(&t, heads, 3);
	code = cmd_pages(c, json_object(), "domains", add_domain, &t);
	table_end(&t, c->json || (code != 0 && t.n == 0) ? NULL : stdout);
	return code;
}

/* add, lock, unlock: one name, nothing to tell. */
int
cmd_domain_name(struct cmd *c)
{
	if (c->argc != 1)
		return cmd_usage(c, "needs the NAME of one domain");
	return cmd_do(c, json_pack("{s:s}", "name", c->argv[0]));
}

int
cmd_domain_remove(struct cmd *c)
{
	json_t *result;
	int code = 0;

	if (c->argc != 1)
		return cmd_usage(c, "needs the NAME of one domain");
	result = cmd_ask(c, c->verb->verb, json_pack("{s:s, s:b}", "name",
	    c->argv[0], "force", c->force), &code);
	if (!c->json && cmd_str(result, "note")[0] != '\0') {
		print_safe(stdout, cmd_str(result, "note"));
		printf("\n");
	}
	json_decref(result);
	return code;
}

int
cmd_domain_stat(struct cmd *c)
{
	static const char *const heads[] = { "what", ">value" };
	json_t *result, *v, *alias;
	const char *key;
	struct table t;
	size_t i;
	int code = 0;

	if (c->argc > 1)
		return cmd_usage(c, "needs the NAME of one domain, or none");
	result = cmd_ask(c, c->verb->verb, c->argc == 0 ? NULL :
	    json_pack("{s:s}", "name", c->argv[0]), &code);
	table_begin(&t, heads, 2);
	json_object_foreach(result, key, v) {
		if (json_is_integer(v)) {
			table_text(&t, key);
			table_number(&t, json_integer_value(v));
		} else if (json_is_true(v)) {
			table_text(&t, key);
			table_text(&t, "yes");
		}
		json_array_foreach(v, i, alias) {
			table_text(&t, "alias");
			table_text(&t, json_string_value(alias));
		}
	}
	table_end(&t, result == NULL || c->json ? NULL : stdout);
	json_decref(result);
	return code;
}

int
cmd_domain_alias(struct cmd *c)
{
	if (c->argc != 2)
		return cmd_usage(c, "needs the ALIAS, then the domain's NAME");
	return cmd_do(c, json_pack("{s:s, s:s}", "alias", c->argv[0], "name",
	    c->argv[1]));
}

int
cmd_domain_unalias(struct cmd *c)
{
	if (c->argc != 1)
		return cmd_usage(c, "needs the ALIAS");
	return cmd_do(c, json_pack("{s:s}", "alias", c->argv[0]));
}
