/*
 * test_address.c - addresses of header fields: what is read, what is refused
 */
#include <stdio.h>
#include <string.h>

#include "lib/mail/address.h"
#include "lib/mail/header.h"

#include "t/unit/unit.h"

static char got[8192];

static int
note(void *arg, const char *address, struct err *e)
{
	int *left = arg;

	if ((*left)-- == 0)
		return err_set(e, ERR_LIMIT, "enough");
	if (got[0] != '\0')
		strncat(got, " ", sizeof(got) - strlen(got) - 1);
	strncat(got, address, sizeof(got) - strlen(got) - 1);
	return 0;
}

static int
list(struct span value, int most, struct err *e)
{
	got[0] = '\0';
	err_clear(e);
	return address_list(value, "own.example", note, &most, e);
}

static const struct {
	const char *what, *value, *addresses;
} good[] = {
	{ "bare", "a@b.example", "a@b.example" },
	{ "angle", " <a@b.example>\n", "a@b.example" },
	{ "name", "Anna B. <a@b.example>", "a@b.example" },
	{ "quoted name", "\"B, Anna <x@y>\" <a@b.example>", "a@b.example" },
	{ "escape in a quoted name", "\"a\\\"<x@y>,\" <a@b.c>", "a@b.c" },
	{ "several", "a@b.c, d@e.f,g@h.i", "a@b.c d@e.f g@h.i" },
	{ "empty elements", ",, a@b.c ,,d@e.f,", "a@b.c d@e.f" },
	{ "nothing", "", "" },
	{ "blanks only", " \t\n ", "" },
	{ "folded", "a@b.c,\n\td@e.f,\n  g\n @ h.i\n", "a@b.c d@e.f g@h.i" },
	{ "comment behind", "a@b.c (Anna)", "a@b.c" },
	{ "comment inside", "a(x)@(y)b.(z)c", "a@b.c" },
	{ "nested comment", "a@b.c ((x)(y(z)))", "a@b.c" },
	{ "comment with comma", "a@b.c (x, d@e.f)", "a@b.c" },
	{ "escaped parenthesis", "a@b.c (\\) d@e.f)", "a@b.c" },
	{ "group", "Friends: a@b.c, D <d@e.f>;", "a@b.c d@e.f" },
	{ "empty group", "undisclosed-recipients:;", "" },
	{ "group and more", "x: a@b.c;, d@e.f", "a@b.c d@e.f" },
	{ "two groups", "x:a@b.c; y:d@e.f;", "a@b.c d@e.f" },
	{ "quoted group name", "\"a:b\" : a@b.c;", "a@b.c" },
	{ "needless quotes", "\"anna\"@b.c", "anna@b.c" },
	{ "needless escape", "\"an\\na\"@b.c", "anna@b.c" },
	{ "domain in capitals", "Anna@B.EXAMPLE", "Anna@b.example" },
	{ "own domain", "anna", "anna@own.example" },
	{ "own domain in angles", "Anna <anna>", "anna@own.example" },
	{ "odd characters", "a.b_c+d-e=f~'#&*?^{}$g@h.i",
	    "a.b_c+d-e=f~'#&*?^{}$g@h.i" },
	{ "slash inside", "g=x/s=y@h.i", "g=x/s=y@h.i" },
	{ "name beyond ASCII", "J\xc3\xb6rg <j@b.c>", "j@b.c" },
	{ "name in octets of its own", "\"J\xf6rg\" <j@b.c>", "j@b.c" },
	{ "encoded name", "=?utf-8?q?J=C3=B6rg?= <j@b.c>", "j@b.c" },
	{ "one label", "root@localhost", "root@localhost" },
};

START_TEST(reads)
{
	struct err e;

	ck_assert_msg(list(span_of(good[_i].value), 99, &e) == 0, "%s: %s",
	    good[_i].what, e.text);
	ck_assert_msg(strcmp(got, good[_i].addresses) == 0,
	    "%s: got \"%s\"", good[_i].what, got);
}
END_TEST

static const struct {
	const char *what, *value, *why;
} bad[] = {
	{ "option", "-oQ/tmp@b.c", "no address" },
	{ "option without domain", "-oQ/tmp", "no address" },
	{ "option in angles", "x <-bs@b.c>", "no address" },
	{ "quoted option", "\"-bs\"@b.c", "no address" },
	{ "leading dot", ".a@b.c", "no address" },
	{ "file", "/etc/passwd@b.c", "no address" },
	{ "file without domain", "/etc/passwd", "no address" },
	{ "program", "\"|rm -rf /\"@b.c", "route" },
	{ "program without domain", "\"|/bin/sh\"", "route" },
	{ "percent route", "a%b.c@d.e", "route" },
	{ "bang route", "d.e!a@b.c", "route" },
	{ "source route", "<@x.y,@z.w:a@b.c>", "route" },
	{ "source route of one", "<@x.y:a@b.c>", "route" },
	{ "address literal", "a@[192.0.2.1]", "literal" },
	{ "address literal in angles", "<a@[IPv6:::1]>", "literal" },
	{ "blank in quotes", "\"a b\"@c.d", "no address" },
	{ "at in quotes", "\"a@b\"@c.d", "no address" },
	{ "at in quotes alone", "\"a@b\"", "no address" },
	{ "line in quotes", "\"a\nRCPT TO:<x@y>\"@c.d", "no address" },
	{ "two at", "a@b@c", "no address" },
	{ "no domain", "a@", "no address" },
	{ "no local part", "@b.c", "no address" },
	{ "empty angles", "x <>", "no address" },
	{ "empty quotes", "\"\"@b.c", "no address" },
	{ "two words", "a b@c.d", "no address" },
	{ "words without comma", "a@b.c d@e.f", "no address" },
	{ "angle behind angle", "<a@b.c> <d@e.f>", "comma" },
	{ "word behind angle", "<a@b.c> x", "comma" },
	{ "open angle", "x <a@b.c", "does not end" },
	{ "closing angle", "a@b.c>", "without its <" },
	{ "open comment", "a@b.c (x", "cannot be read" },
	{ "closing comment", "a@b.c )", "cannot be read" },
	{ "open quotes", "\"a@b.c", "cannot be read" },
	{ "open group", "x: a@b.c", "does not end" },
	{ "group in a group", "x: y: a@b.c;;", "group in a group" },
	{ "group without name", ": a@b.c;", "group" },
	{ "semicolon", "a@b.c; d@e.f", "outside a group" },
	{ "semicolon alone", ";", "outside a group" },
	{ "dots", "a..b@c.d", "no address" },
	{ "last dot", "a.@c.d", "no address" },
	{ "domain with dots", "a@b..c", "no address" },
	{ "domain begins with a hyphen", "a@-b.c", "no address" },
	{ "domain ends with a hyphen", "a@b-.c", "no address" },
	{ "domain with underscore", "a@b_c.d", "no address" },
	{ "domain ends with a dot", "a@b.c.", "no address" },
	{ "beyond ASCII", "j\xc3\xb6rg@b.c", "ASCII" },
	{ "domain beyond ASCII", "a@b\xc3\xb6.c", "ASCII" },
	{ "backslash", "a\\b@c.d", "cannot be read" },
	{ "backquote", "a`id`@c.d", "no address" },
	{ "control", "a\x01@c.d", "cannot be read" },
};

START_TEST(refuses)
{
	struct err e;

	ck_assert_msg(list(span_of(bad[_i].value), 99, &e) < 0,
	    "%s: taken as \"%s\"", bad[_i].what, got);
	ck_assert_msg(e.class == ERR_PROTO && strstr(e.text, bad[_i].why) !=
	    NULL, "%s: %s", bad[_i].what, e.text);
	ck_assert_msg(strpbrk(e.text, "\r\n") == NULL, "%s", bad[_i].what);
}
END_TEST

START_TEST(a_nul_does_not_hide_what_follows)
{
	struct err e;

	ck_assert_int_lt(list(span_mem("a@b.c,\0 d@e.f", 13), 99, &e), 0);
	ck_assert_int_lt(list(span_mem("a\0@b.c", 6), 99, &e), 0);
	ck_assert_int_lt(list(span_mem("\"a\0\"@b.c", 8), 99, &e), 0);
}
END_TEST

START_TEST(lengths_have_limits)
{
	char text[600];
	struct err e;

	snprintf(text, sizeof(text), "%064d@b.c", 1);
	ck_assert_int_eq(list(span_of(text), 9, &e), 0);
	snprintf(text, sizeof(text), "%065d@b.c", 1);
	ck_assert_int_lt(list(span_of(text), 9, &e), 0);
	snprintf(text, sizeof(text), "a@%063d.c", 1);
	ck_assert_int_eq(list(span_of(text), 9, &e), 0);
	snprintf(text, sizeof(text), "a@%064d.c", 1);
	ck_assert_int_lt(list(span_of(text), 9, &e), 0);
	snprintf(text, sizeof(text), "%0500d@b.c", 1);
	ck_assert_int_lt(list(span_of(text), 9, &e), 0);
	ck_assert_ptr_nonnull(strstr(e.text, "too long"));
}
END_TEST

START_TEST(the_callback_ends_it)
{
	struct err e;

	ck_assert_int_lt(list(span_of("a@b.c, d@e.f, g@h.i"), 2, &e), 0);
	ck_assert_int_eq(e.class, ERR_LIMIT);
	ck_assert_str_eq(got, "a@b.c d@e.f");
}
END_TEST

/* Deep nesting costs no stack, a long field little time. */
START_TEST(deep_and_long)
{
	size_t n = 4u << 20, i;
	char *text = malloc(n);
	struct err e;

	memset(text, '(', n);
	ck_assert_int_lt(list(span_mem(text, n), 9, &e), 0);
	for (i = 0; i < n / 2; i++)
		text[n - 1 - i] = ')';
	ck_assert_int_eq(list(span_mem(text, n), 9, &e), 0);
	memset(text, ',', n);
	ck_assert_int_eq(list(span_mem(text, n), 9, &e), 0);
	free(text);
}
END_TEST

START_TEST(envelope_addresses)
{
	ck_assert(address_ok(span_of("a@b.c")));
	ck_assert(!address_ok(span_of("a")));
	ck_assert(!address_ok(span_of("")));
	ck_assert(!address_ok(span_of("<a@b.c>")));
	ck_assert(!address_ok(span_of("a@b.c ")));
	ck_assert(!address_ok(span_of("-f@b.c")));
}
END_TEST

START_TEST(fields_of_a_header)
{
	static const char text[] = "A: one\n two\nB:\nc : x\n\nD: body\n";
	struct span rest = span_of(text);
	struct header_field f;
	struct err e;

	ck_assert_uint_eq(header_end(rest), 22);
	ck_assert_int_eq(header_next(&rest, &f, &e), 1);
	ck_assert(span_eq(f.name, "A") && span_eq(f.value, " one\n two\n"));
	ck_assert(span_eq(f.whole, "A: one\n two\n"));
	ck_assert_int_eq(header_next(&rest, &f, &e), 1);
	ck_assert(span_eq(f.name, "B") && span_eq(f.value, "\n"));
	ck_assert_int_eq(header_next(&rest, &f, &e), 1);
	ck_assert(span_eq(f.name, "c") && span_eq(f.value, " x\n"));
	ck_assert_int_eq(header_next(&rest, &f, &e), 0);
	ck_assert(header_find(span_of(text), "b", &f));
	ck_assert(!header_find(span_of(text), "D", &f));
	ck_assert_uint_eq(header_end(span_of("A: b\n")), 0);
	ck_assert_uint_eq(header_end(span_of("\nbody")), 1);
	ck_assert_uint_eq(header_end(span_of("")), 0);
}
END_TEST

static const char *const no_fields[] = { " folded first\n", "no colon\n",
	": no name\n", "a b: two words\n", "\x80: x\n", "a\tb: x\n" };

START_TEST(what_is_no_field)
{
	struct span rest = span_of(no_fields[_i]);
	struct header_field f;
	struct err e;

	ck_assert_int_eq(header_next(&rest, &f, &e), -1);
	ck_assert_int_eq(e.class, ERR_PROTO);
}
END_TEST

static void
add(TCase *tc)
{
	UNIT_ROWS(tc, reads, good);
	UNIT_ROWS(tc, refuses, bad);
	tcase_add_test(tc, a_nul_does_not_hide_what_follows);
	tcase_add_test(tc, lengths_have_limits);
	tcase_add_test(tc, the_callback_ends_it);
	tcase_add_test(tc, deep_and_long);
	tcase_add_test(tc, envelope_addresses);
	tcase_add_test(tc, fields_of_a_header);
	UNIT_ROWS(tc, what_is_no_field, no_fields);
}

UNIT_MAIN("address", add)
