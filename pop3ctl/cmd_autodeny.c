/*
 * cmd_autodeny.c - autodeny list, add, remove, clear
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/num.h"

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"

static void
add_row(void *arg, const json_t *v)
{
	json_array_append(arg, (json_t *)(uintptr_t)v);
}

/* The newest last, where the eye is. */
static int
by_since(const void *va, const void *vb)
{
	json_t *const *a = va, *const *b = vb;
	int64_t d = cmd_int(*a, "since") - cmd_int(*b, "since");

	if (d != 0)
		return d < 0 ? -1 : 1;
	return strcmp(cmd_str(*a, "address"), cmd_str(*b, "address"));
}

static void
print_row(struct table *t, const json_t *v)
{
	char text[PRINT_TEXT];

	table_text(t, cmd_str(v, "address"));
	table_text(t, cmd_str(v, "reason"));
	table_text(t, print_time(cmd_int(v, "since"), text));
	table_text(t, json_is_integer(json_object_get(v, "expires")) ?
	    print_time(cmd_int(v, "expires"), text) : "restart");
	table_number(t, cmd_int(v, "hits"));
}

static void
print_rows(const json_t *rows)
{
	static const char *const heads[] = { "address", "reason", "since",
		"until", ">hits" };
	size_t i, n = json_array_size(rows);
	json_t **at = calloc(n + 1, sizeof(*at));
	struct table t;

	if (at == NULL)
		return;
	for (i = 0; i < n; i++)
		at[i] = json_array_get(rows, i);
	qsort(at, n, sizeof(*at), by_since);
	table_begin(&t, heads, 5);
	for (i = 0; i < n; i++)
		print_row(&t, at[i]);
	table_end(&t, stdout);
	free(at);
}

int
cmd_autodeny_list(struct cmd *c)
{
	json_t *rows = json_array();
	int code;

	if (c->argc > 0) {
		json_decref(rows);
		return cmd_usage(c, "too many words");
	}
	code = cmd_pages(c, json_object(), "addresses", add_row, rows);
	if (!c->json && (code == 0 || json_array_size(rows) > 0))
		print_rows(rows);
	json_decref(rows);
	return code;
}

int
cmd_autodeny_add(struct cmd *c)
{
	int64_t ms = 0;

	if (c->argc != 1)
		return cmd_usage(c, "needs one ADDRESS");
	if (c->duration != NULL && (num_duration(c->duration, &ms) < 0 ||
	    ms < 1000))
		return cmd_fail(c, CTL_BAD_VALUE, "--for: a duration such as "
		    "90s, 15m, 1h or 7d");
	return cmd_do(c, json_pack("{s:s, s:I}", "address", c->argv[0],
	    "for", (json_int_t)(ms / 1000)));
}

int
cmd_autodeny_remove(struct cmd *c)
{
	if (c->argc != 1)
		return cmd_usage(c, "needs one ADDRESS");
	return cmd_do(c, json_pack("{s:s}", "address", c->argv[0]));
}

int
cmd_autodeny_clear(struct cmd *c)
{
	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	return cmd_do(c, NULL);
}
