/*
 * cmd_log.c - log follow, level, debug
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

static void
put(json_t *args, const char *key, const char *text)
{
	if (text != NULL)
		(void)json_object_set_new(args, key, json_string(text));
}

/* A line is printable as the server made it; if it is not, it is not the
 * server's. */
static void
print_line(const char *line)
{
	if (line[strcspn(line, "\033\r\n")] == '\0' &&
	    strspn(line, " !\"#$%&'()*+,-./0123456789:;<=>?@"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz"
	    "{|}~") == strlen(line))
		fputs(line, stdout);
	else
		print_safe(stdout, line);
	putchar('\n');
}

static void
print_more(const struct cmd *c, const json_t *reply)
{
	const json_t *result = json_object_get(reply, "result");
	int64_t lost = cmd_int(reply, "lost");

	if (lost > 0 && c->json)
		printf("{\"lost\":%" PRId64 "}\n", lost);
	else if (lost > 0)
		fprintf(stderr, "pop3ctl: log follow: %" PRId64 " lines lost\n",
		    lost);
	if (json_object_size(result) > 0 && c->json) {
		json_dumpf(result, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
		putchar('\n');
	} else if (json_object_size(result) > 0) {
		print_line(cmd_str(result, "line"));
	}
	fflush(stdout);
}

int
cmd_log_follow(struct cmd *c)
{
	json_t *args = json_object();

	if (c->argc > 0) {
		json_decref(args);
		return cmd_usage(c, "too many words");
	}
	put(args, "level", c->level);
	put(args, "event", c->event);
	put(args, "user", c->user);
	put(args, "peer", c->peer);
	put(args, "session", c->session);
	put(args, "listener", c->listener);
	put(args, "format", c->json ? "json" : "text");
	return cmd_stream(c, args, print_more);
}

static void
print_targets(const json_t *list)
{
	static const char *const heads[] = { ">target", "to", "level",
		"where" };
	struct table t;
	json_t *v;
	size_t i;

	table_begin(&t, heads, 4);
	json_array_foreach(list, i, v) {
		table_number(&t, cmd_int(v, "n"));
		table_text(&t, cmd_str(v, "to"));
		table_text(&t, cmd_str(v, "level"));
		table_text(&t, cmd_str(v, "where"));
	}
	table_end(&t, stdout);
}

int
cmd_log_level(struct cmd *c)
{
	json_t *args = json_object(), *v;
	int code = 0;

	if (c->argc > 1 || (c->argc == 0 && (c->target != NULL ||
	    c->runtime))) {
		json_decref(args);
		return cmd_usage(c, c->argc > 1 ? "too many words" :
		    "needs a level to set");
	}
	if (c->argc == 1) {
		put(args, "level", c->argv[0]);
		put(args, "target", c->target);
		(void)json_object_set_new(args, "runtime",
		    json_boolean(c->runtime));
	}
	v = cmd_ask(c, c->verb->verb, args, &code);
	if (v != NULL && !c->json && c->argc == 0)
		print_targets(json_object_get(v, "targets"));
	json_decref(v);
	return code;
}

static void
print_rules(const json_t *list)
{
	static const char *const heads[] = { "what", "value", ">ends in" };
	char text[PRINT_TEXT];
	struct table t;
	json_t *v;
	size_t i;

	table_begin(&t, heads, 3);
	json_array_foreach(list, i, v) {
		table_text(&t, cmd_str(v, "what"));
		table_text(&t, cmd_str(v, "value"));
		table_text(&t, print_age(cmd_int(v, "seconds"), text));
	}
	table_end(&t, stdout);
}

static int
debug_args(struct cmd *c, json_t *args)
{
	int64_t ms;

	put(args, "account", c->account);
	put(args, "address", c->address);
	put(args, "listener", c->listener);
	put(args, "session", c->session);
	if (c->duration == NULL)
		return 0;
	if (num_duration(c->duration, &ms) < 0 || ms < 1000)
		return -1;
	return json_object_set_new(args, "for",
	    json_integer((json_int_t)(ms / 1000)));
}

int
cmd_log_debug(struct cmd *c)
{
	json_t *args = json_object(), *v;
	const char *word = c->argc == 1 ? c->argv[0] : "";
	int code = 0;

	if (debug_args(c, args) < 0)
		code = cmd_usage(c, "--for: expected a time as 10m");
	else if (c->argc > 1 || (word[0] != '\0' &&
	    strcmp(word, "off") != 0 && strcmp(word, "list") != 0) ||
	    (word[0] != '\0' && json_object_size(args) > 0))
		code = cmd_usage(c, "expected whom to debug, or off or list "
		    "alone");
	if (code != 0) {
		json_decref(args);
		return code;
	}
	if (strcmp(word, "off") == 0)
		(void)json_object_set_new(args, "off", json_true());
	v = cmd_ask(c, c->verb->verb, args, &code);
	if (v != NULL && !c->json && strcmp(word, "off") != 0)
		print_rules(json_object_get(v, "rules"));
	json_decref(v);
	return code;
}
