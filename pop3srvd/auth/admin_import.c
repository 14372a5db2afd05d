/*
 * admin_import.c - account.import and account.export
 *
 * Lines are read, and passwords hashed, before the transaction begins: the
 * database is held for writing only as long as writing takes.
 *
 * Runs in: auth.  Trusts: front for who may ask, nothing for what.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/acct/import.h"
#include "lib/base/json.h"
#include "lib/base/mem.h"

#include "pop3srvd/auth/admin_own.h"

#define LINES_MAX	32768		/* a 64 KiB request cannot have more */

struct batch {
	struct acct_account *rows;
	size_t n;
	json_t *faults;
	size_t octets;		/* of the faults in the reply */
	int64_t next;		/* the line that they left no room for, or 0 */
	int64_t added, updated;
};

static int
add_fault(struct batch *t, int64_t line, const char *text, struct err *e)
{
	json_t *v = json_pack("{s:I, s:s}", "line", (json_int_t)line, "text",
	    text);
	size_t n = v == NULL ? 0 : json_dumpb(v, NULL, 0, JSON_COMPACT) + 1;

	if (n > 0 && t->octets + n > ADMIN_LIST_OCTETS) {
		t->next = line;
		json_decref(v);
		return 0;
	}
	t->octets += n;
	if (v == NULL || json_array_append_new(t->faults, v) < 0)
		return err_set(e, ERR_TEMP, "no memory for the faults");
	return 0;
}

/* One line into the next row, or into the faults. */
static int
read_line(struct admin *a, struct batch *t, const json_t *text,
    int64_t number, struct err *e)
{
	struct span line = span_mem(json_string_value(text),
	    json_string_length(text));
	struct err fault;
	int r;

	err_clear(&fault);
	if (!json_is_string(text))
		return add_fault(t, number, "not a string", e);
	r = import_line(line, a->default_domain, a->pw, &t->rows[t->n],
	    &fault);
	if (r < 0 && fault.class == ERR_CONFIG)
		return add_fault(t, number, fault.text, e);
	if (r < 0) {
		if (e != NULL)
			*e = fault;
		return -1;
	}
	t->rows[t->n].created = t->rows[t->n].changed = a->now;
	t->rows[t->n].keep_old = a->rules.history;
	t->n += (size_t)r;
	return 0;
}

static int
read_lines(struct admin *a, struct batch *t, const json_t *lines,
    int64_t first, struct err *e)
{
	json_t *line;
	size_t i;

	json_array_foreach(lines, i, line) {
		if (read_line(a, t, line, first + (int64_t)i, e) < 0)
			return -1;
		if (t->next != 0)
			break;
	}
	return 0;
}

static int
write_rows(struct acct_backend *b, struct batch *t, struct err *e)
{
	const struct acct_admin *ops = b->ops->admin;
	bool added;
	size_t i;

	if (t->n == 0)
		return 0;
	if (ops->begin(b, e) < 0)
		return -1;
	for (i = 0; i < t->n; i++) {
		if (ops->put(b, &t->rows[i], &added, e) < 0) {
			ops->rollback(b);
			return -1;
		}
		t->added += added;
		t->updated += !added;
	}
	return ops->commit(b, e);
}

static json_t *
import(struct admin *a, struct acct_backend *b, const json_t *lines,
    int64_t first, struct err *e)
{
	size_t n = json_array_size(lines);
	struct batch t = { .n = 0 };
	json_t *v = NULL;

	t.faults = json_array();
	t.rows = mem_new(n, sizeof(*t.rows));
	if (t.faults == NULL || t.rows == NULL)
		admin_result(NULL, e);
	else if (read_lines(a, &t, lines, first, e) == 0 &&
	    write_rows(b, &t, e) == 0)
		v = admin_result(json_pack("{s:I, s:I, s:O}",
		    "added", (json_int_t)t.added,
		    "updated", (json_int_t)t.updated, "faults", t.faults), e);
	if (v != NULL && t.next != 0 && json_object_set_new(v, "next",
	    json_integer((json_int_t)t.next)) < 0) {
		json_decref(v);
		v = admin_result(NULL, e);
	}
	if (t.rows != NULL)
		mem_wipe(t.rows, n * sizeof(*t.rows));
	free(t.rows);
	json_decref(t.faults);
	return v;
}

json_t *
admin_account_import(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	const json_t *lines = json_object_get(args, "lines");
	int64_t first;

	if (!json_is_array(lines) || json_array_size(lines) > LINES_MAX) {
		err_set(e, ERR_CONFIG, "lines: a list of at most %d lines",
		    LINES_MAX);
		return NULL;
	}
	if (json_int(args, "first", 1, &first, e) < 0)
		return NULL;
	if (first < 0 || first > INT64_MAX - LINES_MAX) {
		err_set(e, ERR_CONFIG, "first: the number of a line");
		return NULL;
	}
	return import(a, b, lines, first, e);
}

static bool
add_line(const struct acct_account *a, void *arg)
{
	json_t *v = NULL;
	struct buf line;

	buf_init(&line, NAMES_MAX + ACCT_HASH + 8);
	if (import_write(a, &line) == 0)
		v = json_stringn(buf_data(&line), buf_len(&line));
	buf_wipe(&line);
	return admin_list_add(arg, v, a->name);
}

json_t *
admin_account_export(struct admin *a, struct acct_backend *b,
    const json_t *args, struct err *e)
{
	struct acct_page page = { .domain = "" };
	struct admin_list l;
	int r;

	(void)a;
	if (admin_list_begin(&l, args, &page.after, e) < 0)
		return NULL;
	page.limit = l.limit + 1;
	r = b->ops->admin->list(b, &page, add_line, &l, e);
	return admin_list_end(&l, r, "lines", e);
}
