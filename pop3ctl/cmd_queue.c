/*
 * cmd_queue.c - queue list, show, retry, remove; queue badmail …
 */
#include <stdlib.h>

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

static void
add_mail(void *arg, const json_t *m)
{
	struct table *t = arg;
	char text[PRINT_TEXT];

	table_text(t, cmd_str(m, "id"));
	table_text(t, cmd_str(m, "state"));
	table_text(t, cmd_str(m, "account"));
	table_number(t, cmd_int(m, "recipients"));
	table_text(t, print_size(cmd_int(m, "octets"), text));
	table_text(t, print_age(cmd_int(m, "age"), text));
	table_number(t, cmd_int(m, "attempts"));
	table_text(t, print_age(cmd_int(m, "next"), text));
	table_text(t, cmd_str(m, "answer"));
}

int
cmd_queue_list(struct cmd *c)
{
	static const char *const heads[] = { "id", "state", "account",
		">to", ">size", ">age", ">tries", ">next in", "last answer" };
	struct table t;
	int code;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	table_begin(&t, heads, 9);
	code = cmd_pages(c, json_object(), "messages", add_mail, &t);
	table_end(&t, c->json || (code != 0 && t.n == 0) ? NULL : stdout);
	return code;
}

static void
print_recipients(const json_t *list)
{
	static const char *const heads[] = { "recipient", "state",
		"last answer" };
	struct table t;
	json_t *v;
	size_t i;

	table_begin(&t, heads, 3);
	json_array_foreach(list, i, v) {
		table_text(&t, cmd_str(v, "address"));
		table_text(&t, cmd_str(v, "state"));
		table_text(&t, cmd_str(v, "answer"));
	}
	table_end(&t, stdout);
}

int
cmd_queue_show(struct cmd *c)
{
	static const char *const texts[] = { "id", "state", "sender",
		"account", "session", "peer" };
	char text[PRINT_TEXT];
	json_t *m;
	size_t i;
	int code = 0;

	if (c->argc != 1)
		return cmd_usage(c, "needs the ID of one message");
	m = cmd_ask(c, c->verb->verb, json_pack("{s:s}", "id", c->argv[0]),
	    &code);
	if (m == NULL || c->json) {
		json_decref(m);
		return code;
	}
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		printf("%-9s ", texts[i]);
		print_safe(stdout, cmd_str(m, texts[i]));
		putchar('\n');
	}
	printf("%-9s %s\n", "accepted", print_time(cmd_int(m, "created"),
	    text));
	printf("%-9s %s\n", "size", print_size(cmd_int(m, "octets"), text));
	printf("%-9s %lld\n", "tries", (long long)cmd_int(m, "attempts"));
	printf("%-9s %s\n", "next in", print_age(cmd_int(m, "next"), text));
	print_recipients(json_object_get(m, "recipients"));
	json_decref(m);
	return 0;
}

/* Ids that were not there are told one by one. */
static int
ask_ids(struct cmd *c)
{
	json_t *ids = json_array(), *result, *id;
	int i, code = 0;
	size_t n;

	for (i = 0; i < c->argc; i++)
		if (json_array_append_new(ids, json_string(c->argv[i])) < 0)
			code = cmd_fail(c, CTL_BAD_VALUE, c->argv[i]);
	result = cmd_ask(c, c->verb->verb, json_pack("{s:o}", "ids", ids),
	    &code);
	json_array_foreach(json_object_get(result, "unknown"), n, id) {
		fprintf(stderr, "pop3ctl: no such message: ");
		print_value(stderr, id);
		fputc('\n', stderr);
		code = CTL_NOT_FOUND;
	}
	json_decref(result);
	return code;
}

int
cmd_queue_some(struct cmd *c)
{
	if (c->argc == 0)
		return cmd_usage(c, "needs the ID of a message");
	return ask_ids(c);
}

int
cmd_queue_retry(struct cmd *c)
{
	return c->argc == 0 ? cmd_do(c, json_object()) : ask_ids(c);
}
