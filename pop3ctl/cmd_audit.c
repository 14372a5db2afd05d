/*
 * cmd_audit.c - audit show, verify; also of a file that was put away
 */
#include <stdlib.h>
#include <string.h>

#include "lib/base/audit.h"
#include "lib/base/audit_lines.h"

#include "pop3ctl/cmd.h"
#include "pop3ctl/print.h"
#include "pop3ctl/when.h"

#define BLOCK	((size_t)64 * 1024)

static void
print_record(const json_t *r)
{
	const char *user = cmd_str(r, "user");
	json_t *args = json_object_get(r, "args");

	printf("%lld ", (long long)cmd_int(r, "seq"));
	print_safe(stdout, cmd_str(r, "time"));
	putchar(' ');
	print_safe(stdout, user);
	printf(user[0] != '\0' ? "(%lld) " : "uid=%lld ",
	    (long long)cmd_int(r, "uid"));
	print_safe(stdout, cmd_str(r, "role"));
	putchar(' ');
	print_safe(stdout, cmd_str(r, "verb"));
	putchar(' ');
	print_safe(stdout, cmd_str(r, "result"));
	if (json_object_size(args) > 0) {
		putchar(' ');
		print_value(stdout, args);
	}
	if (cmd_int(r, "missed") > 0)
		printf(" (%lld refusals before it are not shown)",
		    (long long)cmd_int(r, "missed"));
	putchar('\n');
}

/* One reply as the server would print it. */
static void
print_reply(json_t *result)
{
	json_t *v = json_pack("{s:i, s:i, s:b, s:o}", "v", CTL_VERSION, "id",
	    0, "ok", 1, "result", result);

	json_dumpf(v, stdout, JSON_COMPACT | JSON_ENSURE_ASCII);
	putchar('\n');
	json_decref(v);
}

/* The lines of a file, one by one; 0 or an exit code. */
static int
read_file(struct cmd *c, struct audit_lines *l,
    int (*fn)(struct span line, void *arg), void *arg)
{
	FILE *f = fopen(c->file, "re");
	char *block = malloc(BLOCK), text[400];
	size_t n = 1;

	audit_lines_begin(l, 0);
	while (f != NULL && block != NULL && n > 0) {
		n = fread(block, 1, BLOCK, f);
		if (audit_lines_feed(l, span_mem(block, n), fn, arg) < 0)
			break;
	}
	free(block);
	if (f == NULL || ferror(f)) {
		snprintf(text, sizeof(text), "%.300s: cannot be read",
		    c->file);
		if (f != NULL)
			fclose(f);
		return cmd_fail(c, CTL_NOT_FOUND, text);
	}
	fclose(f);
	return 0;
}

static int
check_line(struct span line, void *arg)
{
	struct audit_check *k = arg;

	audit_check_line(k, line);
	return k->fault == AUDIT_GOOD ? 0 : -1;
}

static json_t *
verify_file(struct cmd *c, int *code_r)
{
	struct audit_check k;
	struct audit_lines l;
	json_t *v;

	audit_check_begin(&k, c->head);
	*code_r = read_file(c, &l, check_line, &k);
	audit_check_end(&k, audit_lines_rest(&l));
	audit_lines_end(&l);
	if (*code_r != 0)
		return NULL;
	v = json_pack("{s:b, s:I, s:I, s:I, s:s, s:I}",
	    "good", k.fault == AUDIT_GOOD,
	    "records", (json_int_t)(k.lines - k.torn),
	    "first", (json_int_t)k.first, "last", (json_int_t)k.end.seq,
	    "head", k.end.hash, "torn", (json_int_t)k.torn);
	if (k.fault != AUDIT_GOOD)
		(void)json_object_set_new(v, "fault", json_pack("{s:I, s:s}",
		    "line", (json_int_t)k.line, "text",
		    audit_fault_text(k.fault)));
	if (c->json)
		print_reply(json_incref(v));
	return v;
}

static int
judge(struct cmd *c, const json_t *v)
{
	json_t *fault = json_object_get(v, "fault");
	char text[200];

	if (json_is_true(json_object_get(v, "good"))) {
		if (!c->json)
			printf("%lld records, %lld to %lld, are one chain\n"
			    "head %.64s\n", (long long)cmd_int(v, "records"),
			    (long long)cmd_int(v, "first"),
			    (long long)cmd_int(v, "last"), cmd_str(v, "head"));
		return 0;
	}
	snprintf(text, sizeof(text), "record %lld: %.120s",
	    (long long)cmd_int(fault, "line"), cmd_str(fault, "text"));
	return cmd_fail(c, CTL_NO, text);
}

int
cmd_audit_verify(struct cmd *c)
{
	json_t *args = json_object(), *v;
	int code = 0;

	if (c->argc > 0 || (c->head != NULL && strlen(c->head) !=
	    AUDIT_HASH)) {
		json_decref(args);
		return cmd_usage(c, c->argc > 0 ? "too many words" :
		    "--head: a hash has 64 digits");
	}
	if (c->head != NULL)
		(void)json_object_set_new(args, "head", json_string(c->head));
	if (c->file != NULL) {
		json_decref(args);
		v = verify_file(c, &code);
	} else {
		v = cmd_ask(c, c->verb->verb, args, &code);
	}
	if (v != NULL)
		code = judge(c, v);
	json_decref(v);
	return code;
}

/* What is shown of a file: all, or the last of a ring. */
struct view {
	struct cmd *c;
	struct audit_filter filter;
	size_t limit, seen;	/* limit 0: all, at once */
	json_t **last;
};

static void
show(struct cmd *c, json_t *r)
{
	if (c->json)
		print_reply(json_pack("{s:[O]}", "records", r));
	else
		print_record(r);
}

static int
view_line(struct span line, void *arg)
{
	struct view *w = arg;
	json_t *r = audit_wanted(&w->filter, line);

	if (r != NULL && w->limit == 0) {
		show(w->c, r);
	} else if (r != NULL) {
		json_decref(w->last[w->seen % w->limit]);
		w->last[w->seen++ % w->limit] = json_incref(r);
	}
	json_decref(r);
	return 0;
}

static int
show_file(struct cmd *c, int64_t since, int64_t limit)
{
	struct view w = { .c = c, .limit = (size_t)limit,
		.filter = { since * 1000, c->user, c->verb_name } };
	struct audit_lines l;
	size_t i;
	int code;

	w.last = calloc(w.limit + 1, sizeof(*w.last));
	if (w.last == NULL)
		return cmd_fail(c, CTL_TRY_AGAIN, "no memory");
	code = read_file(c, &l, view_line, &w);
	audit_lines_end(&l);
	for (i = 0; i < w.limit; i++) {
		json_t *r = w.last[(w.seen + i) % w.limit];

		if (r != NULL)
			show(c, r);
		json_decref(r);
	}
	free(w.last);
	return code;
}

/* "last" belongs to the first page alone. */
static int
show_live(struct cmd *c, json_t *args)
{
	json_t *page, *next, *r;
	int code = 0;
	size_t i;

	for (; args != NULL; args = next) {
		next = json_deep_copy(args);
		page = cmd_ask(c, c->verb->verb, args, &code);
		if (!c->json)
			json_array_foreach(json_object_get(page, "records"),
			    i, r)
				print_record(r);
		(void)json_object_del(next, "last");
		if (json_object_set(next, "after",
		    json_object_get(page, "next")) < 0) {
			json_decref(next);
			next = NULL;
		}
		json_decref(page);
	}
	return code;
}

int
cmd_audit_show(struct cmd *c)
{
	int64_t since = 0, limit = 0;
	json_t *args;

	if (c->argc > 0)
		return cmd_usage(c, "too many words");
	if (c->since != NULL && when_read(c->since, &since) < 0)
		return cmd_usage(c, "--since: expected a time as 2h, 7d, "
		    "2026-11-21 or 2026-11-21T16:30");
	if (c->limit != NULL && ((limit = strtol(c->limit, NULL, 10)) < 1 ||
	    limit > 1000))
		return cmd_usage(c, "--limit: expected 1 to 1000");
	if (c->file != NULL)
		return show_file(c, since, limit);
	args = json_pack("{s:I}", "since", (json_int_t)since);
	if (limit > 0)
		(void)json_object_set_new(args, "last", json_integer(limit));
	if (c->user != NULL)
		(void)json_object_set_new(args, "user", json_string(c->user));
	if (c->verb_name != NULL)
		(void)json_object_set_new(args, "verb",
		    json_string(c->verb_name));
	return show_live(c, args);
}
