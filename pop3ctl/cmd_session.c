/*
 * cmd_session.c - session list, show, kill
 */
#include <stdlib.h>

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

static void
add_session(void *arg, const json_t *s)
{
	struct table *t = arg;
	char text[PRINT_TEXT];

	table_text(t, cmd_str(s, "id"));
	table_text(t, cmd_str(s, "listener"));
	table_text(t, cmd_str(s, "peer"));
	table_text(t, cmd_str(s, "state"));
	table_text(t, cmd_str(s, "user"));
	table_text(t, cmd_str(s, "tls"));
	table_text(t, print_age(cmd_int(s, "idle"), text));
	table_number(t, cmd_int(s, "messages"));
	table_text(t, print_size(cmd_int(s, "octets_out"), text));
}

int
cmd_session_list(struct cmd *c)
{
	static const char *const heads[] = { "id", "listener", "peer",
		"state", "user", "tls", ">idle", ">messages", ">sent" };
	struct table t;
	int code;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	table_begin(&t, heads, 9);
	code = cmd_pages(c, json_object(), "sessions", add_session, &t);
	table_end(&t, c->json || (code != 0 && t.n == 0) ? NULL : stdout);
	return code;
}

/* Members in the order of the server, whatever they are. */
int
cmd_session_show(struct cmd *c)
{
	static const char *const heads[] = { "what", "value" };
	const char *key;
	json_t *s, *v;
	struct table t;
	char *text;
	int code = 0;

	if (c->argc != 1)
		return cmd_usage(c, "needs the ID of one session");
	s = cmd_ask(c, c->verb->verb, json_pack("{s:s}", "id", c->argv[0]),
	    &code);
	if (s == NULL || c->json) {
		json_decref(s);
		return code;
	}
	table_begin(&t, heads, 2);
	json_object_foreach(s, key, v) {
		table_text(&t, key);
		text = json_is_string(v) ? NULL :
		    json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
		table_text(&t, text == NULL ? json_string_value(v) : text);
		free(text);
	}
	table_end(&t, stdout);
	json_decref(s);
	return 0;
}

int
cmd_session_kill(struct cmd *c)
{
	json_t *ids = json_array(), *result, *id;
	int i, code = 0;
	size_t n;

	if (c->argc == 0) {
		json_decref(ids);
		return cmd_usage(c, "needs the ID of a session");
	}
	for (i = 0; i < c->argc; i++)
		if (json_array_append_new(ids, json_string(c->argv[i])) < 0)
			code = cmd_fail(c, CTL_BAD_VALUE, c->argv[i]);
	result = cmd_ask(c, c->verb->verb, json_pack("{s:o}", "ids", ids),
	    &code);
	json_array_foreach(json_object_get(result, "unknown"), n, id) {
		fprintf(stderr, "pop3ctl: no such session: ");
		print_value(stderr, id);
		fputc('\n', stderr);
		code = CTL_NOT_FOUND;
	}
	json_decref(result);
	return code;
}
