/*
 * test_audit.c - a chain of records, and what a change to it looks like
 */
#include <stdio.h>
#include <string.h>

#include "lib/base/audit.h"
#include "lib/base/json.h"

#include "t/unit/unit.h"

#define RECORDS		5
#define ROOM		(1 << 20)

static json_t *
members(const char *verb, json_t *args)
{
	return json_pack("{s:s, s:i, s:s, s:s, s:o, s:s}",
	    "time", "2026-11-21T22:00:00.000Z", "uid", 1000, "user", "anna",
	    "verb", verb, "args", args, "result", "ok");
}

static void
put(struct audit_end *end, const char *verb, json_t *args, struct buf *b)
{
	json_t *m = members(verb, args);

	ck_assert_int_eq(audit_write(end, m, b), 0);
	json_decref(m);
}

/* A file of RECORDS records, and where each line begins. */
struct sample {
	struct buf b;
	struct audit_end end, ends[RECORDS];
	size_t at[RECORDS + 1];
};

static void
make(struct sample *s)
{
	int i;

	buf_init(&s->b, ROOM);
	audit_none(&s->end);
	for (i = 0; i < RECORDS; i++) {
		s->at[i] = buf_len(&s->b);
		put(&s->end, "deny.add", json_pack("{s:i}", "n", i), &s->b);
		s->ends[i] = s->end;
	}
	s->at[RECORDS] = buf_len(&s->b);
}

static struct audit_check
verify(struct span file, const char *head)
{
	struct audit_check c;
	const char *lf;

	audit_check_begin(&c, head);
	while ((lf = memchr(file.ptr, '\n', file.len)) != NULL) {
		audit_check_line(&c, span_mem(file.ptr,
		    (size_t)(lf - file.ptr)));
		file.len -= (size_t)(lf - file.ptr) + 1;
		file.ptr = lf + 1;
	}
	audit_check_end(&c, file);
	return c;
}

static struct span
line_of(const struct sample *s, int i)
{
	return span_mem(buf_data(&s->b) + s->at[i], s->at[i + 1] - s->at[i]);
}

/* The lines in this order, each a digit. */
static struct audit_check
verify_order(const struct sample *s, const char *order, const char *head)
{
	struct audit_check c;
	struct span line;
	struct buf b;

	buf_init(&b, ROOM);
	for (; *order != '\0'; order++) {
		line = line_of(s, *order - '1');
		ck_assert_int_eq(buf_add(&b, line.ptr, line.len), 0);
	}
	c = verify(buf_span(&b), head);
	buf_free(&b);
	return c;
}

START_TEST(a_whole_chain_is_good)
{
	struct audit_check c;
	struct sample s;

	make(&s);
	c = verify(buf_span(&s.b), s.end.hash);
	ck_assert_int_eq(c.fault, AUDIT_GOOD);
	ck_assert_uint_eq(c.lines, RECORDS);
	ck_assert_uint_eq(c.first, 1);
	ck_assert_uint_eq(c.end.seq, RECORDS);
	ck_assert_str_eq(c.end.hash, s.end.hash);
	buf_free(&s.b);
}
END_TEST

/* What the manual says, with other tools' eyes: hash covers the line's octets
 * up to ","hash":". */
START_TEST(a_line_has_the_documented_form)
{
	struct sample s;
	struct span l;
	json_t *r;
	struct err e;

	make(&s);
	l = line_of(&s, 1);
	r = json_read(l.ptr, l.len, &e);
	ck_assert_ptr_nonnull(r);
	ck_assert_int_eq(json_integer_value(json_object_get(r, "seq")), 2);
	ck_assert_str_eq(json_string_value(json_object_get(r, "prev")),
	    s.ends[0].hash);
	ck_assert_str_eq(json_string_value(json_object_get(r, "hash")),
	    s.ends[1].hash);
	json_decref(r);
	buf_free(&s.b);
}
END_TEST

static const struct {
	const char *order, *what;
	enum audit_fault fault;
	uint64_t line;
} orders[] = {
	{ "12345", "whole", AUDIT_GOOD, 0 },
	{ "2345", "first removed", AUDIT_NO_START, 1 },
	{ "1345", "second removed", AUDIT_GAP, 2 },
	{ "1235", "last but one removed", AUDIT_GAP, 4 },
	{ "1324", "two changed places", AUDIT_GAP, 2 },
	{ "112345", "first twice", AUDIT_GAP, 2 },
	{ "123455", "last twice", AUDIT_GAP, 6 },
	{ "54321", "backwards", AUDIT_NO_START, 1 },
	{ "1234", "last removed", AUDIT_NO_HEAD, 5 },
	{ "1", "all but one removed", AUDIT_NO_HEAD, 2 },
	{ "", "emptied", AUDIT_NO_HEAD, 1 },
};

START_TEST(order_matters)
{
	struct audit_check c;
	struct sample s;

	make(&s);
	c = verify_order(&s, orders[_i].order, s.end.hash);
	ck_assert_msg(c.fault == orders[_i].fault, "%s: %s", orders[_i].what,
	    audit_fault_text(c.fault));
	ck_assert_uint_eq(c.line, orders[_i].line);
	buf_free(&s.b);
}
END_TEST

START_TEST(truncation_shows_only_with_the_head)
{
	struct sample s;

	make(&s);
	ck_assert_int_eq(verify_order(&s, "123", NULL).fault, AUDIT_GOOD);
	ck_assert_int_eq(verify_order(&s, "123", s.ends[1].hash).fault,
	    AUDIT_GOOD);
	ck_assert_int_eq(verify_order(&s, "123", s.ends[3].hash).fault,
	    AUDIT_NO_HEAD);
	buf_free(&s.b);
}
END_TEST

/* Each octet of each line but its LF, changed: found, in that line. */
START_TEST(every_octet_counts)
{
	struct audit_check c;
	struct sample s;
	size_t k;
	char *mem;

	make(&s);
	mem = (char *)(uintptr_t)buf_data(&s.b);
	for (k = s.at[_i]; k + 1 < s.at[_i + 1]; k++) {
		mem[k] ^= 1;
		c = verify(buf_span(&s.b), NULL);
		mem[k] ^= 1;
		ck_assert_msg(c.fault != AUDIT_GOOD, "octet %zu", k);
		ck_assert_uint_eq(c.line, (uint64_t)_i + 1);
	}
	buf_free(&s.b);
}
END_TEST

/* Somebody who knows the form but not how to mend all that follows. */
START_TEST(an_inserted_record_is_found)
{
	struct audit_end end;
	struct audit_check c;
	struct sample s;
	struct buf b;

	make(&s);
	buf_init(&b, ROOM);
	(void)buf_add(&b, buf_data(&s.b), s.at[2]);
	end = s.ends[1];
	put(&end, "account.add", json_object(), &b);
	(void)buf_add(&b, buf_data(&s.b) + s.at[2], s.at[5] - s.at[2]);
	c = verify(buf_span(&b), NULL);
	ck_assert_int_eq(c.fault, AUDIT_GAP);
	ck_assert_uint_eq(c.line, 4);
	buf_free(&b);
	/* the same number, so that only the link can tell */
	buf_init(&b, ROOM);
	(void)buf_add(&b, buf_data(&s.b), s.at[2]);
	end = s.ends[1];
	put(&end, "account.add", json_object(), &b);
	(void)buf_add(&b, buf_data(&s.b) + s.at[3], s.at[5] - s.at[3]);
	c = verify(buf_span(&b), NULL);
	ck_assert_int_eq(c.fault, AUDIT_UNLINKED);
	ck_assert_uint_eq(c.line, 4);
	buf_free(&b);
	buf_free(&s.b);
}
END_TEST

/* Torn at every octet of record 3, marked, then gone on. */
START_TEST(a_torn_line_is_no_fault_when_marked)
{
	size_t cut, whole;
	struct audit_check c;
	struct audit_end end;
	struct sample s;
	struct buf b;

	make(&s);
	whole = s.at[3] - s.at[2] - 1;
	for (cut = 1; cut < whole; cut++) {
		struct span piece = span_mem(buf_data(&s.b) + s.at[2], cut);

		buf_init(&b, ROOM);
		(void)buf_add(&b, buf_data(&s.b), s.at[2] + cut);
		ck_assert_int_eq(verify(buf_span(&b), NULL).fault,
		    AUDIT_NO_RECORD);
		(void)buf_addc(&b, '\n');
		ck_assert_uint_eq(verify(buf_span(&b), NULL).line, 3);
		end = s.ends[1];
		put(&end, AUDIT_TORN, audit_torn_args(piece), &b);
		put(&end, "deny.add", json_object(), &b);
		c = verify(buf_span(&b), end.hash);
		ck_assert_int_eq(c.fault, AUDIT_GOOD);
		ck_assert_uint_eq(c.torn, 1);
		ck_assert_uint_eq(c.lines, 5);
		buf_free(&b);
	}
	buf_free(&s.b);
}
END_TEST

START_TEST(another_torn_line_is_a_fault)
{
	struct audit_check c;
	struct audit_end end;
	struct sample s;
	struct buf b;

	make(&s);
	buf_init(&b, ROOM);
	(void)buf_add(&b, buf_data(&s.b), s.at[2]);
	(void)buf_adds(&b, "{\"seq\":3,\"ti\n");
	end = s.ends[1];
	put(&end, AUDIT_TORN, audit_torn_args(span_of("{\"seq\":3,\"tj")), &b);
	c = verify(buf_span(&b), NULL);
	ck_assert_int_eq(c.fault, AUDIT_NO_RECORD);
	ck_assert_uint_eq(c.line, 3);
	buf_free(&b);
	buf_free(&s.b);
}
END_TEST

START_TEST(a_second_file_begins_with_continue)
{
	struct audit_end end;
	struct audit_check c;
	struct sample s;
	struct buf b;

	make(&s);
	buf_init(&b, ROOM);
	end = s.end;
	put(&end, AUDIT_CONTINUE, json_object(), &b);
	put(&end, "deny.add", json_object(), &b);
	c = verify(buf_span(&b), NULL);
	ck_assert_int_eq(c.fault, AUDIT_GOOD);
	ck_assert_uint_eq(c.first, RECORDS + 1);
	/* both files in a row are one chain */
	(void)buf_add(&s.b, buf_data(&b), buf_len(&b));
	ck_assert_int_eq(verify(buf_span(&s.b), end.hash).fault, AUDIT_GOOD);
	buf_free(&b);
	buf_free(&s.b);
}
END_TEST

static const char *const no_records[] = {
	"", "{}", "x", "{\"seq\":1}", "{\"seq\":1,\"prev\":\"0\",\"hash\":\"0\"}",
	"{\"seq\":18446744073709551615,\"a\":1", "\",\"hash\":\"",
};

START_TEST(other_lines_are_no_record)
{
	struct audit_end end;

	ck_assert_int_eq(audit_read(span_of(no_records[_i]), &end), -1);
}
END_TEST

START_TEST(the_end_is_read_back)
{
	struct audit_end end;
	struct sample s;
	struct span l;

	make(&s);
	l = line_of(&s, RECORDS - 1);
	l.len--;
	ck_assert_int_eq(audit_read(l, &end), 0);
	ck_assert_uint_eq(end.seq, RECORDS);
	ck_assert_str_eq(end.hash, s.end.hash);
	l.len--;
	ck_assert_int_eq(audit_read(l, &end), -1);
	buf_free(&s.b);
}
END_TEST

START_TEST(too_long_a_record_changes_nothing)
{
	struct audit_end end;
	char *text = malloc(AUDIT_LINE_MAX);
	struct buf b;
	json_t *m;

	memset(text, 'x', AUDIT_LINE_MAX);
	text[AUDIT_LINE_MAX - 1] = '\0';
	m = members("deny.add", json_pack("{s:s}", "text", text));
	audit_none(&end);
	buf_init(&b, ROOM);
	ck_assert_int_eq(audit_write(&end, m, &b), -1);
	ck_assert_uint_eq(end.seq, 0);
	ck_assert_uint_eq(buf_len(&b), 0);
	json_decref(m);
	buf_free(&b);
	free(text);
}
END_TEST

static const struct {
	struct audit_filter f;
	bool wanted;
} filters[] = {
	{ { 0, NULL, NULL }, true },
	{ { 0, "anna", NULL }, true },
	{ { 0, "1000", NULL }, true },
	{ { 0, "bert", NULL }, false },
	{ { 0, "100", NULL }, false },
	{ { 0, NULL, "deny" }, true },
	{ { 0, NULL, "deny.add" }, true },
	{ { 0, NULL, "den" }, false },
	{ { 0, NULL, "deny.add.x" }, false },
	{ { INT64_C(1795298400000), NULL, NULL }, true },	/* 22:00:00 */
	{ { INT64_C(1795298400001), NULL, NULL }, false },
	{ { 1, "anna", "grant" }, false },
};

START_TEST(filters_choose)
{
	struct sample s;
	struct span l;
	json_t *r;

	make(&s);
	l = line_of(&s, 0);
	l.len--;
	r = audit_wanted(&filters[_i].f, l);
	ck_assert_int_eq(r != NULL, filters[_i].wanted);
	json_decref(r);
	buf_free(&s.b);
}
END_TEST

static void
add(TCase *tc)
{
	tcase_add_test(tc, a_whole_chain_is_good);
	tcase_add_test(tc, a_line_has_the_documented_form);
	UNIT_ROWS(tc, order_matters, orders);
	tcase_add_test(tc, truncation_shows_only_with_the_head);
	tcase_add_loop_test(tc, every_octet_counts, 0, RECORDS);
	tcase_add_test(tc, an_inserted_record_is_found);
	tcase_add_test(tc, a_torn_line_is_no_fault_when_marked);
	tcase_add_test(tc, another_torn_line_is_a_fault);
	tcase_add_test(tc, a_second_file_begins_with_continue);
	UNIT_ROWS(tc, other_lines_are_no_record, no_records);
	tcase_add_test(tc, the_end_is_read_back);
	tcase_add_test(tc, too_long_a_record_changes_nothing);
	UNIT_ROWS(tc, filters_choose, filters);
}

UNIT_MAIN("audit", add)
