/*
 * cmd_top.c - stats, and top: the same over and over
 */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"

#include "pop3ctl/print.h"
#include "pop3ctl/top.h"

#define INTERVAL	2000		/* ms */
#define INTERVAL_LEAST	100
#define INTERVAL_MOST	3600000
#define COUNT_MOST	1000000000
#define BUSIEST		20
#define HEAD_EVERY	20		/* lines */

static void
print_group(const json_t *group, const char *head)
{
	const char *const heads[] = { head, ">number" };
	struct table t;
	const char *key;
	json_t *v;

	table_begin(&t, heads, 2);
	json_object_foreach((json_t *)(uintptr_t)group, key, v) {
		table_text(&t, key);
		table_number(&t, (int64_t)json_integer_value(v));
	}
	table_end(&t, stdout);
	printf("\n");
}

static void
print_commands(const json_t *list)
{
	static const char *const heads[] = { "command", ">number",
		">total ms", ">slowest ms" };
	struct table t;
	json_t *v;
	size_t i;

	table_begin(&t, heads, 4);
	json_array_foreach(list, i, v) {
		table_text(&t, cmd_str(v, "verb"));
		table_number(&t, cmd_int(v, "count"));
		table_number(&t, cmd_int(v, "total_us") / 1000);
		table_number(&t, cmd_int(v, "slowest_us") / 1000);
	}
	table_end(&t, stdout);
}

int
cmd_stats(struct cmd *c)
{
	char age[PRINT_TEXT], since[PRINT_TEXT];
	json_t *s;
	int code = 0;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	s = cmd_ask(c, "stats", NULL, &code);
	if (s != NULL && !c->json) {
		printf("counted since %s (%s)\n\n",
		    print_time(cmd_int(s, "since"), since),
		    print_age(cmd_int(s, "uptime"), age));
		print_group(json_object_get(s, "metrics"), "what");
		print_group(json_object_get(s, "refused"), "refused because");
		print_commands(json_object_get(s, "commands"));
	}
	json_decref(s);
	return code;
}

static json_t *
question(void)
{
	return json_pack("{s:i}", "sessions", BUSIEST);
}

static int64_t
mono(void)
{
	struct moment m;

	clock_read(&m);
	return m.mono;
}

/* Quietly: on a screen there is no place for messages. */
static json_t *
ask(struct cmd *c, const char *verb, json_t *args)
{
	json_t *reply, *result = NULL;
	struct err e;

	if (c->client == NULL)
		c->client = client_open(c->socket, &e);
	if (c->client == NULL) {
		json_decref(args);
		return NULL;
	}
	reply = client_ask(c->client, verb, args, &e);
	if (json_is_true(json_object_get(reply, "ok")))
		result = json_incref(json_object_get(reply, "result"));
	if (result != NULL && c->json && strcmp(verb, "stats") == 0) {
		json_dumpf(reply, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
		printf("\n");
	}
	json_decref(reply);
	return result;
}

int
top_sample(struct top *t)
{
	json_t *now = ask(t->c, "stats", question());
	json_t *denied = now == NULL ? NULL : ask(t->c, "autodeny.list", NULL);

	if (denied == NULL) {
		json_decref(now);
		return -1;
	}
	json_decref(t->before);
	json_decref(t->denied);
	t->before = t->now;
	t->before_at = t->now_at;
	t->now = now;
	t->now_at = mono();
	t->denied = json_incref(json_object_get(denied, "addresses"));
	json_decref(denied);
	return 0;
}

int
top_why(struct top *t)
{
	int code = 0;

	client_free(&t->c->client);
	json_decref(cmd_ask(t->c, "stats", question(), &code));
	return code == 0 ? cmd_fail(t->c, CTL_TRY_AGAIN,
	    "the server did not answer in time") : code;
}

static void
pause_for(int64_t ms)
{
	int64_t due = mono() + ms, left;

	while ((left = due - mono()) > 0)
		if (poll(NULL, 0, (int)left) < 0 && errno != EINTR)
			return;
}

/* count < 0: for ever. */
static int
plain(struct top *t, int64_t count)
{
	int64_t n;

	if (top_sample(t) < 0)
		return top_why(t);
	for (n = 0; count < 0 || n < count; n++) {
		if (!t->c->json && n % HEAD_EVERY == 0)
			top_line_head(stdout);
		pause_for(t->interval);
		if (top_sample(t) < 0)
			return top_why(t);
		if (!t->c->json)
			top_line(stdout, t);
		if (fflush(stdout) != 0)
			return 0;	/* whoever read it has gone */
	}
	return 0;
}

static int
run(struct top *t, int64_t count)
{
	int code = -1;

	if (count < 0 && !t->c->json && isatty(STDIN_FILENO) &&
	    isatty(STDOUT_FILENO))
		code = top_screen(t);
	return code >= 0 ? code : plain(t, count);
}

int
cmd_top(struct cmd *c)
{
	struct top t = { .c = c, .interval = INTERVAL };
	uint64_t count = 0;
	int code;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	if (c->interval != NULL && (num_duration(c->interval, &t.interval) <
	    0 || t.interval < INTERVAL_LEAST || t.interval > INTERVAL_MOST))
		return cmd_fail(c, CTL_BAD_VALUE, "--interval: seconds, or a "
		    "duration from 100ms to 1h");
	if (c->count != NULL && (num_u64(span_of(c->count), COUNT_MOST,
	    &count) < 0 || count == 0))
		return cmd_fail(c, CTL_BAD_VALUE, "--count: a number from 1");
	code = run(&t, c->count == NULL ? -1 : (int64_t)count);
	json_decref(t.now);
	json_decref(t.before);
	json_decref(t.denied);
	return code;
}
